/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/term.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "signer/base/buf.h"
#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/base/text.h"

enum { BAR = 10, CODES = 32, FAR = 86400, MOMENT_MS = 1000 };

static int
open_front(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && tcgetpgrp(fd) != getpgrp()) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* In the background a write could stop us: then let it fail. */
static void
block_ttou(sigset_t *old)
{
	sigset_t ttou;

	(void)sigemptyset(&ttou);
	(void)sigaddset(&ttou, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &ttou, old);
}

static void
put(struct term *t, const char *line)
{
	sigset_t old;
	struct err ignored;

	block_ttou(&old);
	(void)fd_write(t->fd, BYTES_STR(line), &ignored);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
}

/* Again and again: a job in the background may be brought to the front. */
static void
look(struct term *t)
{
	if (t->fd < 0)
		t->fd = open_front();
}

void
term_save(struct term *t)
{
	look(t);
	t->has_modes = t->fd >= 0 && tcgetattr(t->fd, &t->modes) == 0;
}

void
term_restore(struct term *t)
{
	sigset_t old;

	if (!t->has_modes || tcgetpgrp(t->fd) != getpgrp())
		return;
	block_ttou(&old);
	(void)tcsetattr(t->fd, TCSADRAIN, &t->modes);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
}

/* What is left of the wait: "[####......] 12 s", or nothing. */
static void
draw_bar(const struct term *t, char ret[static TERM_BAR])
{
	int64_t now = clock_now(), whole = t->until - t->since;
	int64_t left = t->until > now ? t->until - now : 0;
	/* A clock that was set back would draw more than all of it. */
	int full = left < whole ? (int)(left * BAR / whole) : BAR;

	ret[0] = '\0';
	if (left > 0)
		(void)snprintf(ret, TERM_BAR, " [%.*s%.*s] %d s", full,
		    "##########", BAR - full, "..........", (int)left);
}

/* As many columns as it takes, wide letters aside. */
static size_t
columns_of(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Away with what is drawn, which may be longer than the terminal is wide. */
static void
find_way_back(const struct term *t, char ret[static CODES])
{
	size_t columns =
	    columns_of("stskey: ") + columns_of(t->text) + columns_of(t->bar);
	struct winsize size = { 0 };

	(void)snprintf(ret, CODES, "\r\033[J");
	if (t->shown && ioctl(t->fd, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col > 0 && columns > size.ws_col)
		(void)snprintf(ret, CODES, "\r\033[%zuA\033[J",
		    (columns - 1) / size.ws_col);
}

static void
erase(struct term *t)
{
	char back[CODES];

	if (!t->shown)
		return;
	find_way_back(t, back);
	put(t, back);
	t->shown = false;
}

static void
say_aloud(struct term *t)
{
	int64_t left = t->until - clock_now();
	char end[TERM_BAR] = "";

	if (!t->aloud || t->said ||
	    clock_monotonic_ms() - t->begun_ms < MOMENT_MS)
		return;
	/* However quiet: else nobody would know what it waits for. */
	if (left > 0)
		(void)snprintf(
		    end, sizeof(end), " (%lld s left)", (long long)left);
	(void)fprintf(stderr, "stskey: %s%s\n", t->text, end);
	t->said = true;
}

void
term_tick(struct term *t)
{
	char line[TERM_TEXT + 128], bar[TERM_BAR], back[CODES];

	if (t->text[0] == '\0')
		return;
	look(t);
	if (t->fd < 0 || tcgetpgrp(t->fd) != getpgrp()) {
		say_aloud(t);
		return;
	}
	draw_bar(t, bar);
	if (t->shown && strcmp(bar, t->bar) == 0)
		return;
	find_way_back(t, back);
	memcpy(t->bar, bar, sizeof(bar));
	/* In one piece, so that it does not flicker. */
	(void)snprintf(
	    line, sizeof(line), "%sstskey: %s%s", back, t->text, bar);
	put(t, line);
	t->shown = true;
}

void
term_wait(struct term *t, const char *text, int64_t until)
{
	erase(t);
	(void)snprintf(t->text, sizeof(t->text), "%s", text);
	text_printable(t->text);
	t->said = false;
	t->begun_ms = clock_monotonic_ms();
	t->since = clock_now();
	/* What is said to be far off is not known. */
	t->until = until > t->since && until - t->since < FAR ? until : 0;
	term_tick(t);
}

void
term_done(struct term *t)
{
	erase(t);
	if (t->fd >= 0)
		(void)close(t->fd);
	*t = TERM_INIT;
}

bool
term_is_there(void)
{
	AUTO_FD int fd = open_front();

	return fd >= 0;
}

enum rc
term_confirm(const char *question, bool *yes, struct err *e)
{
	AUTO_FD int fd = open_front();
	struct term t = { .fd = fd };
	char answer[16] = "";
	ssize_t n;

	if (fd < 0)
		return err_set(e, RC_USAGE,
		    "%s there is no terminal to ask at; say --yes", question);
	put(&t, question);
	put(&t, " [y/N] ");
	n = read(fd, answer, sizeof(answer) - 1);
	if (n < 0)
		return err_sys(e, "reading the answer from the terminal");
	*yes = answer[0] == 'y' || answer[0] == 'Y';
	return RC_OK;
}

static enum term_voice how_much;
static int64_t began_ms; /* of the first step */

void
term_voice(enum term_voice voice)
{
	how_much = voice;
	began_ms = clock_monotonic_ms();
}

void
term_say(const char *fmt, ...)
{
	char text[ERR_MAX + 64];
	va_list ap;

	if (how_much == TERM_QUIET)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "stskey: %s\n", text);
}

void
term_step(const char *fmt, ...)
{
	char text[ERR_MAX];
	va_list ap;

	if (how_much != TERM_VERBOSE)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_printable(text);
	(void)fprintf(stderr, "stskey: [%lld ms] %s\n",
	    (long long)(clock_monotonic_ms() - began_ms), text);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/screen.h"

#include <poll.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "signer/base/fd.h"
#include "signer/host/interrupt.h"

enum { ROWS = 24, COLUMNS = 80, DRAW_MAX = 1024 * 1024 };

/* xterm's: the other screen and no cursor, and the way back. */
static const char enter[] = "\033[?1049h\033[?25l";
static const char leave[] = "\033[?25h\033[?1049l";
/* Terminals that know it show what lies between at once. */
static const char first[] = "\033[?2026h\033[H";
static const char last[] = "\033[J\033[?2026l";

bool
screen_is_there(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

static bool
is_dumb(void)
{
	const char *term = getenv("TERM");

	return term == NULL || *term == '\0' || strcmp(term, "dumb") == 0;
}

static bool
speaks_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && *value != '\0')
			return strcasestr(value, "utf-8") != NULL ||
			       strcasestr(value, "utf8") != NULL;
	}
	return false;
}

void
screen_look(struct screen *ret)
{
	const char *no_color = getenv("NO_COLOR");
	struct winsize size = { 0 };

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*ret = (struct screen){
		.rows = size.ws_row > 0 ? size.ws_row : ROWS,
		.columns = size.ws_col > 0 ? size.ws_col : COLUMNS,
		.colours =
		    !is_dumb() && (no_color == NULL || *no_color == '\0'),
		.blocks = !is_dumb() && speaks_utf8(),
	};
}

static volatile sig_atomic_t resized, stopped;

static void
note(int signo)
{
	if (signo == SIGWINCH)
		resized = 1;
	else
		stopped = 1;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP };

enum { NSIGNALS = sizeof(signals) / sizeof(signals[0]) };

static void
catch_and_hold(struct drawing *d)
{
	struct sigaction act = { .sa_handler = note };
	sigset_t held;

	(void)sigemptyset(&held);
	for (size_t i = 0; i < NSIGNALS; i++)
		(void)sigaddset(&held, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &held, &d->mask);
	interrupt_catch();
	(void)sigaction(SIGWINCH, &act, NULL);
	(void)sigaction(SIGTSTP, &act, NULL);
}

static void
put(const char *s)
{
	struct err ignored;

	(void)fd_write(STDOUT_FILENO, BYTES_STR(s), &ignored);
}

/* What is typed is not to be seen, and Ctrl-\ would leave it like that. */
static void
take_screen(struct drawing *d)
{
	struct termios now;

	d->has_modes = tcgetattr(STDOUT_FILENO, &d->modes) == 0;
	now = d->modes;
	now.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
	now.c_cc[VQUIT] = _POSIX_VDISABLE;
	if (d->has_modes)
		(void)tcsetattr(STDOUT_FILENO, TCSADRAIN, &now);
	put(enter);
	buf_clear(&d->shown);
	d->begun = true;
}

static void
give_back(struct drawing *d)
{
	if (!d->begun)
		return;
	put(leave);
	if (d->has_modes)
		(void)tcsetattr(STDOUT_FILENO, TCSAFLUSH, &d->modes);
	d->begun = false;
}

enum rc
drawing_begin(struct drawing *d, struct err *e)
{
	*d = (struct drawing){ .shown = BUF_INIT(DRAW_MAX) };
	if (!screen_is_there() || is_dumb())
		return err_set(e, RC_USAGE,
		    "--watch draws on a terminal that can move its cursor, and "
		    "standard output is none; leave it out, or set TERM");
	catch_and_hold(d);
	screen_look(&d->screen);
	take_screen(d);
	return RC_OK;
}

/* The lines that fit; the last has no end, which would move all up. */
static void
compose(const struct drawing *d, struct bytes lines, struct buf *out)
{
	buf_str(out, first);
	for (int row = 0; row < d->screen.rows && lines.len > 0; row++) {
		const uint8_t *eol = memchr(lines.p, '\n', lines.len);
		size_t len = eol != NULL ? (size_t)(eol - lines.p) : lines.len;

		buf_str(out, row > 0 ? "\r\n" : "");
		buf_add(out, BYTES(lines.p, len));
		buf_str(out, "\033[K");
		len += eol != NULL;
		lines = BYTES(lines.p + len, lines.len - len);
	}
	buf_str(out, last);
}

enum rc
drawing_show(struct drawing *d, struct bytes lines, struct err *e)
{
	AUTO_BUF struct buf out = BUF_INIT(DRAW_MAX);

	compose(d, lines, &out);
	if (bytes_eq(buf_bytes(&out), buf_bytes(&d->shown)))
		return RC_OK;
	buf_clear(&d->shown);
	buf_add(&d->shown, buf_bytes(&out));
	return fd_write(STDOUT_FILENO, buf_bytes(&out), e);
}

/* As if it was ours no more: the shell takes over until it is again. */
static void
stop(struct drawing *d)
{
	struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t tstp;

	give_back(d);
	(void)sigaction(SIGTSTP, &act, NULL);
	(void)kill(getpid(), SIGTSTP);
	(void)sigemptyset(&tstp);
	(void)sigaddset(&tstp, SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &tstp, NULL); /* here it stops */
	(void)sigprocmask(SIG_BLOCK, &tstp, NULL);
	act.sa_handler = note;
	(void)sigaction(SIGTSTP, &act, NULL);
	take_screen(d);
	resized = 1;
}

void
drawing_pause(struct drawing *d)
{
	const struct timespec second = { .tv_sec = 1 };

	(void)ppoll(NULL, 0, &second, &d->mask);
	if (stopped != 0) {
		stopped = 0;
		stop(d);
	}
	if (resized != 0) {
		resized = 0;
		screen_look(&d->screen);
		buf_clear(&d->shown);
	}
}

void
drawing_end(struct drawing *d)
{
	if (d->begun) {
		give_back(d);
		(void)sigprocmask(SIG_SETMASK, &d->mask, NULL);
	}
	buf_done(&d->shown);
}

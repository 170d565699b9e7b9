/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct tty {
	int fd;
	struct termios before;
	sigset_t mask;
	bool masked, changed;
};

#define TTY_INIT ((struct tty){ .fd = -1 })

static void
tty_done(struct tty *t)
{
	if (t->changed)
		(void)tcsetattr(t->fd, TCSAFLUSH, &t->before);
	if (t->masked)
		(void)pthread_sigmask(SIG_SETMASK, &t->mask, NULL);
	if (t->fd >= 0)
		(void)close(t->fd);
}

static bool
in_foreground(const struct tty *t)
{
	return tcgetpgrp(t->fd) == getpgrp();
}

/* Without this the terminal would stop us should we lose the foreground. */
static bool
block_stops(struct tty *t)
{
	sigset_t stops;

	(void)sigemptyset(&stops);
	(void)sigaddset(&stops, SIGTTIN);
	(void)sigaddset(&stops, SIGTTOU);
	t->masked = pthread_sigmask(SIG_BLOCK, &stops, &t->mask) == 0;
	return t->masked;
}

static bool
tty_open(struct tty *t)
{
	t->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return t->fd >= 0 && in_foreground(t) && block_stops(t) &&
	       tcgetattr(t->fd, &t->before) == 0;
}

/*
 * A line at a time, Ctrl-C as ever (the conductor hears it and calls us off),
 * but no Ctrl-Z: a shell would be left without echo.
 */
static bool
prepare(struct tty *t, bool echo)
{
	struct termios now = t->before;

	now.c_lflag |= ICANON | ISIG;
	now.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (echo)
		now.c_lflag |= ECHO;
	now.c_iflag |= ICRNL;
	now.c_cc[VSUSP] = _POSIX_VDISABLE;
	t->changed = true;
	return tcsetattr(t->fd, TCSAFLUSH, &now) == 0;
}

/* What cannot be written is not fatal: the answer may still come. */
static void
say(const struct tty *t, const char *s)
{
	size_t len = strlen(s);

	while (len > 0) {
		ssize_t n = write(t->fd, s, len);

		if (n < 0 && errno != EINTR)
			return;
		s += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

/* The terminal, or the answer, may go while we wait. */
static enum rc
wait_line(const struct tty *t, const struct patience *p, const char *what,
    struct err *e)
{
	struct pollfd pfd = { .fd = t->fd, .events = POLLIN };

	for (;;) {
		enum rc rc = patience_left(p, what, e);
		int n;

		if (rc != RC_OK)
			return rc;
		if (!in_foreground(t))
			return err_set(e, RC_CANCELLED,
			    "moved to the background while %s was asked for",
			    what);
		n = poll(&pfd, 1, patience_slice_ms(p));
		if (n > 0)
			return RC_OK;
		if (n < 0 && errno != EINTR)
			return err_sys(e, "the terminal went away");
	}
}

static enum rc
read_line(const struct tty *t, const struct patience *p, const char *what,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret s = { 0 };
	ssize_t n = -1;

	secret_new(&s, TTY_LINE_MAX);
	while (n < 0) {
		enum rc rc = wait_line(t, p, what, e);

		if (rc != RC_OK)
			return rc;
		n = read(t->fd, s.p, s.len);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return err_sys(e, "the terminal went away");
	}
	if (n == 0)
		return err_set(e, RC_CANCELLED, "%s was not entered", what);
	secret_cut(&s, (size_t)n);
	patience_trim(&s);
	secret_move(ret, &s);
	return RC_OK;
}

enum rc
tty_ask(const struct patience *p, const struct tty_question *q,
    struct secret *ret, struct err *e)
{
	AUTO(tty_done) struct tty t = TTY_INIT;
	enum rc rc;

	if (!tty_open(&t) || !prepare(&t, q->echo))
		return err_set(e, RC_UNSUPPORTED, "there is no terminal");
	if (q->text != NULL) {
		say(&t, q->text);
		say(&t, "\n");
	}
	say(&t, q->label);
	say(&t, ": ");
	rc = read_line(&t, p, q->label, ret, e);
	/* The person's own line end is shown only with echo. */
	if (!q->echo || rc != RC_OK)
		say(&t, "\n");
	return rc;
}

void
tty_say(const char *text)
{
	AUTO(tty_done) struct tty t = TTY_INIT;

	if (tty_open(&t))
		say(&t, text);
}

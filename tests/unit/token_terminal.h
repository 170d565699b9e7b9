/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_TOKEN_TERMINAL_H
#define UNIT_TOKEN_TERMINAL_H

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#include "tests/unit/token_world.h"

/*
 * A process with a terminal of its own (a pseudo-terminal), and a person at
 * the other end of it: this test.
 */
struct terminal {
	int master, slave;
	pid_t pid;
	char seen[2048]; /* what was shown so far */
	size_t len;
};

enum { TERMINAL_MS = 60000 };

/* The child leads a session with that terminal; run() is its exit status. */
static inline void
terminal_begin(struct terminal *t, int (*run)(void))
{
	*t = (struct terminal){ .pid = -1 };
	CHECK(openpty(&t->master, &t->slave, NULL, NULL, NULL) == 0);
	t->pid = fork();
	CHECK(t->pid >= 0);
	if (t->pid > 0)
		return;
	(void)close(t->master);
	CHECK(setsid() > 0);
	CHECK(ioctl(t->slave, TIOCSCTTY, 0) == 0);
	(void)close(t->slave);
	_exit(run());
}

static inline bool
terminal_echo(const struct terminal *t)
{
	struct termios mode;

	CHECK(tcgetattr(t->slave, &mode) == 0);
	return (mode.c_lflag & ECHO) != 0;
}

/* Reads until text was shown since the last time. */
static inline void
terminal_wait(struct terminal *t, const char *text)
{
	struct pollfd p = { .fd = t->master, .events = POLLIN };

	t->len = 0;
	t->seen[0] = '\0';
	while (strstr(t->seen, text) == NULL) {
		ssize_t n;

		CHECK(poll(&p, 1, TERMINAL_MS) == 1);
		n = read(
		    t->master, t->seen + t->len, sizeof(t->seen) - 1 - t->len);
		CHECK(n > 0);
		t->len += (size_t)n;
		t->seen[t->len] = '\0';
	}
}

static inline void
terminal_type(const struct terminal *t, const char *keys)
{
	CHECK(write(t->master, keys, strlen(keys)) == (ssize_t)strlen(keys));
}

/* What is left to be shown, and the exit status. */
static inline int
terminal_end(struct terminal *t)
{
	struct pollfd p = { .fd = t->master, .events = POLLIN };
	int status = -1;
	ssize_t n = 1;

	CHECK(waitpid(t->pid, &status, 0) == t->pid);
	while (n > 0 && t->len < sizeof(t->seen) - 1 && poll(&p, 1, 0) == 1) {
		n = read(
		    t->master, t->seen + t->len, sizeof(t->seen) - 1 - t->len);
		t->len += n > 0 ? (size_t)n : 0;
		t->seen[t->len] = '\0';
	}
	CHECK(terminal_echo(t));
	(void)close(t->master);
	(void)close(t->slave);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/harden.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { QUIET = 5 };

static const int quiet[QUIET] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

/* What was, for harden_undo(): the state of a process, hence not a struct. */
static struct rlimit old_core;
static bool have_core, have_signals;
static sigset_t old_mask;
static struct sigaction old_action[QUIET];

/* Data for a standard output that is closed is not to be lost in silence. */
static int
open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd != STDOUT_FILENO)
		return fd;
	(void)close(fd);
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/*
 * A descriptor 0-2 that the caller closed would be given to the next file
 * opened, and a message then be written into that.  One poll(2) tells.
 */
static void
open_standard(void)
{
	struct pollfd p[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };
	bool closed = false;
	int fd = -1;

	if (poll(p, 3, 0) <= 0)
		return;
	for (int i = 0; i < 3; i++)
		closed = closed || (p[i].revents & POLLNVAL) != 0;
	if (!closed)
		return;
	do {
		fd = open_null();
		/* The standard descriptors are for programs we start, too. */
		if (fd >= 0 && fd <= 2)
			(void)fcntl(fd, F_SETFD, 0);
	} while (fd >= 0 && fd < 2);
	if (fd > 2)
		(void)close(fd);
}

void
harden_self(void)
{
	struct rlimit none;

	open_standard();
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (have_core || getrlimit(RLIMIT_CORE, &old_core) != 0)
		return;
	have_core = true;
	/* The hard limit stays, so that it can be given back. */
	none = (struct rlimit){ 0, old_core.rlim_max };
	if (old_core.rlim_cur != 0)
		(void)setrlimit(RLIMIT_CORE, &none);
}

void
harden_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (have_signals)
		return;
	have_signals = sigprocmask(SIG_SETMASK, NULL, &old_mask) == 0;
	for (size_t i = 0; i < QUIET; i++)
		(void)sigaction(quiet[i], &ignore, &old_action[i]);
}

static void
signals_undo(void)
{
	sigset_t none;

	(void)sigemptyset(&none);
	for (size_t i = 0; i < QUIET; i++) {
		struct sigaction what = { .sa_handler = SIG_DFL };

		/* A handler does not survive exec(2); being ignored does. */
		if (have_signals && old_action[i].sa_handler == SIG_IGN)
			what.sa_handler = SIG_IGN;
		(void)sigaction(quiet[i], &what, NULL);
	}
	(void)sigprocmask(SIG_SETMASK, have_signals ? &old_mask : &none, NULL);
}

void
harden_undo_limits(void)
{
	if (have_core)
		(void)setrlimit(RLIMIT_CORE, &old_core);
}

void
harden_undo(void)
{
	signals_undo();
	harden_undo_limits();
	(void)close_range(3, ~0U, 0);
}

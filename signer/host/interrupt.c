/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static pid_t caller; /* 0: it may go, and we go on */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

enum { NSIGNALS = sizeof(signals) / sizeof(signals[0]) };

/* What was, for interrupt_undo(). */
static bool catching;
static struct sigaction old_action[NSIGNALS], old_pipe;

static void
note(int signo)
{
	caught = signo;
}

void
interrupt_catch(void)
{
	struct sigaction act = { .sa_handler = note };

	if (catching)
		return;
	catching = true;
	for (size_t i = 0; i < NSIGNALS; i++) {
		/* nohup(1) meant it. */
		if (sigaction(signals[i], NULL, &old_action[i]) == 0 &&
		    old_action[i].sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &act, NULL);
		if (signals[i] == SIGHUP && old_action[i].sa_handler != SIG_IGN)
			caller = getppid();
	}
	act.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &act, &old_pipe);
}

void
interrupt_undo(void)
{
	if (!catching)
		return;
	catching = false;
	for (size_t i = 0; i < NSIGNALS; i++)
		(void)sigaction(signals[i], &old_action[i], NULL);
	(void)sigaction(SIGPIPE, &old_pipe, NULL);
}

/* Nobody has the other end of our standard output any more. */
static bool
is_unread(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

/* The signal that is usual where nobody wants the answer; 0: somebody does. */
static int
deserted(void)
{
	if (caller == 0)
		return 0;
	if (getppid() != caller)
		return SIGHUP;
	return is_unread() ? SIGPIPE : 0;
}

bool
interrupt_caught(void *unused)
{
	(void)unused;
	if (caught == 0)
		caught = deserted();
	return caught != 0;
}

void
interrupt_die(void)
{
	int signo = caught;

	if (signo == 0)
		return;
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
}

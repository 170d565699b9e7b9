/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/harden.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

/* In a process of its own, whose exit status 0 is success. */
static void
apart(void (*run)(void))
{
	pid_t child = fork();
	int status = -1;

	CHECK(child >= 0);
	if (child == 0) {
		run();
		_exit(0);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
}

static bool
is_ignored(int sig)
{
	struct sigaction now;

	CHECK_EQ(sigaction(sig, NULL, &now), 0);
	return now.sa_handler == SIG_IGN;
}

static void
there_and_back(void)
{
	struct rlimit want = { 4096, 8192 }, now;
	sigset_t usr1, mask;

	CHECK_EQ(setrlimit(RLIMIT_CORE, &want), 0);
	CHECK(signal(SIGHUP, SIG_IGN) != SIG_ERR); /* nohup(1) */
	CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	(void)sigemptyset(&usr1);
	(void)sigaddset(&usr1, SIGUSR1);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &usr1, NULL), 0);

	harden_self();
	harden_self();
	harden_signals();
	harden_signals();
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 0);
	CHECK_EQ(getrlimit(RLIMIT_CORE, &now), 0);
	CHECK_EQ(now.rlim_cur, 0);
	CHECK(is_ignored(SIGINT) && is_ignored(SIGTERM) && is_ignored(SIGHUP) &&
	      is_ignored(SIGQUIT) && is_ignored(SIGPIPE));
	CHECK_EQ(fcntl(0, F_DUPFD, 77), 77);
	(void)sigaddset(&usr1, SIGTERM);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &usr1, NULL), 0);

	harden_undo();
	CHECK_EQ(getrlimit(RLIMIT_CORE, &now), 0);
	CHECK_EQ(now.rlim_cur, 4096);
	CHECK_EQ(now.rlim_max, 8192);
	CHECK(!is_ignored(SIGINT) && !is_ignored(SIGTERM) &&
	      is_ignored(SIGHUP) && !is_ignored(SIGQUIT) &&
	      !is_ignored(SIGPIPE));
	CHECK_EQ(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	CHECK_EQ(sigismember(&mask, SIGUSR1), 1);
	CHECK_EQ(sigismember(&mask, SIGTERM), 0);
	CHECK_EQ(fcntl(77, F_GETFD), -1);
	CHECK(fcntl(2, F_GETFD) >= 0);
}

/* A program that never called harden_signals() hands on nothing odd. */
static void
undone_only(void)
{
	sigset_t all, mask;

	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	(void)sigfillset(&all);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &all, NULL), 0);
	harden_self();
	harden_undo();
	CHECK(!is_ignored(SIGPIPE));
	CHECK_EQ(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	CHECK_EQ(sigismember(&mask, SIGINT), 0);
}

static void
closed_are_opened(void)
{
	struct stat null, st;

	CHECK_EQ(stat("/dev/null", &null), 0);
	(void)close_range(3, ~0U, 0); /* what ctest left open */
	(void)close(0);
	(void)close(2);
	harden_self();
	CHECK_EQ(fstat(0, &st), 0);
	CHECK(st.st_rdev == null.st_rdev);
	CHECK_EQ(fstat(2, &st), 0);
	CHECK(st.st_rdev == null.st_rdev);
	CHECK_EQ(fcntl(2, F_GETFD), 0); /* programs we start get them too */
	CHECK_EQ(fcntl(3, F_GETFD), -1);
}

static void
all_closed(void)
{
	(void)close_range(0, ~0U, 0);
	harden_self();
	for (int fd = 0; fd < 3; fd++)
		CHECK_EQ(fcntl(fd, F_GETFD), 0);
	CHECK_EQ(fcntl(3, F_GETFD), -1);
	/* Nobody is told what goes to 2, but data that is lost is a failure. */
	CHECK_EQ(write(1, "x", 1), -1);
	CHECK_EQ(write(2, "x", 1), 1);
}

int
main(void)
{
	apart(there_and_back);
	apart(undone_only);
	apart(closed_are_opened);
	apart(all_closed);
	return 0;
}

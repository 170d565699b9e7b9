/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signer/base/harden.h"

enum {
	POLITE_MS = 50, /* to end by itself, */
	GRACE_MS = 250, /* then SIGTERM, and from here on SIGKILL */
	SLICE_MS = 10,
	STATUS_NO_EXEC = 127,
};

static _Noreturn void
become(const char *const *argv, const struct spawn_files *files, pid_t parent)
{
	char *const *unwritten;

	/* execvp(3) does not write to what it is given. */
	memcpy(&unwritten, &argv, sizeof(unwritten));
	/* If we go without ceremony, it goes as well. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(files->in, STDIN_FILENO) < 0 ||
	    dup2(files->out, STDOUT_FILENO) < 0 ||
	    dup2(files->err, STDERR_FILENO) < 0)
		_exit(STATUS_NO_EXEC);
	harden_undo();
	(void)execvp(argv[0], unwritten);
	_exit(STATUS_NO_EXEC);
}

/* A descriptor above 2, so that dup2(2) in the child clobbers none. */
static int
above_stdio(int fd)
{
	return fd > STDERR_FILENO ? dup(fd)
	                          : fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
}

/* We were killed: so is all of the command, this process with it. */
static void
on_orphaned([[maybe_unused]] int sig)
{
	(void)kill(0, SIGKILL);
}

static void
lead_group(pid_t parent)
{
	struct sigaction orphaned = { .sa_handler = on_orphaned };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t mine;

	(void)sigemptyset(&mine);
	(void)sigaddset(&mine, SIGUSR1);
	if (setpgid(0, 0) != 0)
		_exit(STATUS_NO_EXEC);
	(void)sigaction(SIGUSR1, &orphaned, NULL);
	(void)sigprocmask(SIG_UNBLOCK, &mine, NULL);
	/* For the command as well: better an error than to stop for ever. */
	(void)sigaction(SIGTTIN, &ignore, NULL);
	(void)sigaction(SIGTTOU, &ignore, NULL);
	/* It outlives a polite SIGTERM, to tell how the shell ended. */
	(void)sigaction(SIGTERM, &ignore, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() != parent)
		_exit(STATUS_NO_EXEC);
}

/*
 * Between us and the command.  Forked beside another thread: nothing here may
 * allocate, lock or touch a secret (those are wiped on fork).
 */
static _Noreturn void
guard(const char *const *argv, const struct spawn_files *files, pid_t parent)
{
	int status = STATUS_NO_EXEC << 8;
	pid_t self, shell;

	lead_group(parent);
	self = getpid();
	shell = fork();
	if (shell == 0)
		become(argv, files, self);
	/* Only the command shall keep its output, and our locks, open. */
	(void)close_range(0, ~0U, 0);
	while (shell > 0 && waitpid(shell, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		(void)signal(WTERMSIG(status), SIG_DFL);
		(void)raise(WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_NO_EXEC);
}

typedef void child_run(
    const char *const *argv, const struct spawn_files *files, pid_t parent);

static enum rc
start(child_run *run, const char *const *argv, const struct spawn_files *files,
    pid_t *ret, struct err *e)
{
	AUTO_FD int in = above_stdio(files->in);
	AUTO_FD int out = above_stdio(files->out);
	AUTO_FD int err = above_stdio(files->err);
	const struct spawn_files high = { in, out, err };
	pid_t self = getpid(), pid;

	if (in < 0 || out < 0 || err < 0)
		return err_sys(e, "cannot start '%s'", argv[0]);
	pid = fork();
	if (pid < 0)
		return err_sys(e, "cannot start '%s'", argv[0]);
	if (pid == 0)
		run(argv, &high, self);
	*ret = pid;
	return RC_OK;
}

enum rc
spawn_start(const char *const *argv, const struct spawn_files *files,
    pid_t *ret, struct err *e)
{
	return start(become, argv, files, ret, e);
}

/*
 * Whether it has ended, and is reaped.  The rest of its group goes first, as
 * the group's number is nobody else's while its leader is not reaped.
 */
static bool
reaped(pid_t pid, bool group, int *status)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno != EINTR;
	if (info.si_pid != pid)
		return false;
	if (group)
		(void)kill(-pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return true;
}

static int
stop(pid_t pid, bool group)
{
	pid_t target = group ? -pid : pid;
	int status = 0;

	for (int ms = 0; ms <= GRACE_MS; ms += SLICE_MS) {
		if (reaped(pid, group, &status))
			return status;
		if (ms == POLITE_MS)
			(void)kill(target, SIGTERM);
		(void)poll(NULL, 0, SLICE_MS);
	}
	(void)kill(target, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int
spawn_stop(pid_t pid)
{
	return stop(pid, false);
}

/* It closed its output: it is given until the deadline to end by itself. */
static enum rc
wait_end(const struct patience *p, pid_t pid, const char *what, struct err *e)
{
	int status = 0;

	for (;;) {
		enum rc rc;

		if (reaped(pid, true, &status))
			break;
		rc = patience_left(p, what, e);
		if (rc != RC_OK) {
			(void)stop(pid, true);
			return rc;
		}
		(void)poll(NULL, 0, SLICE_MS);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return RC_OK;
	if (WIFEXITED(status))
		return err_set(e, RC_CONFIG,
		    "%s ended with status %d; run it by hand to see why", what,
		    WEXITSTATUS(status));
	return err_set(
	    e, RC_CONFIG, "%s was killed by signal %d", what, WTERMSIG(status));
}

enum rc
spawn_output(const struct patience *p, const char *command, size_t max,
    const char *what, struct secret *ret, struct err *e)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	AUTO_SECRET struct secret s = { 0 };
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	AUTO_FD int out = -1;
	struct spawn_files files;
	int fds[2];
	pid_t pid = -1;
	enum rc rc;

	if (null < 0 || pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(e, "cannot run %s", what);
	out = fds[0];
	files = (struct spawn_files){ null, fds[1], STDERR_FILENO };
	rc = start(guard, argv, &files, &pid, e);
	(void)close(fds[1]);
	if (rc != RC_OK)
		return rc;
	/* Both do it, so that there is no moment without the group. */
	(void)setpgid(pid, pid);
	rc = patience_read(
	    p, &(struct intake){ .fd = out, .max = max, .what = what }, &s, e);
	if (rc != RC_OK) {
		(void)stop(pid, true);
		return rc;
	}
	rc = wait_end(p, pid, what, e);
	if (rc == RC_OK)
		secret_move(ret, &s);
	return rc;
}

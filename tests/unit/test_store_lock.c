/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "signer/base/clock.h"
#include "signer/store/file.h"
#include "signer/store/record.h"
#include "tests/check.h"
#include "tests/unit/nobody.h"

enum { WAITERS = 20, PATIENCE_MS = 60000 };

static struct err e;
static char state[300];

static const char *
lock_file(const char *name)
{
	static char path[600];

	(void)snprintf(path, sizeof(path), "%s/stskey/lock/%s", state, name);
	return path;
}

/* A pipe: one byte says "I wait now". */
static bool
say_waiting(void *ctx)
{
	int *fd = ctx;

	if (*fd >= 0) {
		CHECK_EQ(write(*fd, "w", 1), 1);
		(void)close(*fd);
		*fd = -1;
	}
	return false;
}

static enum rc
take(struct lock *l, const char *name)
{
	struct lock_wait w = { NULL, "dev", "terraform", 0,
		clock_monotonic_ms() + PATIENCE_MS, NULL, NULL, NULL };

	return lock_take(l, name, &w, &e);
}

/* A child that waits for the lock; its exit status is what lock_take said. */
static pid_t
waiter(const char *name, uint32_t means, int said)
{
	struct lock_wait w = { NULL, "dev", "terraform", means,
		clock_monotonic_ms() + PATIENCE_MS, NULL, say_waiting, &said };
	struct lock l = LOCK_INIT;
	pid_t child = fork();
	enum rc rc;

	CHECK(child >= 0);
	if (child > 0)
		return child;
	rc = lock_take(&l, name, &w, &e);
	CHECK((rc == RC_OK) == (l.fd >= 0));
	if (rc == RC_PIN)
		CHECK_MEM(BYTES_STR(e.msg), "the PIN is locked: ask for help");
	lock_done(&l);
	_exit((int)rc);
}

static void
read_bytes(int fd, size_t n)
{
	char c;

	while (n-- > 0)
		CHECK_EQ(read(fd, &c, 1), 1);
}

static long
ended(pid_t child)
{
	int status;

	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
alone(void)
{
	struct lock l = LOCK_INIT, other = LOCK_INIT;
	struct lock_holder who;
	struct stat st;
	AUTO_BUF struct buf b = BUF_INIT(RECORD_MAX);

	CHECK_EQ(take(&l, "alone"), RC_OK);
	CHECK_EQ(fcntl(l.fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(take(&other, "other"), RC_OK);
	CHECK_EQ(file_read(lock_file("alone"), FILE_OURS, &b, &e), RC_OK);
	CHECK(record_holder(buf_bytes(&b), &who));
	CHECK_EQ(who.pid, getpid());
	CHECK_MEM(BYTES_STR(who.profile), "dev");
	CHECK_MEM(BYTES_STR(who.program), "terraform");
	CHECK(clock_now() - who.since < 60);
	lock_done(&l);
	lock_done(&l);
	CHECK_EQ(l.fd, -1);
	CHECK_EQ(stat(lock_file("alone"), &st), 0); /* never unlinked */
	CHECK_EQ(take(&l, "alone"), RC_OK);
	lock_done(&l);
	lock_done(&other);
}

/* One fails, and all who wait know at once; who comes later tries anew. */
static void
shared_failure(void)
{
	struct err why = { "the PIN is locked: ask for help" };
	struct lock l = LOCK_INIT;
	pid_t child[WAITERS];
	AUTO_BUF struct buf b = BUF_INIT(RECORD_MAX);
	struct record_failure failure;
	int fd[2];

	CHECK_EQ(pipe2(fd, O_CLOEXEC), 0);
	CHECK_EQ(take(&l, "shared"), RC_OK);
	for (size_t i = 0; i < WAITERS; i++)
		child[i] = waiter("shared", 0, fd[1]);
	read_bytes(fd[0], WAITERS);
	lock_failed(&l, RC_PIN, &why);
	CHECK_EQ(l.fd, -1);
	for (size_t i = 0; i < WAITERS; i++)
		CHECK_EQ(ended(child[i]), RC_PIN);
	CHECK_EQ(take(&l, "shared"), RC_OK);
	/* The failure is gone from the file as well. */
	CHECK_EQ(file_read(lock_file("shared"), FILE_OURS, &b, &e), RC_OK);
	CHECK(!record_failure(buf_bytes(&b), &failure));
	lock_done(&l);
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(close(fd[1]), 0);
}

/* Who may be able to do what the holder could not is left to try. */
static void
failure_of_other_means(void)
{
	struct err why = { "the PIN is locked: ask for help" };
	struct lock l = LOCK_INIT;
	pid_t child;
	int fd[2];

	CHECK_EQ(pipe2(fd, O_CLOEXEC), 0);
	CHECK_EQ(take(&l, "means"), RC_OK);
	child = waiter("means", 1, fd[1]);
	read_bytes(fd[0], 1);
	lock_failed(&l, RC_PIN, &why);
	CHECK_EQ(ended(child), RC_OK);
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(close(fd[1]), 0);
}

/* One succeeds: the next takes over, one after the other. */
static void
success_is_not_shared(void)
{
	struct lock l = LOCK_INIT;
	pid_t child[3];
	int fd[2];

	CHECK_EQ(pipe2(fd, O_CLOEXEC), 0);
	CHECK_EQ(take(&l, "next"), RC_OK);
	for (size_t i = 0; i < 3; i++)
		child[i] = waiter("next", 0, fd[1]);
	read_bytes(fd[0], 3);
	lock_done(&l);
	for (size_t i = 0; i < 3; i++)
		CHECK_EQ(ended(child[i]), RC_OK);
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(close(fd[1]), 0);
}

static pid_t
holder(const char *name, int said, int sig)
{
	struct lock l = LOCK_INIT;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child > 0)
		return child;
	CHECK_EQ(take(&l, name), RC_OK);
	CHECK_EQ(write(said, "h", 1), 1);
	if (sig != 0)
		(void)raise(sig);
	for (;;)
		(void)pause();
}

static void
holder_killed(void)
{
	pid_t dying, next;
	int fd[2], status;

	CHECK_EQ(pipe2(fd, O_CLOEXEC), 0);
	dying = holder("killed", fd[1], 0);
	read_bytes(fd[0], 1);
	next = waiter("killed", 0, fd[1]);
	read_bytes(fd[0], 1);
	CHECK_EQ(kill(dying, SIGKILL), 0);
	CHECK_EQ(ended(next), RC_OK);
	CHECK_EQ(waitpid(dying, &status, 0), dying);
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(close(fd[1]), 0);
}

/* The file as it is, held by this process behind the back of lock.c. */
static int
hold_raw(const char *name, const char *content)
{
	int fd =
	    open(lock_file(name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK_EQ(flock(fd, LOCK_EX), 0);
	CHECK_EQ(write(fd, content, strlen(content)), strlen(content));
	return fd;
}

static void
released_after(const char *name, const char *content, enum rc want)
{
	int said[2], raw = hold_raw(name, content);
	pid_t child;

	CHECK_EQ(pipe2(said, O_CLOEXEC), 0);
	child = waiter(name, 0, said[1]);
	read_bytes(said[0], 1);
	CHECK_EQ(flock(raw, LOCK_UN), 0);
	CHECK_EQ(ended(child), want);
	CHECK_EQ(close(raw), 0);
	CHECK_EQ(close(said[0]), 0);
	CHECK_EQ(close(said[1]), 0);
}

/* Failures from before one began to wait, or from no clock of this machine. */
static void
other_failures(void)
{
	char content[200];
	int64_t now = clock_monotonic_ms();

	while (clock_monotonic_ms() == now)
		continue;
	(void)snprintf(content, sizeof(content),
	    "pid=1 since=1 profile= program=\n"
	    "failed rc=5 at=%lld message=x\n",
	    (long long)now);
	released_after("late", content, RC_OK);
	(void)snprintf(content, sizeof(content),
	    "pid=1 since=1 profile= program=\n"
	    "failed rc=5 at=%lld message=x\n",
	    (long long)now + 1000000);
	released_after("future", content, RC_OK);
	released_after("garbage", "pid=1 since=\n\n\nfailed rc=5", RC_OK);
	released_after("empty", "", RC_OK);
}

struct told {
	struct lock_holder who;
	int times;
};

static void
remember(void *ctx, const struct lock_holder *who)
{
	struct told *t = ctx;

	t->who = *who;
	t->times++;
}

static bool
was_told(void *ctx)
{
	const struct told *t = ctx;

	return t->times > 0;
}

static void
told_of_the_stopped(void)
{
	struct told t = { 0 };
	int64_t began = clock_monotonic_ms();
	struct lock_wait w = { NULL, "dev", "aws", 0, began + PATIENCE_MS,
		remember, was_told, &t };
	struct lock l = LOCK_INIT;
	pid_t stopped;
	int fd[2], status;

	CHECK_EQ(pipe2(fd, O_CLOEXEC), 0);
	stopped = holder("stopped", fd[1], SIGSTOP);
	CHECK_EQ(waitpid(stopped, &status, WUNTRACED), stopped);
	CHECK(WIFSTOPPED(status));
	CHECK_EQ(lock_take(&l, "stopped", &w, &e), RC_CANCELLED);
	CHECK(clock_monotonic_ms() - began >= 2000);
	CHECK_EQ(t.times, 1);
	CHECK_EQ(t.who.pid, stopped);
	CHECK(t.who.stopped);
	CHECK_MEM(BYTES_STR(t.who.program), "terraform");

	w.deadline_ms = clock_monotonic_ms() + 10;
	w.cancelled = NULL;
	CHECK_EQ(lock_take(&l, "stopped", &w, &e), RC_TIMEOUT);
	CHECK(strstr(e.msg, "kill -CONT") != NULL);
	CHECK_EQ(l.fd, -1);
	CHECK_EQ(kill(stopped, SIGKILL), 0);
	CHECK_EQ(waitpid(stopped, &status, 0), stopped);
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(close(fd[1]), 0);
}

static void
on_alarm(int signal)
{
	(void)signal;
}

/* The alarm of the program is its own again, blocked or not. */
static void
alarm_given_back(void)
{
	struct sigaction mine = { .sa_handler = on_alarm }, now;
	struct itimerval hour = { { 0, 0 }, { 3600, 0 } }, timer;
	struct lock_wait w = { .deadline_ms = clock_monotonic_ms() + 10 };
	struct lock l = LOCK_INIT;
	sigset_t alarm, mask;
	int raw = hold_raw("alarm", "");

	(void)sigemptyset(&alarm);
	(void)sigaddset(&alarm, SIGALRM);
	CHECK_EQ(sigaction(SIGALRM, &mine, NULL), 0);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &alarm, NULL), 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &hour, NULL), 0);
	CHECK_EQ(lock_take(&l, "alarm", &w, &e), RC_TIMEOUT);
	CHECK_EQ(getitimer(ITIMER_REAL, &timer), 0);
	CHECK(timer.it_value.tv_sec > 3500 && timer.it_interval.tv_sec == 0);
	CHECK_EQ(sigaction(SIGALRM, NULL, &now), 0);
	CHECK(now.sa_handler == on_alarm);
	CHECK_EQ(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	CHECK_EQ(sigismember(&mask, SIGALRM), 1);
	timer = (struct itimerval){ 0 };
	CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	CHECK_EQ(close(raw), 0);
}

/* A deadline that is over is no reason to refuse what is free. */
static void
no_wait(void)
{
	struct lock_wait w = { .deadline_ms = 0 };
	struct lock l = LOCK_INIT;

	CHECK_EQ(lock_take(&l, "free", &w, &e), RC_OK);
	lock_done(&l);
}

static void
refusals(void)
{
	struct lock l = LOCK_INIT;
	struct stat st;
	int fd;

	CHECK_EQ(take(&l, ""), RC_CONFIG);
	CHECK_EQ(take(&l, ".."), RC_CONFIG);
	CHECK_EQ(take(&l, "a/b"), RC_CONFIG);
	CHECK_EQ(symlink("alone", lock_file("link")), 0);
	CHECK_EQ(take(&l, "link"), RC_CONFIG);
	CHECK_EQ(mkfifo(lock_file("fifo"), 0600), 0);
	CHECK_EQ(take(&l, "fifo"), RC_CONFIG);
	fd = open(lock_file("open"), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	CHECK_EQ(fchmod(fd, 0666), 0);
	CHECK_EQ(take(&l, "open"), RC_OK);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0600);
	CHECK_EQ(close(fd), 0);
	lock_done(&l);
	CHECK_EQ(chmod(state, 0700), 0);
	CHECK_EQ(chmod(lock_file(""), 0770), 0);
	CHECK_EQ(take(&l, "alone"), RC_CONFIG);
	CHECK_EQ(chmod(lock_file(""), 0500), 0);
	CHECK_EQ(take(&l, "unheard-of"), RC_SYS);
	CHECK_EQ(chmod(lock_file(""), 0700), 0);
	CHECK_EQ(l.fd, -1);
}

static void
run(void)
{
	const char *folder = new_folder();

	(void)snprintf(state, sizeof(state), "%s/state", folder);
	CHECK_EQ(setenv("XDG_STATE_HOME", state, 1), 0);
	alone();
	shared_failure();
	failure_of_other_means();
	success_is_not_shared();
	holder_killed();
	other_failures();
	told_of_the_stopped();
	alarm_given_back();
	no_wait();
	refusals();
	remove_folder(folder);
}

int
main(void)
{
	as_nobody(run);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/store/path.h"
#include "signer/store/record.h"

enum { TICK_US = 250000, TELL_AFTER_MS = 2000, TELL_EVERY_MS = 1000 };
enum { WHAT_MAX = 128 };

/* The process's timer as it was, and as it will be again. */
struct ticking {
	struct sigaction action;
	struct itimerval timer;
	sigset_t mask;
};

static enum rc
check_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(e, "the lock '%s' cannot be examined", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return err_set(e, RC_CONFIG,
		    "the lock '%s' is not a file of yours: remove it", path);
	/* An odd umask may have left too few bits, another program too many. */
	if ((st.st_mode & 07777) != 0600 && fchmod(fd, 0600) != 0)
		return err_sys(e, "the lock '%s' cannot be made private", path);
	return RC_OK;
}

static enum rc
open_file(const char *name, int *ret, struct err *e)
{
	AUTO_MEM char *state = NULL, *dir = NULL, *path = NULL;
	AUTO_FD int fd = -1;
	enum rc rc;

	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL)
		return err_set(
		    e, RC_CONFIG, "'%s' is no name for a lock", name);
	if ((rc = file_xdg(XDG_STATE, &state, e)) != RC_OK ||
	    (rc = file_dir(state, e)) != RC_OK)
		return rc;
	dir = path_join(state, "lock");
	if ((rc = file_dir(dir, e)) != RC_OK)
		return rc;
	path = path_join(dir, name);
	fd = open(
	    path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, RC_CONFIG,
		    "the lock '%s' is a link, which is not followed: remove it",
		    path);
	if (fd < 0)
		return err_sys(e,
		    "the lock '%s' cannot be opened (its folder must be "
		    "writable; XDG_STATE_HOME names another)",
		    path);
	if ((rc = check_file(fd, path, e)) != RC_OK)
		return rc;
	*ret = TAKE_FD(fd);
	return RC_OK;
}

/* Whatever is there; what makes no sense is found out by the reader. */
static void
read_file(int fd, struct buf *ret)
{
	uint8_t *at = buf_room(ret, RECORD_MAX);
	ssize_t n = at != NULL ? pread(fd, at, RECORD_MAX, 0) : -1;

	ret->len = n > 0 ? (size_t)n : 0;
}

/* The third field of proc(5)'s stat, after a name that may hold anything. */
static bool
is_stopped(pid_t pid)
{
	char path[40], stat[512];
	AUTO_FD int fd = -1;
	const char *name_end;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, stat, sizeof(stat) - 1) : -1;
	if (n < 0)
		return false;
	stat[n] = '\0';
	name_end = strrchr(stat, ')');
	return name_end != NULL && name_end[1] == ' ' &&
	       (name_end[2] == 'T' || name_end[2] == 't');
}

static bool
holder_of(int fd, struct lock_holder *ret)
{
	AUTO_BUF struct buf file = BUF_INIT(RECORD_MAX);

	read_file(fd, &file);
	if (!record_holder(buf_bytes(&file), ret))
		return false;
	ret->stopped = is_stopped(ret->pid);
	return true;
}

static enum rc
timed_out(int fd, const char *what, struct err *e)
{
	struct lock_holder who;

	if (!holder_of(fd, &who))
		return err_set(e, RC_TIMEOUT,
		    "another process held %s until time was up: try again",
		    what);
	if (who.stopped)
		return err_set(e, RC_TIMEOUT,
		    "process %ld ('%s', profile '%s') holds %s and is stopped: "
		    "'kill -CONT %ld' lets it go on, 'kill %ld' ends it",
		    (long)who.pid, who.program, who.profile, what,
		    (long)who.pid, (long)who.pid);
	return err_set(e, RC_TIMEOUT,
	    "process %ld ('%s', profile '%s') has held %s for %lld s: try "
	    "again when it is done, or 'kill %ld' ends it",
	    (long)who.pid, who.program, who.profile, what,
	    (long long)(clock_now() - who.since), (long)who.pid);
}

static void
on_tick(int signal)
{
	(void)signal; /* that flock(2) was interrupted is all that is wanted */
}

static void
start_ticking(struct ticking *before)
{
	struct sigaction tick = { .sa_handler = on_tick };
	struct itimerval every = { { 0, TICK_US }, { 0, TICK_US } };
	sigset_t alarm;

	(void)sigemptyset(&alarm);
	(void)sigaddset(&alarm, SIGALRM);
	(void)sigaction(SIGALRM, &tick, &before->action);
	(void)pthread_sigmask(SIG_UNBLOCK, &alarm, &before->mask);
	(void)setitimer(ITIMER_REAL, &every, &before->timer);
}

static void
stop_ticking(const struct ticking *before)
{
	(void)setitimer(ITIMER_REAL, &before->timer, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
	(void)sigaction(SIGALRM, &before->action, NULL);
}

/* Between two tries: whether to go on, and what the person is told. */
static enum rc
tick(int fd, const char *what, const struct lock_wait *w, int64_t *tell_ms,
    struct err *e)
{
	int64_t now = clock_monotonic_ms();
	struct lock_holder who;

	if (w->cancelled != NULL && w->cancelled(w->ctx))
		return err_set(
		    e, RC_CANCELLED, "called off while waiting for %s", what);
	if (now >= w->deadline_ms)
		return timed_out(fd, what, e);
	if (now < *tell_ms)
		return RC_OK;
	*tell_ms = now + TELL_EVERY_MS;
	if (w->told != NULL && holder_of(fd, &who))
		w->told(w->ctx, &who);
	return RC_OK;
}

/*
 * A tick that comes between its check and flock(2) is lost; the next one is
 * not, which is why the timer repeats.
 */
static enum rc
wait_for(int fd, const char *name, const struct lock_wait *w, int64_t began_ms,
    struct err *e)
{
	int64_t tell_ms = began_ms + TELL_AFTER_MS;
	char what[WHAT_MAX];
	struct ticking before;
	enum rc rc;

	if (w->what != NULL)
		(void)snprintf(what, sizeof(what), "%s", w->what);
	else
		(void)snprintf(what, sizeof(what), "the lock '%s'", name);
	start_ticking(&before);
	while ((rc = tick(fd, what, w, &tell_ms, e)) == RC_OK) {
		if (flock(fd, LOCK_EX) == 0)
			break;
		if (errno == EINTR)
			continue;
		rc = err_sys(e, "%s cannot be locked", what);
		break;
	}
	stop_ticking(&before);
	return rc;
}

/* What the holder we waited for left, if it left it since. */
static enum rc
shared_failure(int fd, uint32_t means, int64_t began_ms, struct err *e)
{
	AUTO_BUF struct buf file = BUF_INIT(RECORD_MAX);
	struct record_failure what;

	read_file(fd, &file);
	if (!record_failure(buf_bytes(&file), &what) || what.means != means ||
	    what.at_ms < began_ms || what.at_ms > clock_monotonic_ms())
		return RC_OK;
	*e = what.err;
	return what.rc;
}

/*
 * Cut short, then whole: a reader between the two knows nothing, nothing
 * wrong.  Not empty, as ext4 writes out a file that was made empty and closed,
 * and a lock is worth no waiting for a disk.
 */
static void
write_holder(int fd, const struct lock_wait *w)
{
	AUTO_BUF struct buf line = BUF_INIT(RECORD_MAX);

	record_put_holder(&line, getpid(), clock_now(), w);
	if (ftruncate(fd, 1) == 0)
		(void)!pwrite(fd, line.p, line.len, 0);
}

enum rc
lock_take(
    struct lock *l, const char *name, const struct lock_wait *w, struct err *e)
{
	int64_t began_ms = clock_monotonic_ms();
	AUTO_LOCK struct lock taken = LOCK_INIT;
	enum rc rc = open_file(name, &taken.fd, e);

	if (rc != RC_OK)
		return rc;
	taken.waited = flock(taken.fd, LOCK_EX | LOCK_NB) != 0;
	if (taken.waited) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(
			    e, "the lock '%s' cannot be taken", name);
		if ((rc = wait_for(taken.fd, name, w, began_ms, e)) != RC_OK ||
		    (rc = shared_failure(taken.fd, w->means, began_ms, e)) !=
			RC_OK)
			return rc;
	}
	write_holder(taken.fd, w);
	lock_done(l);
	l->fd = TAKE_FD(taken.fd);
	l->means = w->means;
	l->waited = taken.waited;
	return RC_OK;
}

void
lock_failed(struct lock *l, enum rc rc, const struct err *e)
{
	AUTO_BUF struct buf line = BUF_INIT(RECORD_MAX);
	struct record_failure what = { rc, l->means, clock_monotonic_ms(), *e };
	struct stat st;

	record_put_failure(&line, &what);
	if (l->fd >= 0 && buf_ok(&line) && fstat(l->fd, &st) == 0)
		(void)!pwrite(l->fd, line.p, line.len, st.st_size);
	lock_done(l);
}

/* Unlocked in words, since a child forked meanwhile may share the descriptor. */
void
lock_done(struct lock *l)
{
	if (l->fd < 0)
		return;
	(void)flock(l->fd, LOCK_UN);
	(void)close(l->fd);
	l->fd = -1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/store/path.h"

enum { ROTATIONS = 4, READ_MAX = 4 * LOG_BYTES };

struct place {
	char *dir, *now, *before;
};

#define AUTO_PLACE AUTO(place_done)

static void
place_done(struct place *p)
{
	mem_free(p->dir);
	mem_free(p->now);
	mem_free(p->before);
}

static enum rc
find(struct place *ret, struct err *e)
{
	enum rc rc = file_xdg(XDG_STATE, &ret->dir, e);

	if (rc != RC_OK)
		return rc;
	ret->now = path_join(ret->dir, "log");
	ret->before = path_join(ret->dir, "log.1");
	return RC_OK;
}

static enum rc
open_log(const char *path, int *ret, struct stat *st, struct err *e)
{
	AUTO_FD int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
	    0600);

	if (fd < 0 && errno == ELOOP)
		return err_set(e, RC_CONFIG,
		    "the log '%s' is a link, which is not followed: remove it",
		    path);
	if (fd < 0 || fstat(fd, st) != 0)
		return err_sys(e, "the log '%s' cannot be opened", path);
	if (!S_ISREG(st->st_mode) || st->st_uid != geteuid())
		return err_set(e, RC_CONFIG,
		    "the log '%s' is not a file of yours: remove it", path);
	/* An odd umask may have left too few bits, another program too many. */
	if ((st->st_mode & 07777) != 0600 && fchmod(fd, 0600) != 0)
		return err_sys(e, "the log '%s' cannot be made private", path);
	*ret = TAKE_FD(fd);
	return RC_OK;
}

/*
 * Whoever gets the lock of the full file, and finds it in its place still,
 * moves it away; who has it open writes to what is then log.1.  Nobody waits:
 * a few lines more in the full one do no harm.
 */
static void
rotate(const struct place *p, int fd, const struct stat *full)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && lstat(p->now, &st) == 0 &&
	    st.st_ino == full->st_ino && st.st_dev == full->st_dev)
		(void)!rename(p->now, p->before);
}

/* *ret stays -1 where it was full, and perhaps moved away. */
static enum rc
open_once(const struct place *p, bool last, int *ret, struct err *e)
{
	AUTO_FD int fd = -1;
	struct stat st = { 0 };
	enum rc rc = open_log(p->now, &fd, &st, e);

	if (rc != RC_OK)
		return rc;
	if (st.st_size < LOG_BYTES || last)
		*ret = TAKE_FD(fd);
	else
		rotate(p, fd, &st);
	return RC_OK;
}

static enum rc
open_with_room(const struct place *p, int *ret, struct err *e)
{
	enum rc rc = RC_OK;

	for (int i = 0; rc == RC_OK && *ret < 0; i++)
		rc = open_once(p, i == ROTATIONS, ret, e);
	return rc;
}

enum rc
log_append(struct bytes lines, struct err *e)
{
	AUTO_PLACE struct place p = { 0 };
	AUTO_FD int fd = -1;
	ssize_t n;
	enum rc rc;

	if ((rc = find(&p, e)) != RC_OK || (rc = file_dir(p.dir, e)) != RC_OK ||
	    (rc = open_with_room(&p, &fd, e)) != RC_OK)
		return rc;
	do
		n = write(fd, lines.p, lines.len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)lines.len)
		return RC_OK;
	if (n >= 0) {
		errno = ENOSPC;
		/* What comes next begins a line of its own. */
		(void)!write(fd, "\n", 1);
	}
	return err_sys(e, "the log '%s' cannot be written", p.now);
}

enum rc
log_read(struct buf *ret, struct err *e)
{
	AUTO_PLACE struct place p = { 0 };
	enum rc rc = find(&p, e);

	if (rc != RC_OK)
		return rc;
	*ret = BUF_INIT(READ_MAX);
	rc = file_read(p.before, FILE_OURS, ret, e);
	if (rc == RC_OK || rc == RC_NOTFOUND)
		rc = file_read(p.now, FILE_OURS, ret, e);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

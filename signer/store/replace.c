/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/store/path.h"

enum { LINKS_MAX = 16, LINK_BYTES = 4096, STALE_SECONDS = 600 };

/* A file on its way to take another's place. */
struct fresh {
	char *target; /* what path means once links are followed */
	char *dir;    /* its folder */
	char *temp;   /* beside it; NULL: nothing to remove */
	int fd;
	mode_t mode;
};

static void
fresh_done(struct fresh *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	if (f->temp != NULL)
		(void)unlink(f->temp);
	mem_free(f->temp);
	mem_free(f->dir);
	mem_free(f->target);
}

static enum rc
cannot_write(const char *path, struct err *e)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
		return err_set(e, RC_SYS,
		    "'%s' cannot be written: the disk, or your quota, is full; "
		    "free some space and try again (nothing was changed)",
		    path);
	case EROFS:
		return err_set(e, RC_SYS,
		    "'%s' cannot be written: its file system is read-only; "
		    "remount it, or point HOME or the XDG variable elsewhere",
		    path);
	case EACCES:
	case EPERM:
		return err_set(e, RC_SYS,
		    "'%s' cannot be written: no permission for its folder; "
		    "'ls -ld' shows whose it is, 'chmod u+rwx' opens your own",
		    path);
	case ENOENT:
	case ENOTDIR:
		return err_set(e, RC_NOTFOUND,
		    "'%s' cannot be written: its folder does not exist; make "
		    "it with 'mkdir -p'",
		    path);
	default:
		return err_sys(e, "'%s' cannot be written", path);
	}
}

/* What a link names; NULL: it is none.  For mem_free(). */
static char *
link_target(const char *path)
{
	AUTO_BUF struct buf link = BUF_INIT(LINK_BYTES + 1);
	AUTO_MEM char *dir = path_folder(path);
	uint8_t *at = buf_room(&link, LINK_BYTES);
	ssize_t n = readlink(path, (char *)at, LINK_BYTES);

	if (n <= 0)
		return NULL;
	link.len = (size_t)n;
	if (at[0] == '/')
		return mem_str(buf_cstr(&link));
	return path_join(dir, buf_cstr(&link));
}

/* Also a link that leads nowhere yet: the file it names will be made. */
static enum rc
follow_links(const char *path, char **ret, struct err *e)
{
	AUTO_MEM char *at = mem_str(path);
	char *next = NULL;

	for (int i = 0; i < LINKS_MAX; i++) {
		next = link_target(at);
		if (next == NULL)
			break;
		mem_free(at);
		at = next;
	}
	if (next != NULL)
		return err_set(e, RC_CONFIG,
		    "'%s' is a link that leads through too many others: put "
		    "the file itself in its place",
		    path);
	*ret = TAKE(at);
	return RC_OK;
}

static char *
temp_name(const char *dir)
{
	uint64_t random = 0;
	char name[40];

	/* Not a secret: O_EXCL refuses a name that is taken. */
	(void)!getrandom(&random, sizeof(random), 0);
	(void)snprintf(name, sizeof(name), ".stskey-%016llx.tmp",
	    (unsigned long long)random);
	return path_join(dir, name);
}

/* The new file is of the same mode and owner as the old one, if any. */
static enum rc
look_like_old(struct fresh *f, struct err *e)
{
	struct stat old, now;
	bool moved;

	if (lstat(f->target, &old) != 0) {
		if (errno != ENOENT || fchmod(f->fd, f->mode) != 0)
			return cannot_write(f->target, e);
		return RC_OK;
	}
	if (!S_ISREG(old.st_mode))
		return err_set(e, RC_CONFIG,
		    "'%s' is not a regular file: name another one", f->target);
	if (fstat(f->fd, &now) != 0)
		return cannot_write(f->target, e);
	moved = old.st_uid != now.st_uid || old.st_gid != now.st_gid;
	if (moved && fchown(f->fd, old.st_uid, old.st_gid) != 0)
		return err_set(e, RC_SYS,
		    "'%s' belongs to another user or group, which a new file "
		    "could not: change it as its owner",
		    f->target);
	if (fchmod(f->fd, old.st_mode & 07777) != 0)
		return cannot_write(f->target, e);
	return RC_OK;
}

static enum rc
write_fresh(struct fresh *f, struct bytes content, struct err *e)
{
	enum rc rc;

	f->dir = path_folder(f->target);
	f->temp = temp_name(f->dir);
	f->fd = open(f->temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd < 0) {
		mem_free(TAKE(f->temp)); /* it may be somebody else's */
		return cannot_write(f->target, e);
	}
	if ((rc = look_like_old(f, e)) != RC_OK)
		return rc;
	if (fd_write(f->fd, content, e) != RC_OK || fsync(f->fd) != 0)
		return cannot_write(f->target, e);
	return RC_OK;
}

/* A folder that may be written but not read cannot be fsynced: let it be. */
static enum rc
sync_folder(const char *dir, const char *what, struct err *e)
{
	AUTO_FD int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && fsync(fd) != 0 && errno == EIO)
		return err_sys(e,
		    "'%s' is written, but the disk does not say for good",
		    what);
	return RC_OK;
}

static void
closedirp(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

static bool
is_temp(const char *name)
{
	size_t n = strlen(name);

	return n == strlen(".stskey-0123456789abcdef.tmp") &&
	       strncmp(name, ".stskey-", 8) == 0 &&
	       strcmp(name + n - 4, ".tmp") == 0;
}

/* What processes left that were killed while they wrote, long since. */
static void
sweep(const char *dir)
{
	AUTO(closedirp) DIR *d = opendir(dir);
	struct dirent *entry;
	struct stat st;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (is_temp(entry->d_name) &&
		    fstatat(dirfd(d), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) &&
		    st.st_mtime < clock_now() - STALE_SECONDS)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
}

enum rc
file_replace(const char *path, mode_t mode, struct bytes content, struct err *e)
{
	AUTO(fresh_done) struct fresh f = { .fd = -1, .mode = mode };
	enum rc rc;

	if ((rc = follow_links(path, &f.target, e)) != RC_OK ||
	    (rc = write_fresh(&f, content, e)) != RC_OK)
		return rc;
	if (rename(f.temp, f.target) != 0)
		return cannot_write(f.target, e);
	mem_free(TAKE(f.temp));
	sweep(f.dir);
	return sync_folder(f.dir, f.target, e);
}

static enum rc
cannot_remove(const char *path, struct err *e)
{
	if (errno == ENOENT)
		return err_set(e, RC_NOTFOUND, "'%s' is not there", path);
	return err_sys(e, "'%s' cannot be removed", path);
}

enum rc
file_remove(const char *path, struct err *e)
{
	AUTO_MEM char *dir = path_folder(path);

	if (unlink(path) != 0)
		return cannot_remove(path, e);
	sweep(dir);
	return sync_folder(dir, path, e);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/fd.h"

enum { CHUNK = 4096, SPARE = 64 };

static enum rc
cannot_open(const char *path, struct err *e)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return err_set(e, RC_NOTFOUND, "'%s' does not exist", path);
	case ELOOP:
		return err_set(e, RC_CONFIG,
		    "'%s' is a link, which is not followed there: put the file "
		    "itself in its place",
		    path);
	case ENXIO: /* a socket */
		return err_set(e, RC_CONFIG,
		    "'%s' is not a regular file: name another one", path);
	case EACCES:
	case EPERM:
		return err_set(e, RC_CONFIG,
		    "'%s' cannot be opened: no permission; 'ls -l' shows whose "
		    "it is, 'chmod u+rw' opens your own",
		    path);
	default:
		return err_sys(e, "'%s' cannot be opened", path);
	}
}

static enum rc
check_owner(const char *path, enum file_trust trust, const struct stat *st,
    struct err *e)
{
	bool mine = st->st_uid == geteuid();

	switch (trust) {
	case FILE_THEIRS:
		return RC_OK;
	case FILE_OURS:
		if (mine)
			return RC_OK;
		break;
	case FILE_SECRET:
		if (mine || st->st_uid == 0)
			return RC_OK;
		break;
	case FILE_ROOTS:
		if (st->st_uid == 0)
			return RC_OK;
		return err_set(e, RC_CONFIG,
		    "'%s' is not root's, so it is not trusted: 'chown root' it",
		    path);
	}
	return err_set(e, RC_CONFIG,
	    "'%s' belongs to another user (uid %lu), so it is not trusted: "
	    "remove it, or name a file of your own",
	    path, (unsigned long)st->st_uid);
}

static enum rc
check_mode(const char *path, enum file_trust trust, const struct stat *st,
    struct err *e)
{
	static const mode_t too_open[] = {
		[FILE_THEIRS] = 0,
		[FILE_OURS] = 0177,
		[FILE_SECRET] = 0077,
		[FILE_ROOTS] = 0022,
	};

	if (!S_ISREG(st->st_mode))
		return err_set(e, RC_CONFIG,
		    "'%s' is not a regular file: name another one", path);
	/*
	 * Of root and its group, 0440 is how a credential looks that systemd
	 * hands out by an ACL: the group bits are the ACL's mask.
	 */
	if (trust == FILE_SECRET && st->st_uid == 0 && st->st_gid == 0 &&
	    (st->st_mode & 0777) == 0440)
		return RC_OK;
	if ((st->st_mode & too_open[trust]) != 0)
		return err_set(e, RC_CONFIG,
		    "'%s' has mode %04o, which is too open: 'chmod %s' it, and "
		    "think of who may have used that",
		    path, (unsigned int)(st->st_mode & 07777),
		    trust == FILE_ROOTS ? "go-w" : "600");
	return RC_OK;
}

/* O_NONBLOCK: a FIFO must not hang us before fstat(2) finds it out. */
static enum rc
open_trusted(const char *path, enum file_trust trust, int *ret, struct stat *st,
    struct err *e)
{
	int link = trust == FILE_OURS ? O_NOFOLLOW : 0;
	AUTO_FD int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | link);
	enum rc rc;

	if (fd < 0)
		return cannot_open(path, e);
	if (fstat(fd, st) != 0)
		return err_sys(e, "'%s' cannot be examined", path);
	if ((rc = check_mode(path, trust, st, e)) != RC_OK ||
	    (rc = check_owner(path, trust, st, e)) != RC_OK)
		return rc;
	*ret = TAKE_FD(fd);
	return RC_OK;
}

static enum rc
too_large(const char *path, size_t max, struct err *e)
{
	return err_set(e, RC_CONFIG,
	    "'%s' is larger than the %zu bytes that are allowed: is it the "
	    "right file?",
	    path, max);
}

/* One read(2); *got 0: the end. */
static enum rc
read_some(
    int fd, uint8_t *p, size_t n, size_t *got, const char *path, struct err *e)
{
	ssize_t r;

	*got = 0;
	do
		r = read(fd, p, n);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(e, "'%s' cannot be read", path);
	*got = (size_t)r;
	return RC_OK;
}

static enum rc
expect_end(int fd, const char *path, size_t max, struct err *e)
{
	uint8_t beyond;
	size_t got = 0;
	enum rc rc = read_some(fd, &beyond, 1, &got, path, e);

	if (rc != RC_OK)
		return rc;
	return got == 0 ? RC_OK : too_large(path, max, e);
}

static enum rc
read_whole(int fd, off_t size, const char *path, struct buf *ret, struct err *e)
{
	/* Room that is not used is wiped all the same, page by page. */
	size_t max = ret->max - ret->len, got = 1;
	size_t n = (size_t)size + (size > 0 ? SPARE : CHUNK);

	if ((uint64_t)size > max)
		return too_large(path, max, e);
	while (got > 0) {
		size_t left = ret->max - ret->len;
		uint8_t *at;
		enum rc rc;

		if (left == 0)
			return expect_end(fd, path, max, e);
		n = n < left ? n : left;
		at = buf_room(ret, n);
		rc = read_some(fd, at, n, &got, path, e);
		ret->len -= n - got;
		if (rc != RC_OK)
			return rc;
		/* All at once, but from proc(5), whose files are of size 0. */
		if (size > 0 && got < n)
			return RC_OK;
	}
	return RC_OK;
}

enum rc
file_read(
    const char *path, enum file_trust trust, struct buf *ret, struct err *e)
{
	int64_t unused;

	return file_read_dated(path, trust, ret, &unused, e);
}

enum rc
file_read_dated(const char *path, enum file_trust trust, struct buf *ret,
    int64_t *changed, struct err *e)
{
	size_t before = ret->len;
	AUTO_FD int fd = -1;
	struct stat st = { 0 };
	enum rc rc;

	if ((rc = open_trusted(path, trust, &fd, &st, e)) != RC_OK)
		return rc;
	*changed = st.st_mtim.tv_sec;
	rc = read_whole(fd, st.st_size, path, ret, e);
	if (rc != RC_OK && ret->p != NULL) {
		explicit_bzero(ret->p + before, ret->len - before);
		ret->len = before;
	}
	return rc;
}

enum rc
file_read_locked(const char *path, enum file_trust trust, size_t max,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret all = { 0 };
	AUTO_FD int fd = -1;
	struct stat st;
	size_t len = 0, got = 1;
	enum rc rc;

	if ((rc = open_trusted(path, trust, &fd, &st, e)) != RC_OK)
		return rc;
	secret_new(&all, max + 1);
	while (got > 0 && len <= max) {
		rc = read_some(fd, all.p + len, max + 1 - len, &got, path, e);
		if (rc != RC_OK)
			return rc;
		len += got;
	}
	if (len > max)
		return too_large(path, max, e);
	secret_cut(&all, len);
	secret_move(ret, &all);
	return RC_OK;
}

enum rc
file_read_secret(
    const char *path, size_t max, struct secret *ret, struct err *e)
{
	return file_read_locked(path, FILE_SECRET, max, ret, e);
}

enum rc
file_zero(int fd, struct err *e)
{
	static const uint8_t zeros[CHUNK];
	struct stat st;

	if (fstat(fd, &st) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(e, "looking at it");
	for (off_t left = st.st_size; left > 0; left -= CHUNK) {
		size_t n = left < CHUNK ? (size_t)left : CHUNK;
		enum rc rc = fd_write(fd, BYTES(zeros, n), e);

		if (rc != RC_OK)
			return rc;
	}
	return fsync(fd) == 0 ? RC_OK : err_sys(e, "writing to disk");
}

/* What a link points to would stay, as would the other names of a file. */
enum rc
file_check_wipe(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? RC_OK : cannot_open(path, e);
	if (S_ISLNK(st.st_mode))
		return err_set(e, RC_CONFIG,
		    "'%s' is a link, and removing it would leave the secret "
		    "where it points to: give the file itself, which "
		    "`readlink -f` names",
		    path);
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		return err_set(e, RC_CONFIG,
		    "'%s' has %lu names, and only this one would be removed: "
		    "remove the others first, which `find -samefile` shows",
		    path, (unsigned long)st.st_nlink);
	return RC_OK;
}

static enum rc
open_to_wipe(const char *path, int *ret, struct err *e)
{
	AUTO_FD int fd =
	    open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;
	enum rc rc;

	if (fd < 0)
		return cannot_open(path, e);
	if (fstat(fd, &st) != 0)
		return err_sys(e, "'%s' cannot be examined", path);
	if ((rc = check_mode(path, FILE_THEIRS, &st, e)) == RC_OK)
		*ret = TAKE_FD(fd);
	return rc;
}

enum rc
file_wipe(const char *path, struct err *e)
{
	AUTO_FD int fd = -1;
	enum rc rc = open_to_wipe(path, &fd, e);

	if (rc != RC_OK)
		return rc;
	if ((rc = file_zero(fd, e)) != RC_OK)
		return err_in(
		    e, rc, "'%s' was not overwritten and is still there", path);
	if (unlink(path) != 0)
		return err_sys(e,
		    "'%s' is overwritten, but cannot be removed: remove it "
		    "yourself",
		    path);
	return RC_OK;
}

enum rc
file_wipe_aside(const char *path, struct err *e)
{
	AUTO_FD int fd = -1;
	enum rc rc = open_to_wipe(path, &fd, e);

	if (rc != RC_OK)
		return rc;
	if (unlink(path) != 0)
		return err_sys(e, "'%s' cannot be removed", path);
	if ((rc = file_zero(fd, e)) != RC_OK)
		return err_in(e, rc,
		    "'%s' is removed, but the disk may still hold what it "
		    "held",
		    path);
	return RC_OK;
}

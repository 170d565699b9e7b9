/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stdint.h>
#include <sys/types.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/secret.h"

/*
 * Opening safely and replacing atomically.  Paths are absolute or relative to
 * the working directory; every error names the path and what to do.
 */

enum file_trust {
	/* A file people keep: links followed, any mode. */
	FILE_THEIRS,
	/* Ours: a regular file, not a link, of our uid, mode 0600 or less. */
	FILE_OURS,
	/* Holds a secret: links followed, of our uid or root's, and readable
	 * by nobody else. */
	FILE_SECRET,
	/* Policy: of root's uid and writable by nobody else. */
	FILE_ROOTS,
};

/*
 * The whole file, appended up to ret->max bytes.  RC_NOTFOUND; RC_CONFIG: not
 * to be trusted, not a regular file, not readable, too large; ret is as it was.
 */
enum rc file_read(
    const char *path, enum file_trust trust, struct buf *ret, struct err *e);
/* The same, and when it was last changed, in seconds. */
enum rc file_read_dated(const char *path, enum file_trust trust,
    struct buf *ret, int64_t *changed, struct err *e);
/* Into locked memory only; max < 1 MiB.  file_read_secret(): FILE_SECRET. */
enum rc file_read_locked(const char *path, enum file_trust trust, size_t max,
    struct secret *ret, struct err *e);
enum rc file_read_secret(
    const char *path, size_t max, struct secret *ret, struct err *e);

/*
 * Writes a temporary file beside path, fsyncs, renames, fsyncs the folder;
 * on failure nothing is left behind.  A link is followed to the file it
 * names, whose mode and owner are kept; a new file gets mode.
 */
enum rc file_replace(
    const char *path, mode_t mode, struct bytes content, struct err *e);

/* Zeros over all that an open file holds, fsync. */
enum rc file_zero(int fd, struct err *e);
/* The same, unlink.  RC_NOTFOUND; RC_CONFIG: not a file itself. */
enum rc file_wipe(const char *path, struct err *e);
/* Unlink, then the zeros: killed anywhere, its name has all of it or none. */
enum rc file_wipe_aside(const char *path, struct err *e);
/* RC_CONFIG for a link, and for a file of several names; RC_OK: not there. */
enum rc file_check_wipe(const char *path, struct err *e);
/* What is not secret: there or gone, and nothing between.  RC_NOTFOUND. */
enum rc file_remove(const char *path, struct err *e);

/*
 * Creates a folder 0700 with its parents, or checks that it is ours, no link
 * and not group- or world-writable (RC_CONFIG).
 */
enum rc file_dir(const char *path, struct err *e);

/*
 * $XDG_*_HOME/stskey, or its default under $HOME (XDG Base Directory 0.8).
 * RC_CONFIG when neither is set to an absolute path.  For mem_free().
 */
enum xdg { XDG_CACHE, XDG_STATE, XDG_DATA, XDG_RUNTIME };
enum rc file_xdg(enum xdg which, char **ret, struct err *e);
/* ~/.aws/NAME, with HOME checked as above.  For mem_free(). */
enum rc file_aws(const char *name, char **ret, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_PLAIN_H
#define TOKEN_PLAIN_H

#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/base/secret.h"

/*
 * A static key left in ~/.aws/credentials: the only code that parses a secret
 * there.  The file's bytes are in locked memory only.
 */
struct plain {
	struct secret secret_access_key;
	const char *access_key_id; /* in the pool given */
};

#define AUTO_PLAIN AUTO(plain_done)

/* RC_NOTFOUND: no such file, profile or key; RC_CONFIG. */
enum rc plain_find(struct pool *p, const char *path, const char *profile,
    struct plain *ret, struct err *e);
void plain_done(struct plain *p);

/*
 * Takes the key of a profile out of the file, if it still is that key, and
 * the section with it when nothing else is in it.  Every other byte stays.
 * RC_OK: the secret is nowhere in the file, and the old file's blocks are
 * overwritten as far as the disk lets us.  RC_CONFIG: it would stay somewhere
 * (in [DEFAULT], another section, a comment, under another name of the file),
 * so nothing was changed.  RC_SYS says which of the two was not done.  The
 * caller holds a lock, since what others write meanwhile would be lost.
 */
enum rc plain_remove(const char *path, const char *profile,
    const char *access_key_id, struct err *e);

/* What a session has; borrowed. */
struct temporary {
	const char *access_key_id, *secret_access_key, *session_token;
};
/*
 * Makes them the section of that name, which is added at the end where there
 * is none; so is the file.  Every other byte stays, and its mode.  RC_CONFIG:
 * a long-term key stands there, or the file cannot be read as one, or others
 * can read it; RC_SYS.  Nothing was changed then.  The caller holds a lock.
 */
enum rc plain_write(const char *path, const char *profile,
    const struct temporary *t, struct err *e);

#endif

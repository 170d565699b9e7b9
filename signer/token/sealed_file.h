/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_SEALED_FILE_H
#define TOKEN_SEALED_FILE_H

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/mac.h"
#include "signer/token/seal.h"

/*
 * What is in a sealed file (docs/SEALED.md): one secret, closed once for each
 * of its seals.  Pure: bytes in, bytes out; nothing in it is secret.
 */

enum {
	SEALED_SEALS = 8,
	SEALED_NAME = 40,
	SEALED_ID = 256,
	SEALED_FILE_MAX = 64 * 1024,
	SEALED_SECRET_MAX = 256,
};

struct sealed_entry {
	struct seal seal;
	struct buf closed; /* by crypto/box, with sealed_file_beside() */
};

struct sealed_file {
	char name[SEALED_NAME + 1];
	enum mac mac;           /* what the secret is for */
	char id[SEALED_ID + 1]; /* whose it is; "": not known */
	struct sealed_entry at[SEALED_SEALS];
	size_t n;
};

/* [A-Za-z0-9._-], not beginning with a dot.  RC_CONFIG. */
enum rc sealed_file_check_name(const char *name, struct err *e);
/*
 * RC_FORMAT: not such a file, one of a later version, or one that was given
 * another name than it was made with.
 */
enum rc sealed_file_parse(struct bytes json, const char *name,
    struct sealed_file *ret, struct err *e);
enum rc sealed_file_format(
    const struct sealed_file *f, struct buf *ret, struct err *e);
/*
 * What is bound to a closed secret: an entry that is moved to another file, or
 * of which anything is changed, does not open.
 */
void sealed_file_beside(const struct sealed_file *f,
    const struct sealed_entry *entry, struct buf *ret);
void sealed_file_done(struct sealed_file *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_ENTRY_H
#define TOKEN_ENTRY_H

#include "signer/token/state.h"

/*
 * The secret that is to be imported, read here and checked for its shape: an
 * AWS secret access key, or the base32 seed of a virtual MFA device.
 */
enum entry_from {
	ENTRY_PROMPT,      /* asked of the person */
	ENTRY_STDIN,       /* one line of our caller's standard input */
	ENTRY_CSV,         /* the file of the IAM console */
	ENTRY_CREDENTIALS, /* a plaintext key of ~/.aws/credentials */
	ENTRY_OFFER,       /* a seed that AWS handed out, closed to offer.h's */
};

struct entry_request {
	enum entry_from from;
	bool seed;
	/* ENTRY_CSV, ENTRY_CREDENTIALS; NULL: the credentials file */
	const char *path;
	const char *profile;       /* ENTRY_CREDENTIALS */
	const char *access_key_id; /* of a key; or NULL with the last two */
	const char *serial;        /* of a seed */
	struct bytes offered;      /* ENTRY_OFFER */
};

/* In the pool of the caller, until entry_done(). */
struct entry {
	struct secret value;       /* "AWS4" + secret, or the seed's bytes */
	const char *access_key_id; /* NULL for a seed */
	const char *warning;       /* to be said to the person; or NULL */
};

#define AUTO_ENTRY AUTO(entry_done)

/* RC_CONFIG: a wrong shape, told without a byte of it. */
enum rc entry_read(const struct state *s, const struct entry_request *r,
    struct pool *p, struct entry *ret, struct err *e);
void entry_done(struct entry *entry);

/*
 * The seed in base32, spaces and lower case allowed, or in an otpauth: URI of
 * six digits, SHA-1 and 30 seconds (the only ones that AWS knows).
 */
enum rc entry_seed(struct bytes text, struct secret *ret, struct err *e);

#endif

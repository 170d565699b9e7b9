/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_SEAL_H
#define TOKEN_SEAL_H

#include <stdbool.h>

#include "signer/base/buf.h"
#include "signer/base/secret.h"

/*
 * A token that takes no secret of ours in may make a key of its own, the same
 * each time it is given the same seal; a part of the contract of token.h.
 * token/sealed keeps the seals, and what their keys close.
 */

enum { SEAL_KEY = 32, SEAL_SALT = 32, SEAL_MODEL = 16, SEAL_ID_MAX = 1024 };

struct seal {
	struct buf id; /* the token's own, up to SEAL_ID_MAX bytes: CTAP2's
			* credential id */
	uint8_t salt[SEAL_SALT];
	uint8_t model[SEAL_MODEL]; /* of the token: CTAP2's AAGUID */
	bool pin; /* its key is made with the PIN; without, it is another */
	char device[64]; /* as a person knows it: "Yubico YubiKey FIDO" */
};

#define SEAL_INIT ((struct seal){ .id = BUF_INIT(SEAL_ID_MAX) })
#define AUTO_SEAL AUTO(seal_done)

/* Several seals of one secret, each on a token of its own. */
struct seal_list {
	const struct seal *const *at;
	size_t n;
	const char *name; /* of the secret, for the person; NULL: it has none */
};

/*
 * token_ops.seal(): a new seal on a token that has none of `others` and that
 * the person touches, and its key, asked of the token once more the way
 * unseal() will.  ret->pin says what came of `pin`: a token that always wants
 * its PIN gets its way.  RC_TOUCH, RC_PIN, RC_UNSUPPORTED.
 *
 * unseal(): the key of whichever seal is opened first; waits for its token to
 * be plugged in.  next, or NULL: SEAL_SALT bytes.  RC_TOUCH: nobody touched it
 * in time; RC_NOTFOUND: nor plugged it in.
 *
 * present(): whether the object, or with seals one of them, can be used at
 * once: no touch, no PIN, nothing that a person would notice.  Where it is
 * NULL, that open() found it says so.  RC_TOKEN: it cannot be told just now.
 */

/* What present() tells. */
struct presence {
	bool there;
	char device[240]; /* where: two on one have the same; "": not known */
};

/* What unseal() gives. */
struct unsealed {
	size_t which; /* of the list */
	/* That seal's key of SEAL_KEY bytes, and the one it would have with
	 * the salt `next`, made in the same touch, where one was given. */
	struct secret key, next;
};

static inline void
seal_done(struct seal *s)
{
	buf_done(&s->id);
	*s = SEAL_INIT;
}

static inline void
unsealed_done(struct unsealed *u)
{
	secret_done(&u->key);
	secret_done(&u->next);
}

#endif

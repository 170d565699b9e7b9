/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_TOKEN_H
#define TOKEN_TOKEN_H

#include "signer/base/err.h"
#include "signer/base/secret.h"
#include "signer/token/item.h"
#include "signer/token/person.h"
#include "signer/token/seal.h"
#include "signer/token/survey.h"

/*
 * The one contract for hardware.  A backend is one const struct token_ops,
 * listed in stskey-token.c; it knows no AWS.  A member that is NULL means
 * RC_UNSUPPORTED.  Every backend passes tests/contract/.
 */

struct token; /* each backend defines its own */
typedef enum rc token_each(
    void *ctx, const struct token_item *item, struct err *e);

struct token_ops {
	const char *scheme; /* the URIs it answers to: "pkcs11" */
	const char *hidden; /* first of labels that others hide, or NULL */

	/*
	 * A token, and the object where the URI names one (a URI for import
	 * or list names only the token).  Nothing is asked of the person until
	 * mac, import, list or remove needs it, so an object that shows only
	 * to who is logged in is looked for there.  RC_NOTFOUND: no such token
	 * is plugged in; RC_CONFIG: the URI is wrong or means more than one.
	 * Tokens of one URI prefix share one login within a process.  A URI
	 * for import with .search may name no module.  *ask must outlive *ret.
	 */
	enum rc (*open)(const char *uri, const struct ask *ask,
	    struct token **ret, struct err *e);

	/*
	 * A chain of MACs, each output keying the next; n = 1 is the floor,
	 * more may be RC_UNSUPPORTED.  *ret is the last output, SHA256_SIZE or
	 * SHA1_SIZE bytes.  RC_NOTFOUND: the token has no such object.
	 */
	enum rc (*mac)(struct token *t, enum mac alg, const struct bytes *msgs,
	    size_t n, struct secret *ret, struct err *e);

	/*
	 * Puts a secret on the token, non-extractable, and shows that reading
	 * it back fails.  RC_CONFIG: an object of that label is there.  *uri
	 * is the canonical URI of the new object, for mem_free().
	 */
	enum rc (*import)(struct token *t, const struct token_import *what,
	    char **uri, struct err *e);

	/* For tokens that take none in: all three as seal.h says. */
	enum rc (*seal)(struct token *t, const struct seal_list *others,
	    bool pin, struct seal *ret, struct secret *key, struct err *e);
	enum rc (*unseal)(struct token *t, const struct seal_list *seals,
	    const uint8_t *next, struct unsealed *ret, struct err *e);
	enum rc (*present)(struct token *t, const struct seal_list *seals,
	    struct presence *ret, struct err *e);

	/* Every object that could serve (secret keys), logged in if need be. */
	enum rc (*list)(
	    struct token *t, token_each *each, void *ctx, struct err *e);
	/* RC_NOTFOUND: there is no such object; RC_CONFIG: there are several. */
	enum rc (*remove)(struct token *t, struct err *e);
	/* What is known by now; pointers live until the next call or close(). */
	enum rc (*held)(struct token *t, struct token_item *ret, struct err *e);

	enum rc (*survey)(const char *uri, const struct ask *ask,
	    survey_each *each, void *ctx, struct err *e); /* survey.h */

	void (*cancel)(struct token *t); /* from another thread */
	void (*close)(struct token *t);  /* accepts NULL */
	void (*end)(void); /* the process is done; every token is closed */
};

extern const struct token_ops fido_token, oath_token, pkcs11_token;

#endif

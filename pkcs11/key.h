/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_KEY_H
#define PKCS11_KEY_H

#include <stdatomic.h>

#include "pkcs11/find.h"
#include "pkcs11/slot.h"
#include "pkcs11/uri.h"
#include "signer/token/token.h"

/* What this backend's struct token is, and what can be done with one. */
struct token {
	struct uri uri;
	const struct ask *ask;
	struct slot *slot;    /* NULL: no module is named, for import only */
	CK_OBJECT_HANDLE key; /* CK_INVALID_HANDLE until it was found */
	struct buf uri_text, object_text; /* what held() points at */
	atomic_bool cancelled;
};

/* The module and the token of the URI, started and found. */
enum rc key_bind(struct token *t, struct err *e);
/* A session, the login, and the key of the URI. */
enum rc key_find(struct token *t, bool writable, struct err *e);
/* RC_CANCELLED once the request was called off. */
enum rc key_go_on(struct token *t, struct err *e);

/* Below: struct token_ops, see signer/token/token.h. */
enum rc key_mac(struct token *t, enum mac alg, const struct bytes *msgs,
    size_t n, struct secret *ret, struct err *e);
enum rc key_import(struct token *t, const struct token_import *what, char **uri,
    struct err *e);
enum rc key_list(struct token *t, token_each *each, void *ctx, struct err *e);
enum rc key_remove(struct token *t, struct err *e);
enum rc key_held(struct token *t, struct token_item *ret, struct err *e);

/* One MAC with a key of a slot whose session is logged in; 64-byte buffer. */
enum rc mac_with(struct slot *s, CK_OBJECT_HANDLE key, enum mac alg,
    struct bytes msg, struct secret *ret, struct err *e);

#endif

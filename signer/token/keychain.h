/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_KEYCHAIN_H
#define TOKEN_KEYCHAIN_H

#include "signer/token/state.h"
#include "signer/token/token.h"

/*
 * A key behind a URI, whichever backend answers to its scheme.  What a
 * backend cannot do becomes RC_UNSUPPORTED in words.
 */
struct key {
	const struct token_ops *ops;
	struct token *token;
};

#define KEY_INIT ((struct key){ 0 })
#define AUTO_KEY AUTO(keychain_close)

/* Takes the lock of the token first, where it is not held yet. */
enum rc keychain_open(
    struct state *s, const char *uri, struct key *ret, struct err *e);
/* One MAC of that many bytes, exactly. */
enum rc keychain_mac(struct key *k, enum mac alg, struct bytes msg,
    struct secret *ret, struct err *e);
/*
 * How the object of an access key is called on the token of `to`: its id, and
 * "_hidden:aws-sigv4:AKIA…" where other programs would show it among others.
 */
const char *keychain_label(
    struct pool *p, const char *to, const char *access_key_id, int max);
enum rc keychain_import(
    struct key *k, const struct token_import *what, char **uri, struct err *e);
enum rc keychain_list(
    struct key *k, token_each *each, void *ctx, struct err *e);
enum rc keychain_remove(struct key *k, struct err *e);
/*
 * Whether the key could be used now, without anybody noticing: no lock is
 * taken, since several are looked at of which one will be used.
 */
enum rc keychain_present(
    struct state *s, const char *uri, struct presence *ret, struct err *e);
/* A sealed key, sealed once more by a token of the other. */
enum rc keychain_copy(
    struct key *k, const struct key *to, bool pin, struct err *e);
enum rc keychain_held(struct key *k, struct token_item *ret, struct err *e);
void keychain_close(struct key *k);

/* From the watcher thread: what is under way is to end soon. */
void keychain_cancel(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_HOLDS_H
#define TOKEN_HOLDS_H

#include "signer/token/state.h"

/*
 * The locks of this process, until it ends: that of the MFA device, then
 * those of the tokens, sorted, all at once.  While it waits, the person is
 * told for whom.
 */

/* No-op where it is held.  Releases that of another device first. */
enum rc holds_device(struct state *s, const char *serial, struct err *e);
/* Sorted and each once, whatever the URIs say of objects. */
enum rc holds_tokens(
    struct state *s, const char *const *uris, size_t n, struct err *e);
/* One more, where it is not held. */
enum rc holds_token(struct state *s, const char *uri, struct err *e);
/*
 * The token itself, by label and serial number: URIs of one token may differ
 * (token=, serial=), and so do the locks above.  Last in the order, as it is
 * known only once the module is up.  Two processes that spell two tokens
 * differently and use them in opposite order wait for each other until the
 * deadline of one: RC_TIMEOUT, and its sentence names the other.  *waited:
 * another process had it until now.
 */
enum rc holds_login(struct state *s, const char *token, const char *serial,
    bool *waited, struct err *e);
void holds_release_login(const char *token, const char *serial);
void holds_release_tokens(void);
void holds_done(void);

#endif

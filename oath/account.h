/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_ACCOUNT_H
#define OATH_ACCOUNT_H

#include "oath/access.h"
#include "oath/place.h"

/* What this backend's struct token is, and what can be done with one. */

/* Whether a use of the entry asks for a touch, as far as it is known. */
enum touch_known { TOUCH_UNKNOWN, TOUCH_NO, TOUCH_YES };

struct token {
	const struct ask *ask;
	struct place place;
	struct card card;
	enum touch_known touch;
	struct buf uri_text, object_text; /* what held() points at */
	atomic_bool cancelled;
};

/* One who waits for this token's card, and for no touch. */
struct call_wait account_wait(const struct token *t);
/* RC_CANCELLED once the request was called off. */
enum rc account_go_on(const struct token *t, struct err *e);
/* An act begins: the card is ours, and open; card_end() ends it. */
enum rc account_begin(struct token *t, struct err *e);
/* RC_CONFIG where the URI names no entry. */
enum rc account_named(const struct token *t, struct err *e);
/*
 * Within an act: finds out whether the entry wants a touch.  RC_NOTFOUND: it
 * is not there; RC_UNSUPPORTED: it counts.  An old applet does not tell.
 */
enum rc account_look(struct token *t, struct err *e);

/* Below: struct token_ops, see signer/token/token.h. */
enum rc account_mac(struct token *t, enum mac alg, const struct bytes *msgs,
    size_t n, struct secret *ret, struct err *e);
enum rc account_put(struct token *t, const struct token_import *what,
    char **uri, struct err *e);
enum rc account_list(
    struct token *t, token_each *each, void *ctx, struct err *e);
enum rc account_remove(struct token *t, struct err *e);
enum rc account_held(struct token *t, struct token_item *ret, struct err *e);

/* The entry just put there, whose first use shows what the key is able to do. */
struct fresh {
	char serial[CARD_SERIAL], name[OATH_NAME_MAX + 1];
	bool touch; /* was asked for */
};
extern struct fresh account_fresh;

#endif

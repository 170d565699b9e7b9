/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_ITEM_H
#define TOKEN_ITEM_H

#include <stdbool.h>

#include "signer/base/buf.h"
#include "signer/base/mac.h"

/* What is on a token, and what is put there; a part of the contract of token.h. */

/* How a secret is held; docs and `key list` use the same words. */
enum held { HELD_HMAC, HELD_ECDSA, HELD_CHAIN, HELD_SEALED, HELD_PLAIN };

/* One object on a token, or one token: strings are "" when unknown. */
struct token_item {
	const char *uri;    /* canonical, without pin-*, naming the module */
	const char *token;  /* label of the token */
	const char *model;  /* manufacturer and model, for the person */
	const char *serial; /* of the token */
	const char *object; /* label of the object; "" for a token without */
	enum held held;
	bool extractable; /* the token would give the value away */
	bool touch;       /* every use asks for one */
	bool pin;         /* of a sealed one: the last seal wants it, always */
	size_t seals;     /* of a sealed one: how many keys open it; else 0 */
	const char *id; /* as token_import had it; NULL: the token keeps none */
	/* Of one that is listed though it cannot be read: why; else NULL. */
	const char *damage;
};

struct token_import {
	const char *label; /* of the object, <= 40 bytes */
	enum mac mac;      /* what it will be used for */
	struct bytes value;
	bool search; /* the URI names no module: look in the registered ones */
	bool pin; /* of a seal: wants the PIN at every use, not a touch alone */
	bool
	    no_touch; /* any use is free; else the token is to ask for a touch */
	const char *id; /* whose it is: bound to a sealed one; or NULL */
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_ITEM_WORDS_H
#define TOKEN_ITEM_WORDS_H

#include "signer/token/item.h"

/* How a secret is held, in the words of the wire and the documentation. */
const char *item_held(enum held held);      /* "hmac" */
const char *item_algorithm(enum held held); /* "AWS4-HMAC-SHA256" */

/* What a person who did or did not ask for the PIN is to know; or NULL. */
const char *item_warning(const struct token_item *item, bool asked_pin);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/item_words.h"

#include <stddef.h>

const char *
item_held(enum held held)
{
	switch (held) {
	case HELD_HMAC:
		return "hmac";
	case HELD_ECDSA:
		return "ecdsa";
	case HELD_CHAIN:
		return "chain";
	case HELD_SEALED:
		return "sealed";
	case HELD_PLAIN:
		return "plain";
	}
	return "";
}

const char *
item_algorithm(enum held held)
{
	return held == HELD_ECDSA ? "AWS4-ECDSA-P256-SHA256"
	                          : "AWS4-HMAC-SHA256";
}

const char *
item_warning(const struct token_item *item, bool asked_pin)
{
	return item->pin && !asked_pin
	           ? "this FIDO2 key always wants its PIN (alwaysUv), so every "
	             "use of what is sealed to it does as well"
	           : NULL;
}

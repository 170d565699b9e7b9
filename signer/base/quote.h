/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include <stdbool.h>

#include "signer/base/buf.h"

/*
 * One word as another language reads it back, byte for byte, whatever is in
 * it; each comes with its quotes.
 */
enum quote {
	QUOTE_SH,   /* POSIX, 2.2.2 Single-Quotes: every shell of that family */
	QUOTE_FISH, /* fish, "Quotes": \ and ' have a \ before them */
	/* about_Quoting_Rules: ' is written twice, as is what looks like it. */
	QUOTE_POWERSHELL,
	/* Between the quotes of `set "NAME=value"`, with none of its own.
	 * Not for % ! " or control characters: they have no one spelling. */
	QUOTE_CMD,
	/* Bare where all readers agree, so that `docker --env-file` does, else
	 * in single quotes; not for ' \ $ or control characters. */
	QUOTE_DOTENV,
};

/* False: it cannot be written so, and nothing was appended. */
bool quote_add(struct buf *ret, enum quote how, struct bytes word);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_DESCRIBED_H
#define CMD_DESCRIBED_H

#include <stdbool.h>

#include "signer/cmd/crew.h"

/* Which token a URI leads to, in the token's own words; "": it has none. */
struct described {
	const char *uri; /* as it was asked for */
	const char *token, *model, *serial;
	bool touch;
	bool known; /* false: it was not asked, or did not answer */
};

/*
 * Asks the token process, without a PIN or a touch; the strings, uri too, live
 * in strings.  What it cannot say is not known, and e says why.
 */
enum rc describe(struct crew *c, const char *uri, struct pool *strings,
    struct described *ret, struct err *e);

/*
 * Whether both are one token, by label and serial number, whatever its URIs
 * and modules are; where those are not known, by what the URIs say.
 */
bool described_same(const struct described *a, const struct described *b);

#endif

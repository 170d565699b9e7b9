/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_MAKE_H
#define FIDO_MAKE_H

#include "signer/token/person.h"
#include "signer/token/seal.h"

/* What seal() of token.h says.  source: of a PIN, or NULL. */
struct make {
	const struct ask *ask;
	const char *source;
	const struct seal_list *others;
	bool pin;
};
enum rc make_seal(
    const struct make *m, struct seal *ret, struct secret *key, struct err *e);

#endif

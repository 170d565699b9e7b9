/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_OFFER_H
#define TOKEN_OFFER_H

#include "signer/crypto/box.h"

/*
 * A key of this process that AWS's secrets are closed to on their way here
 * (`offer` of docs/PROTOCOL.md): one at a time, and for one secret.
 */

/* Makes it; the one before is forgotten. */
void offer_make(uint8_t public_key[static BOX_KEY]);
/*
 * What was closed to it.  Whatever comes of that, the key is wiped: a second
 * try has nothing to open with.  RC_HELPER: none was made, or it was used;
 * RC_FORMAT: closed to another.
 */
enum rc offer_open(struct bytes closed, struct secret *ret, struct err *e);
void offer_done(void);

#endif

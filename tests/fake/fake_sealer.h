/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_FAKE_SEALER_H
#define FAKE_FAKE_SEALER_H

#include "signer/token/token.h"

/* Keys that seal, "fido:", in memory: what seal.h says of such tokens. */
extern const struct token_ops fake_sealer;

enum { FAKE_SEALERS = 12 };

/* Plugs key number `which` in, or out; all are out at first. */
void fake_sealer_plug(unsigned int which, bool in);
/* How often a person has touched one. */
unsigned int fake_sealer_touches(void);

#endif

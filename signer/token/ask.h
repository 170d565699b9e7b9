/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_ASK_H
#define TOKEN_ASK_H

#include "signer/token/state.h"

/*
 * struct ask of person.h, filled: a PIN comes from the source that `begin`
 * names, else the URI's, else the default one, else from the person.  A
 * stored PIN is never used on a token's last try, nor again once refused.
 */
enum { ASK_TOUCH_SECONDS = 30 }; /* unless `begin` says otherwise */
void ask_fill(struct ask *ret, struct state *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_SIGNING_KEY_H
#define TOKEN_SIGNING_KEY_H

#include "signer/aws/sigv4.h"
#include "signer/token/state.h"

/*
 * kSigning of a key for one date, region and service.  kDate comes from the
 * token and is wiped at once; the last kSigning for sts stays in locked memory
 * until signing_key_done(), so that a retry troubles nobody again.  *ret is
 * borrowed until the next call.
 */
enum rc signing_key_get(struct state *s, const char *uri,
    const struct sigv4_scope *scope, struct bytes *ret, struct err *e);
void signing_key_done(void);

#endif

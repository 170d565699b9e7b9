/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/secret.h"

/* Encodings: RFC 4648 base64 and base32, RFC 3986 percent, 64-bit FNV-1a. */

void enc_base64(struct buf *ret, struct bytes s); /* padded */
/* Strict: no white space, padding required, no stray bits.  RC_FORMAT. */
enum rc enc_unbase64(struct buf *ret, struct bytes s, struct err *e);
/* The same, in locked memory only; s may lie in ret. */
enum rc enc_unbase64_secret(struct secret *ret, struct bytes s, struct err *e);

/*
 * As people paste TOTP seeds: any case, spaces and dashes ignored, padding
 * optional.  RC_FORMAT names the position of a wrong character, never it.
 */
enum rc enc_unbase32(struct secret *ret, struct bytes s, struct err *e);

/* Without padding; upper case. */
void enc_base32(struct secret *ret, struct bytes s);

/* Everything but A-Z a-z 0-9 - _ . ~ and the bytes of keep becomes %XX. */
void enc_percent(struct buf *ret, struct bytes s, const char *keep);

/* A JSON string (RFC 8259) with its quotes; s is UTF-8. */
void enc_json(struct buf *ret, struct bytes s);

uint64_t enc_fnv1a(struct bytes s);

#endif

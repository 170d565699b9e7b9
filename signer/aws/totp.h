/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_TOTP_H
#define AWS_TOTP_H

#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/secret.h"

/*
 * RFC 6238 as AWS's virtual MFA devices use it: SHA-1, 30 s, six digits.
 * The HMAC itself is the token's.
 */
enum { TOTP_STEP_SECONDS = 30, TOTP_MESSAGE = 8, TOTP_CODE_SIZE = 7 };

int64_t totp_step(int64_t now);
int64_t totp_step_begins(int64_t step);
void totp_message(int64_t step, uint8_t ret[static TOTP_MESSAGE]);
/* Dynamic truncation of a 20-byte HMAC (RFC 4226 section 5.3); terminated.
 * "" for a MAC of another length. */
void totp_code(struct bytes mac, char ret[static TOTP_CODE_SIZE]);
/* Whether s is six digits. */
bool totp_is_code(struct bytes s);

#endif

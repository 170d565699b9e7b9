/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_QR_H
#define TOKEN_QR_H

#include "signer/token/state.h"

/*
 * Draws the seed of an MFA device on the person's terminal, as the QR code
 * that authenticator apps read (otpauth://totp/…, Google's Key URI Format),
 * on a screen of its own that is gone after Enter.  RC_UNSUPPORTED: there is
 * no terminal in front.
 */
enum rc qr_show(const struct state *s, struct bytes seed, const char *serial,
    struct err *e);

#endif

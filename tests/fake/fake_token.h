/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_FAKE_TOKEN_H
#define FAKE_FAKE_TOKEN_H

#include "signer/token/token.h"

/*
 * Tokens in memory, with the whole contract of token.h.  A URI is
 * "fake:token=LABEL", with ";serial=SERIAL" where labels are shared, and
 * ";object=LABEL" for a key; values are percent-encoded.
 */
extern const struct token_ops fake_token;

enum { FAKE_TRIES = 3 }; /* wrong PINs until the token is locked */

/* Plugs in an empty token; a pin of NULL: it wants none. */
void fake_plug(const char *label, const char *serial, const char *pin);
/* Puts a key on it without a login, as an HSM team would. */
void fake_put(const char *token, const char *object, struct bytes value);
/* All tokens and keys are gone. */
void fake_unplug(void);

/* What was asked of all tokens since they were plugged in. */
unsigned int fake_logins(void); /* PINs tried */
unsigned int fake_macs(void);

#endif

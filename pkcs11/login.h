/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_LOGIN_H
#define PKCS11_LOGIN_H

#include "pkcs11/slot.h"

/*
 * A session and, where the token wants one, the login: once per token and
 * process.  A PIN that the token refused is not followed by another, and the
 * refusal is shared by all who open the token.  RC_PIN, RC_CANCELLED.
 */
enum rc login(struct slot *s, const struct ask *ask, const char *pin_source,
    bool writable, struct err *e);

#endif

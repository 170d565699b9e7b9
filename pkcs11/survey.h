/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_SURVEY_H
#define PKCS11_SURVEY_H

#include "signer/token/token.h"

/*
 * The module and the token of a URI: what the module says of itself, what the
 * token is able to do, and its PIN by the flags of its own.  What is on the
 * token would show only to who is logged in.
 */
enum rc pkcs11_survey(const char *uri, const struct ask *ask, survey_each *each,
    void *ctx, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_SURVEY_H
#define FIDO_SURVEY_H

#include "signer/token/token.h"

/*
 * Every security key that is plugged in: whether it may be opened, what it is
 * able to do, and how many PIN tries are left; nothing blinks.
 */
enum rc fido_survey(const char *uri, const struct ask *ask, survey_each *each,
    void *ctx, struct err *e);

#endif

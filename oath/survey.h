/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_SURVEY_H
#define OATH_SURVEY_H

#include "signer/token/token.h"

/* pcscd, and the key of a URI, or every key in a reader for "oath:". */
enum rc oath_survey(const char *uri, const struct ask *ask, survey_each *each,
    void *ctx, struct err *e);

#endif

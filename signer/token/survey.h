/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_SURVEY_H
#define TOKEN_SURVEY_H

#include "signer/base/err.h"

/*
 * What a look at the hardware finds, in words; a part of the contract of
 * token.h.  A look logs in nowhere, makes nothing blink and takes no lock.
 */

enum survey_grade { SURVEY_OK, SURVEY_WARN, SURVEY_FAIL };

struct survey_item {
	const char *what; /* "module", "token", "FIDO2 key" */
	enum survey_grade grade;
	enum rc rc;         /* of SURVEY_FAIL: what would come of using it */
	const char *text;   /* what was found, for the person */
	const char *mend;   /* the command that mends it, or NULL */
	const char *device; /* of token.h's present(); NULL or "": not known */
	const char *uri;    /* of one among all in reach, or NULL */
	const char *can;    /* what that can hold: "hmac, code", "-"; or NULL */
	const char *how;    /* it was found out that it can */
};

typedef enum rc survey_each(
    void *ctx, const struct survey_item *item, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_PINENTRY_H
#define TOKEN_PINENTRY_H

#include <stdbool.h>

#include "signer/token/patience.h"

/*
 * One answer from the person through a pinentry program, spoken to with
 * libassuan (The Assuan manual; pinentry's "Protocol").  All of libassuan's
 * memory is locked, as the answer passes through it.  SIGPIPE is ignored, as in
 * every helper.
 */
struct pinentry_question {
	const char *program; /* NULL: pinentry, where there is a display */
	const char *text;    /* what it is about; lines */
	const char *label;   /* "PIN of 'work'" */
	bool confirm;        /* yes or no; ret stays empty */
};

/*
 * RC_UNSUPPORTED: no such program, no display, or it does not work;
 * RC_CANCELLED: the person said no, or called off; RC_TIMEOUT.
 */
enum rc pinentry_ask(const struct patience *p,
    const struct pinentry_question *q, struct secret *ret, struct err *e);

#endif

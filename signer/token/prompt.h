/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_PROMPT_H
#define TOKEN_PROMPT_H

#include "signer/token/state.h"

/*
 * Reaching the person, decided here alone: the terminal when we have its
 * foreground, else pinentry, else nobody, said at once; of the first two
 * those that stskey_prompt allows.
 */
struct prompt {
	const char *text;    /* what it is about; lines */
	const char *label;   /* "PIN of 'work'" */
	const char *yes;     /* "Use the last try": what a yes means */
	bool echo;           /* it is no secret once it was used */
	enum rc nobody;      /* the status when there is nobody to ask, */
	const char *instead; /* and what can be done then */
};

/* RC_CANCELLED: the person would not, or called off; RC_TIMEOUT; nobody. */
enum rc prompt_ask(const struct state *s, const struct prompt *q,
    struct secret *ret, struct err *e);
/* A yes (RC_OK) or a no (RC_CANCELLED). */
enum rc prompt_confirm(
    const struct state *s, const struct prompt *q, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_REFUSED_H
#define TOKEN_REFUSED_H

#include "signer/base/err.h"
#include "signer/token/pin_source.h"

/*
 * Stored PINs that a token refused, or may have, by token serial and the
 * state of their source, in $XDG_STATE_HOME/stskey/refused/: none is tried a
 * second time by any process until it changes.  It is written before the try:
 * a process that is killed, or whose module crashes, cannot write it later.
 * Callers hold the token's lock.
 */
struct refused {
	const char *serial; /* of the token */
	struct pin_identity source;
};

enum refused_state {
	REFUSED_NOT,   /* never tried, or accepted */
	REFUSED_TRIED, /* tried; how that ended is not known */
	REFUSED_YES,
};

/* Fails closed: no record, no PIN. */
enum rc refused_find(
    const struct refused *r, enum refused_state *ret, struct err *e);
/* On disk (fsync) when it returns RC_OK.  how: not REFUSED_NOT. */
enum rc refused_remember(
    const struct refused *r, enum refused_state how, struct err *e);
/* It was accepted. */
void refused_forget(const struct refused *r);

#endif

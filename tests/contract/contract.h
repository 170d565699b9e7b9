/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRACT_CONTRACT_H
#define CONTRACT_CONTRACT_H

#include "signer/token/token.h"

/*
 * What every backend promises (signer/token/token.h), run the same way on the
 * fake and on real tokens.  The token is left as it was found; it must hold no
 * key whose label begins with "contract-".
 */
struct contract {
	const struct token_ops *ops;
	const char *before;  /* the token's URI: "pkcs11:token=work" */
	const char *after;   /* "?module-name=softhsm2", or "" */
	const char *absent;  /* the URI of a token that is not there; or NULL */
	const char *pin;     /* NULL: the token wants none */
	const char *joint;   /* before an object's label; NULL: ";object=" */
	const char *claimed; /* "LABEL;SERIAL"; NULL: what held() says */
	enum held held;
	bool each; /* the PIN is wanted for each key, and to import it */
};

/* Prints the first broken promise and ends the process with 1. */
void contract_run(const struct contract *c);

/* A scripted person, for tests of all kinds. */
struct person {
	const char *pin; /* NULL: nobody is there to ask */
	bool at_pad;     /* types it on the reader, where that has a pad */
	bool gone;       /* called off */
	unsigned int asked, accepted, refused, unknown, untried, notices;
	unsigned int claims, touches;
	int64_t left_ms;     /* 0: enough */
	enum rc busy;        /* what a claim ends with */
	char claimed[128];   /* "LABEL;SERIAL" of the last claim */
	struct ask_pin last; /* of the last question; borrowed */
	const char *module;
};

struct ask person_ask(struct person *p); /* p outlives it */

#endif

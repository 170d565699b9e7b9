/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_NAMES_H
#define AWS_NAMES_H

#include "signer/base/buf.h"

/*
 * A set of names, to find what a file says twice: constant time a name,
 * because files of thousands of profiles are read on every call.
 */

struct names_slot {
	struct bytes name;
	size_t line;
	unsigned int hash, round; /* free when of another round */
};

struct names {
	struct names_slot *slots;
	size_t cap, used;
	unsigned int round;
	bool fold; /* the case of ASCII letters does not matter */
};

/* Borrows name.  The line of the one that is there already, or 0. */
size_t names_add(struct names *n, struct bytes name, size_t line);
/* Empty again, in constant time. */
void names_clear(struct names *n);
void names_done(struct names *n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include <stddef.h>

#include "signer/base/err.h"

/*
 * A library that hardly any call needs is loaded by the one that does: what a
 * program is linked to is paid for at its every start.
 */
struct late {
	const char *name; /* of a function */
	void *to;         /* where the pointer to it is kept */
};

/* By its soname, for good.  RC_SYS: it, or one of its functions, is not there. */
enum rc late_load(
    const char *library, const struct late *functions, size_t n, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_SHAPE_H
#define AWS_SHAPE_H

#include <stdbool.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * Inside aws/ only: what a name that AWS takes is made of.  Only the rule and
 * the length are told, never the value: people paste a secret where a name
 * belongs.
 */
struct shape {
	const char *what;
	size_t min, max;
	const char *also; /* allowed beside letters, digits and '_' */
	const char *rule; /* how a person says it */
};

/* RC_CONFIG */
enum rc shape_check(const struct shape *shape, struct bytes s, struct err *e);
/* An ASCII letter or digit, whatever the locale. */
bool shape_is_alnum(uint8_t c);
bool shape_is_one_of(uint8_t c, const char *set);

#endif

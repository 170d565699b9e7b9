/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_VARIABLES_H
#define CMD_VARIABLES_H

#include <stdbool.h>

#include "signer/aws/credentials.h"
#include "signer/base/pool.h"
#include "signer/cmd/session.h"

/* What a session is in the environment of AWS tools, for exec and export. */

struct variable {
	const char *name;
	const char *value; /* never empty */
};

enum { VARIABLES_MAX = 8 };
struct variables {
	struct variable at[VARIABLES_MAX];
	size_t n;
	struct credentials credentials; /* spans into the session's answer */
	struct pool strings;            /* owns the values */
};

#define VARIABLES_INIT ((struct variables){ .strings = POOL_INIT })
#define AUTO_VARIABLES AUTO(variables_done)

/*
 * Of a session that was obtained.  region is --region, or NULL: else the one
 * that the environment or the profile has, if any.
 */
enum rc variables_of(struct session *s, const char *region,
    struct variables *ret, struct err *e);
void variables_done(struct variables *v);
/* RC_USAGE: that is no region. */
enum rc variables_check_region(const char *region, struct err *e);
/* NULL: there is none, which only a region can be. */
const char *variables_value(const struct variables *v, const char *name);
/* The names of all that there may be; NULL ends them. */
const char *variables_name(size_t i);
/* The profile whose variables this process itself has; NULL: none. */
const char *variables_outer(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_ANCESTRY_H
#define AWS_ANCESTRY_H

#include "signer/aws/plan.h"
#include "signer/aws/profile.h"
#include "signer/aws/setting.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"

/*
 * The profiles that one is made of: itself, its source, the source of that,
 * up to the one whose key signs.
 */

struct ancestor {
	const char *profile;
	const struct profile_section *section;
	const char *role_arn; /* NULL: the profile of a key and no more */
};

struct ancestry {
	struct ancestor at[PLAN_MAX_LINKS]; /* at[0] was asked for */
	size_t n;
};

/*
 * RC_NOTFOUND: no such profile; RC_CONFIG: a loop, a shadowed role, an unknown
 * stskey_ key; RC_UNSUPPORTED: credentials of a kind that is not ours.
 * The last one has stskey_key, from whichever place.
 */
enum rc ancestry_of(const struct setting_input *in, const char *profile,
    struct pool *strings, struct ancestry *ret, struct err *e);

#endif

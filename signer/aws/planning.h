/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_PLANNING_H
#define AWS_PLANNING_H

#include "signer/aws/ancestry.h"
#include "signer/aws/plan.h"
#include "signer/aws/setting.h"

/* A plan while it is made, and how it asks for settings. */

struct planning {
	const struct setting_input *in;
	struct plan *plan;
	struct pool *strings; /* the plan's */
	struct ancestry family;
	struct err *e;
};

struct range {
	int64_t min, max;
};

const struct ancestor *planning_key_profile(const struct planning *m);
/* What the section of one profile of the family says itself. */
struct setting planning_own(
    const struct planning *m, size_t i, const char *key);

/*
 * A setting of the whole plan: the environment, then the profiles from the
 * one with the key to the one asked for (or the other way round), then
 * [defaults].
 */
struct setting planning_near_key(const struct planning *m, const char *key);
struct setting planning_near_caller(const struct planning *m, const char *key);

/* *ret stays as it is where nothing is given.  RC_CONFIG. */
enum rc planning_number(const struct planning *m, const struct setting *s,
    struct range range, int64_t *ret);
/*
 * One of the words, up to a NULL; nothing given leaves *ret as it is.
 * RC_CONFIG with choice, the sentence.
 */
struct words {
	const char *const *all;
	const char *choice;
};
enum rc planning_word(const struct planning *m, const struct setting *s,
    const struct words *words, const char **ret);
/* Nothing given is false.  RC_CONFIG. */
enum rc planning_truth(
    const struct planning *m, const struct setting *s, bool *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_SETTING_H
#define AWS_SETTING_H

#include <stdint.h>

#include "signer/aws/profile.h"
#include "signer/base/buf.h"
#include "signer/base/pool.h"

/* Where a setting comes from, and which there are. */

/*
 * Everything that decides.  env is asked for AWS_* and STSKEY_*.
 * No secret is among it.
 */
struct setting_input {
	const struct profile_file *config;   /* ~/.aws/config */
	const struct profile_file *defaults; /* /etc/stskey/config, or NULL */
	const char *(*env)(void *ctx, const char *name);
	void *ctx;
	/* Absolute path of this binary, or NULL: finds loops. */
	const char *(*self)(void *ctx);
	bool direct; /* as stskey_role_direct = true, asked by the verb */
	int64_t role_seconds; /* > 0: what the verb asks of the last role */
};

/*
 * A setting with its precedence: environment STSKEY_X, profile, [defaults].
 * Of AWS's own keys, region, ca_bundle and endpoint_url have variables too.
 * NULL where it is nowhere or empty.  The value lives in strings.
 */
const char *setting_get(const struct setting_input *in, const char *profile,
    const char *key, struct pool *strings);

/* Every stskey_ key that means something here; NULL ends it. */
const char *setting_known(size_t i);

/* A value and where it was found, so that a sentence can say so. */
struct setting {
	const char *key;
	const char *value; /* NULL: nowhere; "": said to be nothing */
	const char *where; /* a file, or a variable */
	size_t line;       /* 0: a variable */
};

/* The three places, and one after the other; in each an empty value counts:
 * it takes away what the next would say.  An empty variable does not. */
struct setting setting_of_env(
    const struct setting_input *in, const char *key, struct pool *strings);
struct setting setting_of_section(const struct profile_file *f,
    const struct profile_section *s, const char *key, struct pool *strings);
struct setting setting_of_defaults(
    const struct setting_input *in, const char *key, struct pool *strings);
struct setting setting_find(const struct setting_input *in,
    const struct profile_section *s, const char *key, struct pool *strings);

/* Whether there is a value, one that is not empty. */
static inline bool
setting_given(const struct setting *s)
{
	return s->value != NULL && s->value[0] != '\0';
}

/* Puts "FILE:LINE: KEY: " in front of the sentence. */
enum rc setting_wrong(const struct setting *s, enum rc rc, struct err *e);
/* RC_CONFIG for a value of several lines or with control characters. */
enum rc setting_check_text(const struct setting *s, struct err *e);

/* RC_CONFIG with file:line for a stskey_ key of the section (or of [DEFAULT])
 * that means nothing, with the one that was probably meant. */
enum rc setting_check_section(const struct profile_file *f,
    const struct profile_section *s, struct err *e);
/* [defaults], which holds stskey_ keys only; those of one role not. */
enum rc setting_check_defaults(const struct setting_input *in, struct err *e);

#endif

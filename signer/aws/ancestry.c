/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/ancestry.h"

#include "signer/aws/no_profile.h"
#include "signer/aws/sts.h"
#include "signer/aws/text.h"

/*
 * stskey_role_arn and stskey_source_profile make a role that SDKs leave to
 * our credential_process; role_arn and source_profile one that they assume
 * themselves.  STSKEY_ROLE_ARN and STSKEY_SOURCE_PROFILE speak of the profile
 * asked for; every other variable of the plan's last one.
 */

enum { TOLD_LEN = 80 };

struct walk {
	const struct setting_input *in;
	struct pool *strings;
	struct ancestry *ret;
	struct err *e;
	struct ancestor *now;
	struct setting role, source;
};

static struct setting
own(struct walk *w, const char *key)
{
	return setting_of_section(
	    w->in->config, w->now->section, key, w->strings);
}

static bool
has(struct walk *w, const char *key)
{
	const struct profile_entry *v =
	    profile_entry(w->in->config, w->now->section, key);

	return v != NULL && v->value.len > 0;
}

/*
 * The role of this profile, if it is one; the environment's for the first.
 * role_arn beside credential_process is answered with the section as it
 * should be, without the lines that stay.
 */
static enum rc
shadowed(struct walk *w)
{
	struct setting source = own(w, "source_profile");

	if (setting_check_text(&source, w->e) != RC_OK)
		return RC_CONFIG;
	return setting_wrong(&w->role,
	    err_set(w->e, RC_CONFIG,
		"beside credential_process it makes every SDK ignore the "
		"process: write the role so, and leave the other lines:\n"
		"[%.*s]\nstskey_role_arn = %s\nstskey_source_profile = %s",
		(int)w->now->section->name.len,
		(const char *)w->now->section->name.p, w->role.value,
		setting_given(&source) ? source.value : "NAME"),
	    w->e);
}

static enum rc
check_arn(struct walk *w)
{
	enum rc rc = setting_check_text(&w->role, w->e);

	if (rc != RC_OK)
		return rc;
	rc = sts_check_role_arn(BYTES_STR(w->role.value), w->e);
	return rc == RC_OK ? rc : setting_wrong(&w->role, rc, w->e);
}

static struct setting
first_of_env(struct walk *w, const char *key)
{
	struct setting s = { .key = key };

	if (w->now == w->ret->at)
		s = setting_of_env(w->in, key, w->strings);
	return s.value != NULL ? s : own(w, key);
}

static enum rc
both_roles(struct walk *w)
{
	return setting_wrong(&w->role,
	    err_set(w->e, RC_CONFIG,
		"the profile has role_arn and stskey_role_arn: keep "
		"stskey_role_arn where there is a credential_process, else "
		"role_arn"),
	    w->e);
}

static enum rc
find_role(struct walk *w)
{
	struct setting plain = own(w, "role_arn");
	enum rc rc;

	w->role = first_of_env(w, "stskey_role_arn");
	w->source = (struct setting){ .key = "stskey_source_profile" };
	if (setting_given(&w->role) && setting_given(&plain))
		return both_roles(w);
	if (setting_given(&w->role)) {
		w->source = first_of_env(w, "stskey_source_profile");
		return check_arn(w);
	}
	w->role = plain;
	if (!setting_given(&plain))
		return RC_OK;
	w->source = own(w, "source_profile");
	rc = check_arn(w);
	if (rc == RC_OK && has(w, "credential_process"))
		return shadowed(w);
	return rc;
}

/* Whether the profile's process is this program under any path. */
static bool
runs_us(struct walk *w)
{
	struct setting process = own(w, "credential_process");
	AUTO_BUF struct buf word = BUF_INIT(PROFILE_MAX);
	struct bytes rest =
	    BYTES_STR(process.value != NULL ? process.value : "");
	const char *program, *slash, *self;

	if (text_word(&rest, &word) != WORD_GOOD)
		return false;
	program = buf_cstr(&word);
	slash = strrchr(program, '/');
	self = w->in->self != NULL ? w->in->self(w->in->ctx) : NULL;
	return (self != NULL && strcmp(program, self) == 0) ||
	       strcmp(slash != NULL ? slash + 1 : program, "stskey") == 0;
}

static enum rc
of_section(struct walk *w, enum rc rc, const char *sentence)
{
	return err_set(w->e, rc, "%s:%zu: profile '%.*s' %s",
	    w->in->config->path, w->now->section->line, TOLD_LEN,
	    w->now->profile, sentence);
}

/* Why a profile that has neither a role nor our key cannot be the end. */
static enum rc
other_kind(struct walk *w)
{
	if (has(w, "credential_process") && runs_us(w))
		return of_section(w, RC_CONFIG,
		    "is a loop: its credential_process is stskey, and it has "
		    "neither stskey_key nor stskey_role_arn to tell stskey "
		    "what to do; write one of them");
	if (has(w, "credential_process"))
		return of_section(w, RC_UNSUPPORTED,
		    "gets its credentials from another program's "
		    "credential_process; stskey needs a profile with "
		    "stskey_key");
	if (has(w, "aws_access_key_id"))
		return of_section(w, RC_CONFIG,
		    "holds a key in plain text; `stskey key import "
		    "--from-credentials` moves it into a token and writes "
		    "stskey_key");
	if (has(w, "sso_session") || has(w, "sso_start_url"))
		return of_section(w, RC_UNSUPPORTED,
		    "signs in through IAM Identity Center (sso_…); stskey "
		    "needs a profile with stskey_key");
	if (has(w, "web_identity_token_file"))
		return of_section(w, RC_UNSUPPORTED,
		    "signs in with a web identity token; stskey needs a "
		    "profile with stskey_key");
	return of_section(w, RC_CONFIG,
	    "has neither stskey_key nor stskey_role_arn: `stskey key import "
	    "… --profile NAME` writes the lines for a key");
}

static enum rc
no_source(struct walk *w)
{
	if (strcmp(w->role.key, "role_arn") != 0)
		return of_section(w, RC_CONFIG,
		    "has stskey_role_arn but neither stskey_key nor "
		    "stskey_source_profile: write stskey_source_profile = the "
		    "profile whose key or role may assume it");
	if (has(w, "credential_source"))
		return of_section(w, RC_UNSUPPORTED,
		    "takes its credentials from credential_source; stskey "
		    "needs source_profile = a profile with stskey_key");
	if (has(w, "web_identity_token_file"))
		return other_kind(w);
	return of_section(w, RC_CONFIG,
	    "has role_arn but no source_profile: write source_profile = the "
	    "profile whose key or role may assume it");
}

/* "a -> b -> a", as far as a sentence goes. */
static enum rc
loop(struct walk *w, size_t from)
{
	AUTO_BUF struct buf round = BUF_INIT(400);

	for (size_t i = from; i < w->ret->n; i++) {
		buf_str(&round, w->ret->at[i].profile);
		buf_str(&round, " -> ");
	}
	buf_str(&round, w->source.value);
	return setting_wrong(&w->source,
	    err_set(w->e, RC_CONFIG,
		"the profiles are each other's source (%s): let one of them "
		"name a profile with stskey_key",
		buf_ok(&round) ? buf_cstr(&round) : "a loop"),
	    w->e);
}

/* In whichever place: the profile, the environment, [defaults]. */
static bool
has_key(struct walk *w)
{
	struct setting key =
	    setting_find(w->in, w->now->section, "stskey_key", w->strings);

	return setting_given(&key);
}

/* A profile that is a role and names the key for it as well. */
static bool
is_own_source(struct walk *w, const struct setting *key)
{
	if (setting_given(&w->source))
		return setting_given(key) &&
		       strcmp(w->source.value, w->now->profile) == 0;
	return setting_given(key) ||
	       (strcmp(w->role.key, "role_arn") != 0 && has_key(w));
}

/* The profile that the present one names; *done when it needs none. */
static enum rc
find_source(struct walk *w, bool *done)
{
	struct setting key = own(w, "stskey_key");

	*done = is_own_source(w, &key);
	if (*done)
		return RC_OK;
	if (setting_given(&key))
		return setting_wrong(&w->source,
		    err_set(w->e, RC_CONFIG,
			"the profile has a stskey_key of its own as well: "
			"keep one of the two"),
		    w->e);
	if (!setting_given(&w->source))
		return no_source(w);
	for (size_t i = 0; i < w->ret->n; i++)
		if (strcmp(w->ret->at[i].profile, w->source.value) == 0)
			return loop(w, i);
	return setting_check_text(&w->source, w->e);
}

/* The end: no role, so a key, and nothing left over from a role. */
static enum rc
key_only(struct walk *w)
{
	w->source = own(w, "stskey_source_profile");
	if (setting_given(&w->source))
		return setting_wrong(&w->source,
		    err_set(w->e, RC_CONFIG,
			"it means nothing without stskey_role_arn: write the "
			"role that is to be assumed, or take the line out"),
		    w->e);
	return has_key(w) ? RC_OK : other_kind(w);
}

/* One profile read; its source becomes the next, unless *done. */
static enum rc
step(struct walk *w, bool *done)
{
	enum rc rc =
	    setting_check_section(w->in->config, w->now->section, w->e);

	if (rc != RC_OK || (rc = find_role(w)) != RC_OK)
		return rc;
	if (!setting_given(&w->role)) {
		*done = true;
		return key_only(w);
	}
	w->now->role_arn = w->role.value;
	return find_source(w, done);
}

static enum rc
enter_source(struct walk *w)
{
	const char *name = w->source.value;
	const struct profile_section *s =
	    profile_find(w->in->config, name, true);

	if (s == NULL)
		return setting_wrong(&w->source,
		    err_set(w->e, RC_CONFIG,
			"there is no profile '%.*s': correct the name, or "
			"write a section [profile %.*s]",
			TOLD_LEN, name, TOLD_LEN, name),
		    w->e);
	if (w->ret->n == PLAN_MAX_LINKS - 1)
		return setting_wrong(&w->source,
		    err_set(w->e, RC_CONFIG,
			"more than %d roles one upon another: let the role "
			"start from a profile nearer to the key",
			PLAN_MAX_LINKS - 2),
		    w->e);
	w->now = &w->ret->at[w->ret->n++];
	*w->now = (struct ancestor){ .profile = name, .section = s };
	return RC_OK;
}

enum rc
ancestry_of(const struct setting_input *in, const char *profile,
    struct pool *strings, struct ancestry *ret, struct err *e)
{
	struct walk w = { in, strings, ret, e, ret->at, { 0 }, { 0 } };
	const struct profile_section *s = NULL;
	bool done = false;
	enum rc rc;

	if (in->config != NULL)
		s = profile_find(in->config, profile, true);
	if (s == NULL)
		return no_profile(in, profile, e);
	*ret = (struct ancestry){ .n = 1 };
	ret->at[0] =
	    (struct ancestor){ .profile = pool_add(strings, BYTES_STR(profile)),
		    .section = s };
	rc = step(&w, &done);
	while (rc == RC_OK && !done) {
		rc = enter_source(&w);
		if (rc == RC_OK)
			rc = step(&w, &done);
	}
	return rc;
}

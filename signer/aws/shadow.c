/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/shadow.h"

#include <stdarg.h>
#include <stdio.h>

/*
 * The order of botocore, of which the other SDKs' differ in no point that
 * matters here: variables, role_arn, IAM Identity Center, the credentials
 * file, and only then credential_process.
 */

enum { SENTENCE_MAX = 1024, DEPTH_MAX = 8 };

struct telling {
	const struct setting_input *in;
	void (*told)(void *ctx, const char *sentence);
	void *ctx;
};

static void tell(const struct telling *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
tell(const struct telling *t, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX] = "";
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	t->told(t->ctx, sentence);
}

/* A profile in both files, of which the credentials file's keys win. */
struct seen {
	const char *profile;
	const struct profile_file *config, *credentials;
	const struct profile_section *own, *plain; /* NULL: not there */
	bool source; /* an SDK takes a role with it */
};

static bool
has(const struct profile_file *f, const struct profile_section *s,
    const char *key)
{
	return profile_entry(f, s, key) != NULL;
}

static bool
has_either(const struct seen *p, const char *key)
{
	return has(p->config, p->own, key) ||
	       has(p->credentials, p->plain, key);
}

/* Whether the credentials file says it, and not what the profile says. */
static bool
differs(const struct seen *p, const char *key)
{
	const struct profile_entry *own = profile_entry(p->config, p->own, key);
	const struct profile_entry *plain =
	    profile_entry(p->credentials, p->plain, key);

	return plain != NULL &&
	       (own == NULL || !bytes_eq(own->value, plain->value));
}

static bool
is_set(const struct telling *t, const char *name)
{
	const char *value =
	    t->in->env != NULL ? t->in->env(t->in->ctx, name) : NULL;

	return value != NULL && value[0] != '\0';
}

static void
tell_variables(const struct telling *t, const char *profile)
{
	if (is_set(t, "AWS_ACCESS_KEY_ID"))
		tell(t,
		    "AWS_ACCESS_KEY_ID is set, and AWS tools take that key "
		    "instead of profile '%.80s': unset AWS_ACCESS_KEY_ID "
		    "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
		    profile);
	if (is_set(t, "AWS_WEB_IDENTITY_TOKEN_FILE") &&
	    is_set(t, "AWS_ROLE_ARN"))
		tell(t,
		    "AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are set, and "
		    "AWS tools take that role instead of profile '%.80s': "
		    "unset them",
		    profile);
}

static void
tell_plain(const struct telling *t, const struct seen *p)
{
	if (has(p->credentials, p->plain, "aws_session_token")) {
		tell(t,
		    "%s:%zu: section [%.80s] holds temporary credentials, and "
		    "AWS tools take them instead of the profile, also when "
		    "they have expired: take it out",
		    p->credentials->path, p->plain->line, p->profile);
		return;
	}
	tell(t,
	    "%s:%zu: section [%.80s] holds a key in plain text, and AWS tools "
	    "take it instead of the profile: move it into a token with "
	    "`stskey key import --from-credentials`, or take it out",
	    p->credentials->path, p->plain->line, p->profile);
}

static void
tell_other(const struct telling *t, const struct seen *p, const char *key,
    const char *who)
{
	tell(t,
	    "%s:%zu: section [%.80s] has %s, and %s take that instead of what "
	    "profile '%.80s' of %.400s says: take %s out",
	    p->credentials->path,
	    profile_entry(p->credentials, p->plain, key)->line, p->profile, key,
	    who, p->profile, p->config != NULL ? p->config->path : "the config",
	    key);
}

/* botocore is content with sso_ keys as long as none of the first two is. */
static const char *const sso_keys[] = { "sso_account_id", "sso_role_name",
	"sso_session", "sso_start_url" };
enum { SSO_KEYS = sizeof(sso_keys) / sizeof(sso_keys[0]), SSO_ALL_TAKE = 2 };

static const char *
who_takes_sso(size_t i)
{
	return i < SSO_ALL_TAKE ? "AWS tools" : "some AWS tools";
}

static void
tell_sso(const struct telling *t, const struct seen *p)
{
	size_t i = 0;

	while (i < SSO_KEYS && !differs(p, sso_keys[i]))
		i++;
	if (i < SSO_KEYS)
		tell_other(t, p, sso_keys[i], who_takes_sso(i));
}

/* A section of the same name in the credentials file. */
static void
tell_credentials(const struct telling *t, const struct seen *p)
{
	static const char *const roles[] = { "role_arn", "source_profile",
		"credential_source" };
	bool role = has_either(p, "role_arn");

	if (p->plain == NULL)
		return;
	for (size_t i = 0; role && i < sizeof(roles) / sizeof(roles[0]); i++)
		if (differs(p, roles[i]))
			tell_other(t, p, roles[i], "AWS tools");
	if (differs(p, "web_identity_token_file"))
		tell_other(t, p, "web_identity_token_file", "AWS tools");
	if (has(p->credentials, p->plain, "aws_access_key_id") &&
	    (!role || p->source))
		tell_plain(t, p);
	if (role)
		return;
	tell_sso(t, p);
	if (differs(p, "credential_process"))
		tell_other(t, p, "credential_process", "AWS tools");
}

/* The same in the profile itself, which not every SDK puts first. */
static void
tell_static(const struct telling *t, const struct seen *p)
{
	if (has(p->config, p->own, "aws_access_key_id"))
		tell(t,
		    "%s:%zu: profile '%.80s' holds a key in plain text, which "
		    "some AWS tools take instead of its credential_process: "
		    "take aws_access_key_id and aws_secret_access_key out",
		    p->config->path, p->own->line, p->profile);
}

static void
tell_beside(const struct telling *t, const struct seen *p)
{
	const struct profile_file *f = p->config;
	const struct profile_section *s = p->own;
	size_t i = 0;

	if (!has(f, s, "credential_process"))
		return;
	if (has(f, s, "role_arn"))
		tell(t,
		    "%s:%zu: profile '%.80s' has role_arn beside "
		    "credential_process, and AWS tools ignore the process: "
		    "write stskey_role_arn and stskey_source_profile instead",
		    f->path, s->line, p->profile);
	if (has(f, s, "web_identity_token_file"))
		tell(t,
		    "%s:%zu: profile '%.80s' has web_identity_token_file "
		    "beside credential_process, and AWS tools ignore the "
		    "process: take web_identity_token_file out",
		    f->path, s->line, p->profile);
	while (i < SSO_KEYS && !has(f, s, sso_keys[i]))
		i++;
	if (i < SSO_KEYS)
		tell(t,
		    "%s:%zu: profile '%.80s' has sso_ keys beside "
		    "credential_process, and %s ignore the process: take the "
		    "sso_ keys out",
		    f->path, s->line, p->profile, who_takes_sso(i));
}

/* The profile that an SDK takes its credentials from to assume the role. */
static const char *
source_of(const struct seen *p, struct pool *strings)
{
	struct setting source;

	if (!has(p->config, p->own, "role_arn"))
		return NULL;
	source =
	    setting_of_section(p->config, p->own, "source_profile", strings);
	if (!setting_given(&source) || strcmp(source.value, p->profile) == 0)
		return NULL;
	return source.value;
}

void
shadow_tell(const struct setting_input *in,
    const struct profile_file *credentials, const char *profile,
    void (*told)(void *ctx, const char *sentence), void *ctx)
{
	const struct telling t = { in, told, ctx };
	AUTO_POOL struct pool strings = POOL_INIT;
	struct seen p = {
		.profile = profile,
		.config = in->config,
		.credentials = credentials,
	};

	tell_variables(&t, profile);
	/* Where the SDK assumes the role itself, the source counts as well. */
	for (int depth = 0; p.profile != NULL && depth < DEPTH_MAX; depth++) {
		p.source = depth > 0;
		if (credentials != NULL)
			p.plain = profile_find(credentials, p.profile, false);
		if (in->config != NULL)
			p.own = profile_find(in->config, p.profile, true);
		tell_credentials(&t, &p);
		if (p.own == NULL)
			return;
		tell_static(&t, &p);
		tell_beside(&t, &p);
		p.profile = source_of(&p, &strings);
	}
}

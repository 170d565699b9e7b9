/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/found.h"

#include "signer/aws/text.h"

enum { WORD_MAX = 4096 };

static bool
has(const struct profile_file *f, const struct profile_section *s,
    const char *key)
{
	const struct profile_entry *v = profile_entry(f, s, key);

	return v != NULL && v->value.len > 0;
}

/* One with a session token ends by itself, and is no long-term key. */
static bool
has_key(const struct profile_file *f, const struct profile_section *s)
{
	return s != NULL && has(f, s, "aws_secret_access_key") &&
	       !has(f, s, "aws_session_token");
}

/* Whether something is said of where its credentials come from. */
static bool
has_source(const struct profile_file *f, const struct profile_section *s)
{
	static const char *const keys[] = { "stskey_key", "stskey_role_arn",
		"aws_access_key_id", "role_arn", "source_profile",
		"credential_process", "credential_source", "sso_session",
		"sso_start_url", "web_identity_token_file", "login_session" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (has(f, s, keys[i]))
			return true;
	return false;
}

static bool
is_sourced(const struct profile_file *f, struct bytes profile)
{
	for (size_t i = 0; i < f->nsections; i++) {
		const struct profile_entry *v =
		    profile_entry(f, &f->sections[i], "source_profile");

		if (v != NULL && bytes_eq(v->value, profile))
			return true;
	}
	return false;
}

static bool
is_in(const struct profile_file *credentials, struct bytes profile)
{
	for (size_t i = 0; i < credentials->nsections; i++)
		if (bytes_eq(credentials->sections[i].name, profile))
			return true;
	return false;
}

static bool
ends_with(struct bytes path, const char *name)
{
	size_t n = strlen(name);

	return path.len >= n && memcmp(path.p + path.len - n, name, n) == 0 &&
	       (path.len == n || path.p[path.len - n - 1] == '/');
}

/* Options of aws-vault whose value may be the next word. */
static bool
takes_value(struct bytes word)
{
	static const char *const options[] = { "-d", "--duration", "-t",
		"--mfa-token", "--region", "--format", "--backend",
		"--prompt" };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (bytes_is(word, options[i]))
			return true;
	return false;
}

/* Goes past "aws-vault exec" or "aws-vault export". */
static bool
runs_vault(struct bytes *rest)
{
	AUTO_BUF struct buf word = BUF_INIT(WORD_MAX);

	if (text_word(rest, &word) != WORD_GOOD ||
	    !ends_with(buf_bytes(&word), "aws-vault") ||
	    text_word(rest, &word) != WORD_GOOD)
		return false;
	return bytes_is(buf_bytes(&word), "exec") ||
	       bytes_is(buf_bytes(&word), "export");
}

/*
 * NAME of "aws-vault exec --json NAME" and "aws-vault export --format=json
 * NAME"; len 0: something else is run.
 */
static struct bytes
vault_name(struct bytes line)
{
	AUTO_BUF struct buf word = BUF_INIT(WORD_MAX);
	struct bytes rest = line;
	struct bytes none = { 0 };

	if (!runs_vault(&rest))
		return none;
	while (text_word(&rest, &word) == WORD_GOOD) {
		/* A span of the line: a name in quotes is passed over. */
		struct bytes span = BYTES(rest.p - word.len, word.len);
		bool value = takes_value(buf_bytes(&word));

		if (word.len > 0 && word.p[0] != '-')
			return bytes_eq(span, buf_bytes(&word)) ? span : none;
		if (value && text_word(&rest, &word) != WORD_GOOD)
			return none;
	}
	return none;
}

static void
look(const struct profile_file *f, const struct profile_file *credentials,
    const struct profile_section *s,
    void (*each)(void *ctx, const struct found *found), void *ctx)
{
	const struct profile_entry *process =
	    profile_entry(f, s, "credential_process");
	struct found found = { .kind = FOUND_VAULT,
		.path = f->path,
		.line = s->line,
		.profile = profile_name(s),
		.name = profile_name(s) };

	if (process != NULL)
		found.name = vault_name(process->value);
	if (has_key(f, s))
		found.kind = FOUND_CONFIG;
	else if (process == NULL &&
		 (has_source(f, s) || is_in(credentials, found.profile) ||
		     (!has(f, s, "mfa_serial") &&
			 !is_sourced(f, found.profile))))
		return;
	if (found.kind == FOUND_CONFIG || found.name.len > 0)
		each(ctx, &found);
}

void
found_each(const struct profile_file *config,
    const struct profile_file *credentials,
    void (*each)(void *ctx, const struct found *f), void *ctx)
{
	for (size_t i = 0; i < credentials->nsections; i++) {
		const struct profile_section *s = &credentials->sections[i];
		const struct found found = { .kind = FOUND_PLAIN,
			.path = credentials->path,
			.line = s->line,
			.profile = s->name,
			.name = s->name };

		if (has_key(credentials, s))
			each(ctx, &found);
	}
	for (size_t i = 0; i < config->nsections; i++)
		if (profile_name(&config->sections[i]).len > 0)
			look(config, credentials, &config->sections[i], each,
			    ctx);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/setting.h"

#include "signer/aws/text.h"
#include "signer/base/near.h"

static const char prefix[] = "stskey_";

enum { PREFIX_LEN = sizeof(prefix) - 1, VARIABLE_MAX = 64 };

static const char *const known[] = { "stskey_key", "stskey_mfa",
	"stskey_access_key_id", "stskey_user", "stskey_session_seconds",
	"stskey_role_arn", "stskey_source_profile", "stskey_role_direct",
	"stskey_cache", "stskey_pin_source", "stskey_pkcs11_module",
	"stskey_pinentry", "stskey_prompt", "stskey_notify",
	"stskey_timeout_seconds", "stskey_touch_seconds", NULL };

/* What AWS's own keys are called in the environment, best first. */
static const struct {
	const char *key, *variable;
} variables[] = {
	{ "region", "AWS_REGION" },
	{ "region", "AWS_DEFAULT_REGION" },
	{ "ca_bundle", "AWS_CA_BUNDLE" },
	{ "endpoint_url", "AWS_ENDPOINT_URL_STS" },
};

const char *
setting_known(size_t i)
{
	return known[i];
}

static bool
has_prefix(struct bytes key)
{
	return key.len >= PREFIX_LEN &&
	       text_eq_fold(BYTES(key.p, PREFIX_LEN), BYTES_STR(prefix));
}

static struct setting
variable(const struct setting_input *in, const char *key, const char *name,
    struct pool *strings)
{
	const char *value = in->env != NULL ? in->env(in->ctx, name) : NULL;
	struct setting s = { .key = key };

	if (value == NULL || value[0] == '\0')
		return s;
	s.value = pool_add(strings, BYTES_STR(value));
	s.where = pool_add(strings, BYTES_STR(name));
	return s;
}

/* STSKEY_X for every stskey_x. */
static struct setting
our_variable(
    const struct setting_input *in, const char *key, struct pool *strings)
{
	char name[VARIABLE_MAX] = "";

	for (size_t i = 0; i < sizeof(name) - 1 && key[i] != '\0'; i++)
		name[i] = key[i] >= 'a' && key[i] <= 'z' ? (char)(key[i] - 32)
		                                         : key[i];
	return variable(in, key, name, strings);
}

struct setting
setting_of_env(
    const struct setting_input *in, const char *key, struct pool *strings)
{
	struct setting s = { .key = key };

	if (has_prefix(BYTES_STR(key)))
		return our_variable(in, key, strings);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (s.value == NULL && strcmp(variables[i].key, key) == 0)
			s = variable(in, key, variables[i].variable, strings);
	return s;
}

/* One line, which it nearly always is, needs no taking apart. */
static const char *
text_of(const struct profile_entry *v, struct pool *strings)
{
	struct text_lines lines = text_lines(v->value);
	AUTO_BUF struct buf text = BUF_INIT(PROFILE_MAX);
	struct bytes line = { 0 };

	if (!text_line(&lines, &line) || line.len == v->value.len)
		return pool_add(strings, v->value);
	profile_value(v, &text);
	return pool_add(strings, buf_bytes(&text));
}

struct setting
setting_of_section(const struct profile_file *f,
    const struct profile_section *s, const char *key, struct pool *strings)
{
	const struct profile_entry *v =
	    f != NULL ? profile_entry(f, s, key) : NULL;

	if (v == NULL)
		return (struct setting){ .key = key };
	return (struct setting){ key, text_of(v, strings), f->path, v->line };
}

struct setting
setting_of_defaults(
    const struct setting_input *in, const char *key, struct pool *strings)
{
	const struct profile_section *s = NULL;

	if (in->defaults != NULL && has_prefix(BYTES_STR(key)))
		s = profile_section(in->defaults, "defaults");
	return setting_of_section(in->defaults, s, key, strings);
}

struct setting
setting_find(const struct setting_input *in, const struct profile_section *s,
    const char *key, struct pool *strings)
{
	struct setting ret = setting_of_env(in, key, strings);

	if (ret.value == NULL)
		ret = setting_of_section(in->config, s, key, strings);
	if (ret.value == NULL)
		ret = setting_of_defaults(in, key, strings);
	return ret;
}

const char *
setting_get(const struct setting_input *in, const char *profile,
    const char *key, struct pool *strings)
{
	const struct profile_section *section = NULL;
	struct setting s;

	if (in->config != NULL)
		section = profile_find(in->config, profile, true);
	s = setting_find(in, section, key, strings);
	return setting_given(&s) ? s.value : NULL;
}

enum rc
setting_wrong(const struct setting *s, enum rc rc, struct err *e)
{
	if (s->line == 0)
		return err_in(e, rc, "%s", s->where);
	return err_in(e, rc, "%s:%zu: %s", s->where, s->line, s->key);
}

enum rc
setting_check_text(const struct setting *s, struct err *e)
{
	const char *p = s->value != NULL ? s->value : "";

	while ((uint8_t)*p >= ' ' && *p != 0x7f)
		p++;
	if (*p == '\0')
		return RC_OK;
	return setting_wrong(s,
	    err_set(e, RC_CONFIG,
		*p == '\n'
		    ? "the indented lines below it belong to its value: begin "
		      "each key at the start of its line"
		    : "there is a control character in it: type it again"),
	    e);
}

static bool
is_known(struct bytes key)
{
	for (size_t i = 0; known[i] != NULL; i++)
		if (text_eq_fold(key, BYTES_STR(known[i])))
			return true;
	return false;
}

static enum rc
unknown(
    const struct profile_file *f, const struct profile_entry *v, struct err *e)
{
	struct near n = NEAR_INIT(v->key);

	if (!text_is_name(v->key))
		return err_set(e, RC_CONFIG,
		    "%s:%zu: this is no key that stskey knows: see "
		    "stskey-config(5)",
		    f->path, v->line);
	for (size_t i = 0; known[i] != NULL; i++)
		near_try(&n, BYTES_STR(known[i]));
	if (!near_found(&n))
		return err_set(e, RC_CONFIG,
		    "%s:%zu: '%.*s' is no key that stskey knows: see "
		    "stskey-config(5)",
		    f->path, v->line, (int)v->key.len, (const char *)v->key.p);
	return err_set(e, RC_CONFIG,
	    "%s:%zu: '%.*s' is no key that stskey knows: did you mean '%.*s'?",
	    f->path, v->line, (int)v->key.len, (const char *)v->key.p,
	    (int)n.found.len, (const char *)n.found.p);
}

static enum rc
check_keys(const struct profile_file *f, const struct profile_section *s,
    struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct profile_entry *v = &f->entries[s->first + i];

		if (has_prefix(v->key) && !is_known(v->key))
			return unknown(f, v, e);
	}
	return RC_OK;
}

enum rc
setting_check_section(const struct profile_file *f,
    const struct profile_section *s, struct err *e)
{
	enum rc rc = check_keys(f, s, e);

	for (size_t i = 0; i < f->nsections && f->ndefaults > 0; i++)
		if (rc == RC_OK && bytes_is(f->sections[i].name, "DEFAULT"))
			rc = check_keys(f, &f->sections[i], e);
	return rc;
}

/* What makes one profile a role says nothing of the others. */
static bool
is_of_one_role(struct bytes key)
{
	return text_eq_fold(key, BYTES_STR("stskey_role_arn")) ||
	       text_eq_fold(key, BYTES_STR("stskey_source_profile"));
}

static enum rc
check_default(
    const struct profile_file *f, const struct profile_entry *v, struct err *e)
{
	if (!has_prefix(v->key))
		return err_set(e, RC_CONFIG,
		    "%s:%zu: [defaults] takes keys that begin with stskey_ "
		    "only: take this one out",
		    f->path, v->line);
	if (!is_known(v->key))
		return unknown(f, v, e);
	if (is_of_one_role(v->key))
		return err_set(e, RC_CONFIG,
		    "%s:%zu: a role belongs to one profile, not to "
		    "[defaults]: write it in a [profile NAME] of "
		    "~/.aws/config",
		    f->path, v->line);
	return RC_OK;
}

enum rc
setting_check_defaults(const struct setting_input *in, struct err *e)
{
	const struct profile_file *f = in->defaults;
	const struct profile_section *s = NULL;
	enum rc rc = RC_OK;

	if (f != NULL)
		s = profile_section(f, "defaults");
	for (size_t i = 0; s != NULL && i < s->count && rc == RC_OK; i++)
		rc = check_default(f, &f->entries[s->first + i], e);
	return rc;
}

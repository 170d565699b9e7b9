/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/enrol.h"

#include <stdlib.h>
#include <string.h>

#include "signer/aws/entry.h"
#include "signer/base/mem.h"
#include "signer/base/uri.h"
#include "signer/cmd/make.h"
#include "signer/cmd/quote.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

/* With a person in front, and where, as to an SDK, nobody may be. */
enum {
	LINES_MAX = 64 * 1024,
	TIMEOUT_SECONDS = 300,
	ALONE_SECONDS = 55,
};

/* For a profile that has none yet: STS answers everywhere in a partition. */
static const char fallback_region[] = "us-east-1";

void
enrol_done(struct enrol *n)
{
	crew_done(&n->crew);
	world_done(&n->world);
	pool_done(&n->strings);
}

static bool
section_names(const struct enrol *n, size_t i, const char *key, const char *uri)
{
	const struct profile_file *f = &n->world.config;
	const struct profile_entry *entry =
	    profile_entry(f, &f->sections[i], key);
	AUTO_POOL struct pool pool = POOL_INIT;
	struct entry_list list = { .n = 0 };

	if (entry != NULL && profile_name(&f->sections[i]).len > 0)
		(void)entry_split(entry->value, &list);
	for (size_t k = 0; k < list.n; k++)
		if (uri_same(pool_add(&pool, list.at[k].what), uri))
			return true;
	return false;
}

/* The same, of either key where that is NULL. */
static bool
names(const struct enrol *n, size_t i, const char *key, const char *uri)
{
	if (key != NULL)
		return section_names(n, i, key, uri);
	return section_names(n, i, "stskey_key", uri) ||
	       section_names(n, i, "stskey_mfa", uri);
}

/* Whose settings are meant, where no --profile says it. */
static const char *
settler(struct enrol *n, const char *uri)
{
	const struct profile_file *f = &n->world.config;

	for (size_t i = 0;
	     n->profile == NULL && uri != NULL && i < f->nsections; i++)
		if (names(n, i, NULL, uri))
			return pool_add(
			    &n->strings, profile_name(&f->sections[i]));
	return world_profile(n->profile);
}

static const char *
setting(struct enrol *n, const char *key)
{
	return setting_get(&n->world.in, n->settler, key, &n->strings);
}

static const char *
first(const char *a, const char *b, const char *c)
{
	if (a != NULL)
		return a;
	return b != NULL ? b : c;
}

static enum rc
settle_endpoint(struct enrol *n, struct err *e)
{
	const char *(*env)(void *, const char *) = n->world.in.env;
	const char *region = first(n->region, env(NULL, "AWS_REGION"),
	    env(NULL, "AWS_DEFAULT_REGION"));
	const char *url = first(env(NULL, "AWS_ENDPOINT_URL_STS"),
	    setting(n, "endpoint_url"), NULL);

	region = first(region, setting(n, "region"), fallback_region);
	return endpoint_sts(region, url, &n->endpoint, e);
}

static void
settle_person(struct enrol *n)
{
	const struct setting_input *in = &n->world.in;
	struct setting_input own = *in;

	own.defaults = NULL; /* come after what a URI says */

	n->crew.retry_pin = n->retry_pin;
	n->crew.pin_source = first(n->pin_source,
	    setting_get(&own, n->settler, "stskey_pin_source", &n->strings),
	    NULL);
	n->crew.pin_source_default =
	    setting_of_defaults(in, "stskey_pin_source", &n->strings).value;
	n->crew.module = setting(n, "stskey_pkcs11_module");
	n->crew.pinentry = setting(n, "stskey_pinentry");
	n->crew.ca_bundle = first(
	    in->env(NULL, "AWS_CA_BUNDLE"), setting(n, "ca_bundle"), NULL);
}

enum rc
enrol_begin(struct enrol *n, const char *uri, struct err *e)
{
	enum rc rc = world_load(&n->world, e);

	if (rc != RC_OK)
		return rc;
	n->crew.profile = n->profile;
	n->crew.term.aloud = true;
	crew_begin(&n->crew, TIMEOUT_SECONDS);
	rc = enrol_settle(n, uri, e);
	if (rc == RC_OK && n->serves && !term_is_there())
		crew_begin(&n->crew, n->timeout_seconds > 0 ? n->timeout_seconds
							    : ALONE_SECONDS);
	return rc;
}

enum rc
enrol_settle(struct enrol *n, const char *uri, struct err *e)
{
	struct plan person = { 0 };
	enum rc rc;

	n->settler = settler(n, uri);
	settle_person(n);
	rc = plan_person(&n->world.in, n->settler, &person, e);
	n->crew.touch_seconds = person.touch_seconds;
	n->crew.prompt = person.prompt;
	n->timeout_seconds = person.timeout_seconds;
	if (rc == RC_OK)
		rc = settle_endpoint(n, e);
	if (rc != RC_OK || n->crew.token.name == NULL)
		return rc;
	return crew_person(&n->crew, e);
}

enum rc
enrol_check_to(const char *to, bool pin, struct err *e)
{
	struct bytes scheme = uri_scheme(to);

	if (bytes_is(scheme, "sealed"))
		return err_set(e, RC_USAGE,
		    "--to names hardware, and sealed: is a file: give --to "
		    "fido: and the name of the file with --name");
	if (pin && !bytes_is(scheme, "fido"))
		return err_set(e, RC_USAGE,
		    "--pin is for a FIDO2 key (--to fido:), and other tokens "
		    "want their PIN as they are set up: leave it out");
	return RC_OK;
}

enum rc
enrol_hold(struct enrol *n, const char *uri, bool with_stdin, struct err *e)
{
	struct hold h = { .tokens = { uri } };
	enum rc rc = crew_token(&n->crew, with_stdin, e);

	return rc == RC_OK ? crew_hold(&n->crew, &h, e) : rc;
}

enum rc
enrol_prove(struct enrol *n, struct err *e)
{
	AUTO_IDENTITY struct identity id = { 0 };
	const struct identity_of who = {
		.endpoint = &n->endpoint,
		.profile = n->profile,
		.key = n->uri,
		.access_key_id = n->access_key_id,
	};
	const char *user;
	enum rc rc;

	if ((rc = crew_net(&n->crew, n->endpoint.url, e)) != RC_OK ||
	    (rc = make_identity(&n->crew, &who, &id, e)) != RC_OK)
		return rc;
	user = identity_user(&id);
	if (user != NULL)
		n->user = pool_add(&n->strings, BYTES_STR(user));
	term_say("AWS knows this key as %s", id.arn);
	return RC_OK;
}

size_t
enrol_count(const struct enrol *n, const char *key, const char *uri)
{
	size_t count = 0;

	for (size_t i = 0; i < n->world.config.nsections; i++)
		count += names(n, i, key, uri);
	return count;
}

/* Whether it names the old object and is not what --replace rewrites. */
static bool
is_other(const struct enrol *n, size_t i, const char *key, const char *old)
{
	const struct profile_file *f = &n->world.config;
	const struct profile_entry *entry =
	    profile_entry(f, &f->sections[i], key);
	AUTO_POOL struct pool pool = POOL_INIT;
	struct entry_list list = { .n = 0 };
	bool seed = strcmp(key, "stskey_mfa") == 0, ret = false;

	if (entry != NULL && profile_name(&f->sections[i]).len > 0)
		(void)entry_split(entry->value, &list);
	for (size_t k = 0; k < list.n && !ret; k++) {
		const char *uri = pool_add(&pool, list.at[k].what);

		if (n->uri == NULL || !uri_same(uri, n->uri))
			ret = uri_same(uri, old) ? seed : uri_alike(uri, old);
	}
	return ret;
}

/* "FILE:LINE (stskey_key of profile 'dev')" of each; how many there are. */
static size_t
name_others(const struct enrol *n, const char *old, struct buf *ret)
{
	static const char *const keys[] = { "stskey_key", "stskey_mfa" };
	const struct profile_file *f = &n->world.config;
	size_t count = 0;

	for (size_t i = 0; i < f->nsections; i++)
		for (size_t k = 0; k < 2; k++) {
			const struct profile_section *s = &f->sections[i];
			struct bytes name = profile_name(s);

			if (!is_other(n, i, keys[k], old))
				continue;
			buf_fmt(ret, "%s%s:%zu (%s of profile '%.*s')",
			    count++ > 0 ? ", " : "", f->path,
			    profile_entry(f, s, keys[k])->line, keys[k],
			    (int)name.len, (const char *)name.p);
		}
	return count;
}

static enum rc
check_replace(const struct enrol *n, const char *old, struct err *e)
{
	AUTO_BUF struct buf others = BUF_INIT(LINES_MAX);

	if (enrol_count(n, "stskey_key", old) > 0)
		return RC_OK;
	if (name_others(n, old, &others) > 0)
		return err_set(e, RC_NOTFOUND,
		    "no profile has '%s' as its stskey_key, and nothing was "
		    "done; give the URI of a stskey_key as it is written "
		    "there: the same object may be meant by %s",
		    old, buf_cstr(&others));
	return err_set(e, RC_NOTFOUND,
	    "no profile of %s has '%s' as its stskey_key; nothing was done",
	    n->world.config_path, old);
}

enum rc
enrol_check(const struct enrol *n, const char *replace, struct err *e)
{
	const struct profile_file *f = &n->world.config;
	const struct profile_section *s =
	    n->profile != NULL ? profile_find(f, n->profile, true) : NULL;
	enum rc rc = replace != NULL ? check_replace(n, replace, e) : RC_OK;

	if (rc != RC_OK || s == NULL || profile_entry(f, s, "role_arn") == NULL)
		return rc;
	return err_set(e, RC_CONFIG,
	    "%s:%zu: profile '%.80s' has a role_arn, which SDKs would use "
	    "instead of stskey: give the key a profile of its own and name "
	    "that as source_profile",
	    f->path, s->line, n->profile);
}

/* They stay as they are: what they mean is for a person to say. */
static void
tell_others(const struct enrol *n, const char *old)
{
	AUTO_BUF struct buf others = BUF_INIT(LINES_MAX);

	if (name_others(n, old, &others) > 0)
		term_say("warning: left as it was, though it may mean the same "
			 "object as '%s': %s",
		    old, buf_cstr(&others));
}

const char *
enrol_access_key_id(struct enrol *n, const char *uri)
{
	const struct profile_file *f = &n->world.config;

	for (size_t i = 0; i < f->nsections; i++) {
		const struct profile_entry *entry =
		    profile_entry(f, &f->sections[i], "stskey_access_key_id");

		if (entry != NULL && section_names(n, i, "stskey_key", uri))
			return pool_add(&n->strings, entry->value);
	}
	return NULL;
}

/* The lines of one profile for the key. */
static struct world_change
lines(struct enrol *n, const char *profile)
{
	struct world_change c = { .profile = profile };
	const struct profile_set all[] = {
		{ "stskey_key", n->uri },
		{ "stskey_access_key_id", n->access_key_id },
		{ "stskey_user", n->user },
		{ "credential_process",
		    pool_fmt(&n->strings, "%s credentials --profile %s",
			quote_word(&n->strings, world_self(&n->world)),
			quote_word(&n->strings, profile)) },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].value != NULL)
			c.sets[c.n++] = all[i];
	return c;
}

static enum rc
print_lines(struct enrol *n, struct err *e)
{
	const struct world_change c = lines(n, "NAME");
	AUTO_BUF struct buf out = BUF_INIT(LINES_MAX);

	buf_str(&out, "[profile NAME]\n");
	for (size_t i = 0; i < c.n; i++) {
		buf_str(&out, c.sets[i].key);
		buf_str(&out, " = ");
		buf_str(&out, c.sets[i].value);
		buf_chr(&out, '\n');
	}
	return session_print(buf_bytes(&out), e);
}

/* The change for every profile that names the old URI, and for --profile. */
static enum rc
replace_all(struct enrol *n, const char *old, struct err *e)
{
	size_t max = enrol_count(n, "stskey_key", old) + 1, count = 0;
	const struct profile_file *f = &n->world.config;
	AUTO_MEM struct world_change *changes = mem_new(max, sizeof(*changes));
	enum rc rc;

	for (size_t i = 0; i < f->nsections; i++) {
		const char *name;

		if (!section_names(n, i, "stskey_key", old))
			continue;
		name = pool_add(&n->strings, profile_name(&f->sections[i]));
		changes[count] = lines(n, name);
		changes[count++].n -= 1; /* its credential_process stays */
	}
	if (n->profile != NULL)
		changes[count++] = lines(n, n->profile);
	rc = world_write(&n->world, changes, count, e);
	if (rc == RC_OK)
		tell_others(n, old);
	return rc;
}

enum rc
enrol_write(struct enrol *n, const char *replace, struct err *e)
{
	struct world_change c;

	if (replace != NULL)
		return replace_all(n, replace, e);
	if (n->profile == NULL)
		return print_lines(n, e);
	c = lines(n, n->profile);
	return world_write(&n->world, &c, 1, e);
}

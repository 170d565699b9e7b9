/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/enrol_lines.h"

#include <string.h>

#include "signer/aws/entry.h"
#include "signer/base/mem.h"
#include "signer/base/uri.h"
#include "signer/cmd/quote.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

enum { LINES_MAX = 64 * 1024 };

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

bool
enrol_names(const struct enrol *n, size_t i, const char *key, const char *uri)
{
	if (key != NULL)
		return section_names(n, i, key, uri);
	return section_names(n, i, "stskey_key", uri) ||
	       section_names(n, i, "stskey_mfa", uri);
}

size_t
enrol_count(const struct enrol *n, const char *key, const char *uri)
{
	size_t count = 0;

	for (size_t i = 0; i < n->world.config.nsections; i++)
		count += enrol_names(n, i, key, uri);
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

	if (rc != RC_OK || n->profile == NULL)
		return rc;
	if ((rc = world_check(&n->world, n->profile, e)) != RC_OK)
		return err_in(e, rc, "--profile");
	if (s == NULL || profile_entry(f, s, "role_arn") == NULL)
		return RC_OK;
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

/* With --offline it stays, and the new key may be another user's. */
static void
tell_user(struct enrol *n, const struct profile_section *s)
{
	const struct profile_file *f = &n->world.config;
	const struct profile_entry *user = profile_entry(f, s, "stskey_user");
	AUTO_BUF struct buf name = BUF_INIT(LINES_MAX);

	if (n->user != NULL || user == NULL)
		return;
	profile_value(user, &name);
	term_say("warning: %s:%zu: stskey_user is '%s' as before, since AWS "
		 "was not asked whose the new key is: `stskey key verify "
		 "--access-key-id %s %s` says it, and what that line has to be",
	    f->path, user->line, buf_cstr(&name), n->access_key_id,
	    quote_word(&n->strings, n->uri));
}

void
enrol_tell(struct enrol *n)
{
	const struct profile_file *f = &n->world.config;

	for (size_t i = 0; i < f->nsections; i++) {
		struct bytes name = profile_name(&f->sections[i]);
		AUTO_MEM char *profile = mem_strn(name.p, name.len);

		if (!section_names(n, i, "stskey_key", n->uri))
			continue;
		tell_user(n, &f->sections[i]);
		world_tell_shadows(&n->world, profile);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "signer/aws/entry.h"
#include "signer/base/mem.h"
#include "signer/base/uri.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/described.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/enrol_options.h"
#include "signer/cmd/held.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

struct request {
	struct enrol enrol;
	const char *to;
};

enum { OUT_MAX = 1024 * 1024 };

#define AT(member) offsetof(struct request, member)

const struct option key_list_options[] = {
	{ OPTION_URI, "to", AT(to), "URI",
	    "a token (default: every one that a profile names)" },
	ENROL_PIN_OPTIONS(struct request),
	{ 0 },
};

/* A token to look at. */
struct place {
	const char *uri;       /* as the configuration names something on it */
	const char *only;      /* the same without that object */
	struct described seen; /* what the token says of itself */
};

struct tokens {
	struct enrol *enrol;
	struct place *at;
	size_t n;
	const char *one; /* the sealed file that is meant; NULL: all */
	bool damaged;    /* one of them cannot be read */
};

static void
tokens_done(struct tokens *t)
{
	mem_free(t->at);
}

static void
request_done(struct request *r)
{
	enrol_done(&r->enrol);
}

static bool
is_scheme(const char *uri, const char *scheme)
{
	return bytes_is(uri_scheme(uri), scheme);
}

static bool
is_of_object(const char *attribute)
{
	static const char *const names[] = {
		"object=", "id=", "type=", "name="
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(attribute, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* A URI without the attributes that are of an object. */
static const char *
without_object(struct enrol *n, const char *uri)
{
	AUTO_BUF struct buf b = BUF_INIT(8192);
	const char *p = strchr(uri, ':') + 1, *query = strchr(uri, '?');
	bool any = false;

	buf_add(&b, uri_scheme(uri));
	buf_chr(&b, ':');
	while (*p != '\0' && *p != '?') {
		size_t len = strcspn(p, ";?");

		if (!is_of_object(p)) {
			buf_str(&b, any ? ";" : "");
			buf_add(&b, BYTES(p, len));
			any = true;
		}
		p += len + (p[len] == ';' ? 1 : 0);
	}
	buf_str(&b, query != NULL ? query : "");
	return pool_add(&n->strings, buf_bytes(&b));
}

/* A token URI for list: the one of an object without the object. */
static const char *
token_only(struct enrol *n, const char *uri)
{
	/* All sealed ones are listed at once. */
	if (is_scheme(uri, "sealed"))
		return "sealed:";
	if (is_scheme(uri, "pkcs11") || is_scheme(uri, "oath"))
		return without_object(n, uri);
	return uri;
}

/* Where a URI leads to; NULL: not to one of them. */
static struct place *
find(const struct tokens *t, const char *uri)
{
	const char *only = token_only(t->enrol, uri);

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->at[i].only, only) == 0)
			return &t->at[i];
	return NULL;
}

static void
add(struct tokens *t, const char *uri)
{
	struct place one = { .uri = uri };

	if (!is_scheme(uri, "pkcs11") && !is_scheme(uri, "sealed") &&
	    !is_scheme(uri, "oath") && !is_scheme(uri, "fido"))
		return;
	if (find(t, uri) != NULL)
		return;
	one.only = token_only(t->enrol, uri);
	t->at = mem_grow(t->at, t->n * sizeof(one), (t->n + 1) * sizeof(one));
	t->at[t->n++] = one;
}

static void
add_all(struct tokens *t, struct bytes line)
{
	struct entry_list list;

	/* Of a line that is too long, what was read. */
	(void)entry_split(line, &list);
	for (size_t i = 0; i < list.n; i++)
		add(t, pool_add(&t->enrol->strings, list.at[i].what));
}

static void
gather(struct tokens *t)
{
	static const char *const keys[] = { "stskey_key", "stskey_mfa" };
	const struct profile_file *f = &t->enrol->world.config;

	for (size_t i = 0; i < f->nsections; i++)
		for (size_t k = 0; k < 2; k++) {
			const struct profile_entry *entry =
			    profile_entry(f, &f->sections[i], keys[k]);

			if (entry != NULL)
				add_all(t, entry->value);
		}
}

/* "the key of 2 profiles": of those that name it so. */
static void
print_named(
    const struct enrol *n, const char *key, const char *uri, struct buf *out)
{
	size_t named = enrol_count(n, key, uri);

	if (named > 0)
		buf_fmt(out, "  the %s of %zu profile%s",
		    strcmp(key, "stskey_key") == 0 ? "key" : "seed", named,
		    named == 1 ? "" : "s");
}

static enum rc
print_item(const struct enrol *n, const struct message *m, size_t i,
    struct buf *out, struct err *e)
{
	const char *uri = message_item(m, "items", i, "uri");
	const char *held = message_item(m, "items", i, "held");
	const char *away = message_item(m, "items", i, "extractable");
	const char *id = message_item(m, "items", i, "id");

	if (uri == NULL || held == NULL || away == NULL)
		return err_set(e, RC_HELPER,
		    "stskey-token listed an object without its parts");
	buf_str(out, uri);
	buf_fmt(out, "  %s%s%s", held_words(held, id),
	    strcmp(away, "yes") == 0 ? ", EXTRACTABLE" : "",
	    held_no_touch(uri) ? ", NO TOUCH" : "");
	if (id != NULL && id[0] != '\0') {
		buf_str(out, "  of ");
		buf_str(out, id);
	}
	print_named(n, "stskey_key", uri, out);
	print_named(n, "stskey_mfa", uri, out);
	buf_chr(out, '\n');
	return RC_OK;
}

/* One that was listed before, under another URI or by another module. */
static bool
is_listed(const struct tokens *t, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (t->at[k].seen.known && t->at[i].seen.known &&
		    described_same(&t->at[k].seen, &t->at[i].seen))
			return true;
	return false;
}

/* All of them, or the one sealed file that --to names. */
static enum rc
print_items(struct tokens *t, const struct message *listed, struct buf *out,
    struct err *e)
{
	const char *one = t->one;
	bool any = one == NULL;
	enum rc rc = RC_OK;

	for (size_t k = 0; rc == RC_OK && k < message_count(listed, "items");
	     k++) {
		const char *uri = message_item(listed, "items", k, "uri");
		const char *damage = message_item(listed, "items", k, "damage");

		if (one != NULL && (uri == NULL || strcmp(uri, one) != 0))
			continue;
		any = true;
		if (damage == NULL) {
			rc = print_item(t->enrol, listed, k, out, e);
			continue;
		}
		term_say("warning: %s", damage);
		t->damaged = true;
	}
	if (rc == RC_OK && !any)
		return err_set(e, RC_NOTFOUND,
		    "there is no '%s'; `stskey key list --to sealed:` shows "
		    "what there is",
		    one);
	return rc;
}

/* Each token with the PIN source of the profile that names it. */
static enum rc
list(struct tokens *t, size_t i, struct buf *out, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("list");
	AUTO_MESSAGE struct message *listed = NULL;
	struct place *p = &t->at[i];
	struct enrol *n = t->enrol;
	enum rc rc = enrol_settle(n, p->uri, e);

	message_set_str(m, "uri", p->only);
	if (rc == RC_OK)
		rc = enrol_hold(n, p->uri, false, e);
	/* Before it may ask for the PIN of a token that it had already. */
	if (rc == RC_OK && is_scheme(p->uri, "pkcs11"))
		rc = describe(&n->crew, p->only, &n->strings, &p->seen, e);
	if (rc != RC_OK || is_listed(t, i))
		return rc;
	rc = child_call(&n->crew.token, m, "listed", &listed, e);
	return rc == RC_OK ? print_items(t, listed, out, e) : rc;
}

static enum rc
list_all(struct tokens *t, struct buf *out, struct err *e)
{
	enum rc rc, worst = RC_OK;

	for (size_t i = 0; i < t->n; i++) {
		rc = list(t, i, out, e);
		/* One that is not plugged in does not hide the others. */
		if (rc != RC_OK && t->n > 1)
			term_say("warning: %s", e->msg);
		if (rc != RC_OK)
			worst = rc;
	}
	return worst;
}

/* By what the tokens said, where they were asked. */
static bool
is_one_device(const struct tokens *t, const char *key, const char *mfa)
{
	const struct place *a = find(t, key), *b = find(t, mfa);
	struct described x = { .uri = key }, y = { .uri = mfa };

	if (a != NULL && b != NULL && a->seen.known && b->seen.known) {
		x = a->seen;
		y = b->seen;
	}
	return described_same(&x, &y);
}

static bool
on_one_device(const struct tokens *t, const struct profile_entry *key,
    const struct profile_entry *mfa)
{
	AUTO_POOL struct pool pool = POOL_INIT;
	struct entry_list keys, seeds;

	(void)entry_split(key->value, &keys);
	(void)entry_split(mfa->value, &seeds);
	for (size_t i = 0; keys.n > 0 && i < seeds.n; i++) {
		const char *seed = pool_add(&pool, seeds.at[i].what);

		if (entry_is_hardware(seed) &&
		    is_one_device(t, pool_add(&pool, keys.at[0].what), seed))
			return true;
	}
	return false;
}

/* "both factors on one device", where a profile keeps them so. */
static void
tell_both(const struct tokens *t, struct buf *out)
{
	const struct profile_file *f = &t->enrol->world.config;

	for (size_t i = 0; i < f->nsections; i++) {
		const struct profile_section *s = &f->sections[i];
		const struct profile_entry *k =
		    profile_entry(f, s, "stskey_key");
		const struct profile_entry *m =
		    profile_entry(f, s, "stskey_mfa");

		if (k == NULL || m == NULL || !on_one_device(t, k, m))
			continue;
		buf_add(out, profile_name(s));
		buf_str(out, ": both factors on one device\n");
	}
}

enum rc
cmd_key_list(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .enrol = ENROL_INIT };
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	AUTO(tokens_done) struct tokens t = { .enrol = &r.enrol };
	enum rc rc, listed;

	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = enrol_begin(&r.enrol, NULL, e)) != RC_OK)
		return rc;
	if (r.to != NULL)
		add(&t, r.to);
	else
		gather(&t);
	if (t.n == 0)
		return err_set(e, RC_NOTFOUND,
		    "%s names no token; give one: --to 'pkcs11:token=…' or "
		    "--to sealed:",
		    r.to != NULL ? r.to : r.enrol.world.config_path);
	if (r.to != NULL && is_scheme(r.to, "sealed") &&
	    strcmp(r.to, "sealed:") != 0)
		t.one = r.to;
	listed = list_all(&t, &out, e);
	if (listed == RC_OK && out.len == 0 && !t.damaged)
		term_say("there is no key and no seed");
	tell_both(&t, &out);
	rc = session_print(buf_bytes(&out), e);
	return listed != RC_OK ? listed : rc;
}

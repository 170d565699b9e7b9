/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/aws/found.h"
#include "signer/base/mem.h"
#include "signer/base/uri.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol.h"
#include "signer/cmd/enrol_options.h"
#include "signer/cmd/quote.h"
#include "signer/cmd/session.h"
#include "signer/host/interrupt.h"
#include "signer/host/term.h"

enum { OUT_MAX = 1024 * 1024, LINES_MAX = 64 * 1024, WORDS_MAX = 24 };

struct request {
	struct {
		const char *pin_source, *region;
		bool retry_pin;
	} enrol; /* as the shared options have it */
	const char *to, *serial;
	bool yes, dry_run, offline, pin, no_touch;
};

#define AT(member) offsetof(struct request, member)

const struct option import_config_options[] = {
	{ OPTION_URI, "to", AT(to), "URI",
	    "import the keys: pkcs11:token=work, oath:, or fido:" },
	{ OPTION_FLAG, "dry-run", AT(dry_run), "",
	    "show what would be written, and no more" },
	{ OPTION_FLAG, "yes", AT(yes), "",
	    "every key, and its plaintext away afterwards, without asking" },
	ENROL_OATH_OPTIONS(struct request),
	{ OPTION_FLAG, "pin", AT(pin), "",
	    "with --to fido:, every use wants the key's PIN" },
	ENROL_REGION_OPTION(struct request),
	{ OPTION_FLAG, "offline", AT(offline), "",
	    "do not ask AWS, and leave the plaintext" },
	ENROL_PIN_OPTIONS(struct request),
	{ 0 },
};

/* The keys of ~/.aws/credentials, by their sections. */
struct keys {
	const char **names;
	size_t n;
};

struct importing {
	struct request request;
	struct world world;
	struct profile_file credentials;
	struct secret text; /* what credentials points into */
	char *path;
	struct keys keys;
	size_t found;
	struct pool strings;
	struct buf out;
};

static void
importing_done(struct importing *i)
{
	profile_done(&i->credentials);
	secret_done(&i->text);
	mem_free(i->path);
	mem_free(i->keys.names);
	world_done(&i->world);
	pool_done(&i->strings);
	buf_done(&i->out);
}

/* The words of one `key import`, the very verb that a person would give. */
struct words {
	const char *at[WORDS_MAX];
	size_t n;
};

static void
add(struct words *w, const char *option, const char *value)
{
	if (value == NULL)
		return;
	w->at[w->n++] = option;
	w->at[w->n++] = value;
}

static void
add_flag(struct words *w, const char *option, bool given)
{
	if (given)
		w->at[w->n++] = option;
}

/* from: the section that has the key; NULL: aws-vault hands it over. */
static struct words
words_of(const struct request *r, const char *from, const char *profile)
{
	struct words w = { .n = 0 };

	add(&w, "--to", r->to != NULL ? r->to : "URI");
	add(&w, "--from-credentials", from);
	add(&w, "--profile", profile);
	add(&w, "--serial", r->serial);
	add_flag(&w, "--no-touch", r->no_touch);
	add_flag(&w, "--pin", r->pin);
	add(&w, "--region", r->enrol.region);
	add_flag(&w, "--offline", r->offline);
	add_flag(&w, "--yes", r->yes && from != NULL);
	add(&w, "--pin-source", r->enrol.pin_source);
	add_flag(&w, "--retry-pin", r->enrol.retry_pin);
	return w;
}

static void
print_word(struct importing *i, const char *before, const char *word)
{
	buf_str(&i->out, before);
	buf_str(&i->out, quote_word(&i->strings, word));
}

static void
print_words(struct importing *i, const struct words *w)
{
	for (size_t k = 0; k < w->n; k++)
		print_word(i, " ", w->at[k]);
	buf_chr(&i->out, '\n');
}

static void
print_import(struct importing *i, const char *name)
{
	const struct words w = words_of(&i->request, name, name);

	print_word(i, "#   ", world_self(&i->world));
	buf_str(&i->out, " key import");
	print_words(i, &w);
}

/* The secret goes from aws-vault to us, through no argument and no file. */
static void
print_vault(struct importing *i, const char *name, const char *profile)
{
	const struct words w = words_of(&i->request, NULL, profile);

	print_word(i, "#   aws-vault exec --no-session ", name);
	buf_str(&i->out,
	    " -- sh -c 'printf \"%s\\n\" \"$AWS_SECRET_ACCESS_KEY\" | env -u "
	    "AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY \"$0\" key import "
	    "--access-key-id \"$AWS_ACCESS_KEY_ID\" \"$@\"'");
	print_word(i, " ", world_self(&i->world));
	print_words(i, &w);
}

/* What `key import` will write; the key's own names are not known yet. */
static void
print_lines(struct importing *i, const char *profile)
{
	const char *to = i->request.to != NULL ? i->request.to : "URI";
	struct pool *p = &i->strings;
	const struct profile_set sets[] = {
		{ "stskey_key", pool_fmt(p, "%s (and which key there)", to) },
		{ "stskey_access_key_id", "(that of the key)" },
		{ "stskey_user", "(whom AWS knows it as)" },
		{ "credential_process",
		    pool_fmt(p, "%s credentials --profile %s",
			quote_word(p, world_self(&i->world)),
			quote_word(p, profile)) },
	};
	const struct profile_file none = PROFILE_FILE_INIT;
	AUTO_BUF struct buf section = BUF_INIT(LINES_MAX);
	bool plain = strcmp(profile, "default") == 0;
	struct err why;

	if (profile_edit(&none,
		plain ? profile : pool_fmt(p, "profile %s", profile), sets,
		sizeof(sets) / sizeof(sets[0]), &section, &why) == RC_OK)
		buf_add(&i->out, buf_bytes(&section));
	else
		buf_fmt(&i->out, "# no profile can be written for it: %s\n",
		    why.msg);
	buf_chr(&i->out, '\n');
}

static void
keep(struct importing *i, const char *name)
{
	struct keys *k = &i->keys;

	k->names = mem_grow(
	    k->names, k->n * sizeof(*k->names), (k->n + 1) * sizeof(*k->names));
	k->names[k->n++] = name;
}

static void
print(void *ctx, const struct found *f)
{
	static const char *const words[] = {
		[FOUND_PLAIN] = "a long-term key in plain text; to import it "
				"alone, run",
		[FOUND_CONFIG] = "a long-term key in plain text, which is to "
				 "be in ~/.aws/credentials: move its lines "
				 "there, then run this again",
		[FOUND_VAULT] = "aws-vault has its key; to import it, run",
	};
	struct importing *i = ctx;
	const char *profile = pool_add(&i->strings, f->profile);

	i->found++;
	buf_str(&i->out, "# ");
	buf_str(&i->out, f->path);
	buf_fmt(&i->out, ":%zu: %s\n", f->line, words[f->kind]);
	if (f->kind == FOUND_PLAIN) {
		keep(i, profile);
		print_import(i, profile);
	}
	if (f->kind == FOUND_VAULT)
		print_vault(i, pool_add(&i->strings, f->name), profile);
	if (f->kind != FOUND_CONFIG)
		print_lines(i, profile);
}

static enum rc
import(const struct importing *i, const char *name, struct err *e)
{
	static const struct verb verb = { "key import", cmd_key_import, "",
		key_import_options };
	const struct words w = words_of(&i->request, name, name);
	AUTO_POOL struct pool strings = POOL_INIT;
	char *argv[WORDS_MAX + 1] = { NULL };

	for (size_t k = 0; k < w.n; k++)
		argv[k] = pool_add(&strings, BYTES_STR(w.at[k]));
	return cmd_key_import(&verb, argv, e);
}

static enum rc
ask(const struct importing *i, const char *name, bool *yes, struct err *e)
{
	AUTO_POOL struct pool strings = POOL_INIT;

	*yes = i->request.yes;
	if (*yes)
		return RC_OK;
	return term_confirm(
	    pool_fmt(&strings, "import the key of [%.80s] of %.400s?", name,
		i->path),
	    yes, e);
}

/* RC_OK as well where the answer was no; *on: go on with the next. */
static enum rc
import_one(struct importing *i, const char *name, bool *on, struct err *e)
{
	bool yes = false;
	enum rc rc = ask(i, name, &yes, e);

	*on = rc == RC_OK;
	if (!yes || rc != RC_OK)
		return rc;
	rc = import(i, name, e);
	*on = !interrupt_caught(NULL);
	return *on ? rc : err_set(e, RC_CANCELLED, "called off");
}

/* One that cannot be imported does not keep the others. */
static enum rc
import_all(struct importing *i, struct err *e)
{
	enum rc worst = RC_OK;
	bool on = true;

	for (size_t k = 0; k < i->keys.n && on; k++) {
		const char *name = i->keys.names[k];
		struct err why;
		enum rc rc = import_one(i, name, &on, &why);

		if (rc == RC_OK)
			continue;
		if (!on)
			return err_set(e, rc, "%s", why.msg);
		if (worst != RC_OK)
			term_say("warning: [%s]: %s", name, why.msg);
		else
			worst = err_set(e, rc, "[%.80s]: %s", name, why.msg);
	}
	return worst;
}

static enum rc
show(struct importing *i, struct err *e)
{
	found_each(&i->world.config, &i->credentials, print, i);
	if (i->found == 0)
		term_say("there is nothing to import: no long-term key in %s "
			 "or %s, and no profile of aws-vault",
		    i->path, i->world.config_path);
	else if (i->keys.n > 0 && i->request.to == NULL)
		term_say("to import the keys in plain text, name the token "
			 "that shall hold them: --to 'pkcs11:token=…', --to "
			 "oath: or --to fido:");
	return session_print(buf_bytes(&i->out), e);
}

static bool
is_home(struct bytes scheme)
{
	return bytes_is(scheme, "pkcs11") || bytes_is(scheme, "oath") ||
	       bytes_is(scheme, "fido");
}

/* An option that means nothing without --to; NULL: none was given. */
static const char *
of_importing(const struct request *r)
{
	if (r->yes)
		return "--yes";
	if (r->serial != NULL)
		return "--serial";
	if (r->pin)
		return "--pin";
	return r->no_touch ? "--no-touch" : NULL;
}

/* What would be refused of every key is refused before anything is shown. */
static enum rc
check(const struct request *r, struct err *e)
{
	AUTO_MEM struct enrol *n = mem_new(1, sizeof(*n));
	const char *to = r->to; /* stays as it was given, for the lines */
	const char *lone = to == NULL ? of_importing(r) : NULL;
	enum rc rc;

	if (lone != NULL)
		return err_set(e, RC_USAGE,
		    "%s is of importing: name the token that shall hold the "
		    "keys as well, --to 'pkcs11:token=…', oath: or fido:",
		    lone);
	if (to == NULL)
		return RC_OK;
	if (enrol_check_to(to, r->pin, e) != RC_OK)
		return RC_USAGE;
	if (!is_home(uri_scheme(to)))
		return err_set(e, RC_USAGE,
		    "--to names the token that shall hold the keys: "
		    "'pkcs11:token=…', oath: or fido:");
	rc = enrol_to(n, &to, r->serial, r->no_touch, e);
	pool_done(&n->strings);
	return rc;
}

enum rc
cmd_import_config(const struct verb *v, char **argv, struct err *e)
{
	AUTO(importing_done)
	struct importing i = { .out = BUF_INIT(OUT_MAX) };
	enum rc rc;

	if ((rc = option_parse(v, argv, &i.request, e)) != RC_OK ||
	    (rc = check(&i.request, e)) != RC_OK ||
	    (rc = world_load(&i.world, e)) != RC_OK ||
	    (rc = world_credentials(&i.credentials, &i.text, &i.path, e)) !=
		RC_OK ||
	    (rc = show(&i, e)) != RC_OK)
		return rc;
	if (i.request.to == NULL || i.request.dry_run)
		return RC_OK;
	return import_all(&i, e);
}

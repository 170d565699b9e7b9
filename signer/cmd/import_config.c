/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/aws/found.h"
#include "signer/base/mem.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/session.h"
#include "signer/host/interrupt.h"
#include "signer/host/term.h"

enum { OUT_MAX = 1024 * 1024, ARGS_MAX = 16 };

struct request {
	const char *to, *pin_source;
	bool yes, dry_run, retry_pin;
};

#define AT(member) offsetof(struct request, member)

const struct option import_config_options[] = {
	{ OPTION_URI, "to", AT(to), "URI",
	    "import the keys: pkcs11:token=work, or fido:" },
	{ OPTION_FLAG, "dry-run", AT(dry_run), "",
	    "show what would be written, and no more" },
	{ OPTION_FLAG, "yes", AT(yes), "",
	    "every key, and its plaintext away afterwards, without asking" },
	{ OPTION_STR, "pin-source", AT(pin_source), "SOURCE",
	    "file:PATH, command:CMD, prompt, fd:N, credential:NAME" },
	{ OPTION_FLAG, "retry-pin", AT(retry_pin), "",
	    "try a stored PIN that was refused once more" },
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

/* A word of sh(1). */
static const char *
quoted(struct importing *i, const char *word)
{
	AUTO_BUF struct buf b = BUF_INIT(OUT_MAX);

	buf_chr(&b, '\'');
	for (; *word != '\0'; word++)
		if (*word == '\'')
			buf_str(&b, "'\\''");
		else
			buf_chr(&b, *word);
	buf_chr(&b, '\'');
	return pool_add(&i->strings, buf_bytes(&b));
}

/* The secret goes from aws-vault to us, through no argument and no file. */
static void
print_vault(struct importing *i, const char *name, const char *profile)
{
	const char *to = i->request.to;

	buf_str(&i->out, "#   aws-vault exec --no-session ");
	buf_str(&i->out, quoted(i, name));
	buf_str(&i->out, " -- sh -c 'printf \"%s\\n\" "
			 "\"$AWS_SECRET_ACCESS_KEY\" | env -u "
			 "AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY \"$0\" "
			 "key import --to \"$1\" --access-key-id "
			 "\"$AWS_ACCESS_KEY_ID\" --profile \"$2\"' ");
	buf_str(&i->out, quoted(i, world_self(&i->world)));
	buf_chr(&i->out, ' ');
	buf_str(&i->out, quoted(i, to != NULL ? to : "URI"));
	buf_chr(&i->out, ' ');
	buf_str(&i->out, quoted(i, profile));
	buf_chr(&i->out, '\n');
}

/* What `key import` will write; the key's own names are not known yet. */
static void
print_lines(struct importing *i, const char *profile)
{
	bool plain = strcmp(profile, "default") == 0;

	buf_str(&i->out, plain ? "[" : "[profile ");
	buf_str(&i->out, profile);
	buf_str(&i->out, "]\nstskey_key = ");
	buf_str(&i->out, i->request.to != NULL ? i->request.to : "URI");
	buf_str(&i->out, " (and which key there)\n"
			 "stskey_access_key_id = (that of the key)\n"
			 "stskey_user = (whom AWS knows it as)\n"
			 "credential_process = ");
	buf_str(&i->out, world_self(&i->world));
	buf_str(&i->out, " credentials --profile ");
	buf_str(&i->out, profile);
	buf_str(&i->out, "\n\n");
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
		[FOUND_PLAIN] = "a long-term key in plain text",
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
	if (f->kind == FOUND_PLAIN)
		keep(i, profile);
	if (f->kind == FOUND_VAULT)
		print_vault(i, pool_add(&i->strings, f->name), profile);
	if (f->kind != FOUND_CONFIG)
		print_lines(i, profile);
}

/* The very verb that a person would give. */
static enum rc
import(const struct importing *i, const char *name, struct err *e)
{
	static const struct verb verb = { "key import", cmd_key_import, "",
		key_import_options };
	const struct request *r = &i->request;
	AUTO_POOL struct pool strings = POOL_INIT;
	const char *const words[] = { "--to", r->to, "--from-credentials", name,
		"--profile", name, r->yes ? "--yes" : NULL,
		r->retry_pin ? "--retry-pin" : NULL,
		r->pin_source != NULL ? "--pin-source" : NULL, r->pin_source };
	char *argv[ARGS_MAX] = { NULL };
	size_t n = 0;

	for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
		if (words[k] != NULL)
			argv[n++] = pool_add(&strings, BYTES_STR(words[k]));
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
			 "that shall hold them: --to 'pkcs11:token=…' or --to "
			 "fido:");
	return session_print(buf_bytes(&i->out), e);
}

enum rc
cmd_import_config(const struct verb *v, char **argv, struct err *e)
{
	AUTO(importing_done)
	struct importing i = { .out = BUF_INIT(OUT_MAX) };
	enum rc rc;

	if ((rc = option_parse(v, argv, &i.request, e)) != RC_OK ||
	    (rc = world_load(&i.world, e)) != RC_OK ||
	    (rc = world_credentials(&i.credentials, &i.text, &i.path, e)) !=
		RC_OK ||
	    (rc = show(&i, e)) != RC_OK)
		return rc;
	if (i.request.to == NULL || i.request.dry_run)
		return RC_OK;
	return import_all(&i, e);
}

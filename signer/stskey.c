/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "signer/base/harden.h"
#include "signer/base/near.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/complete.h"
#include "signer/host/interrupt.h"

/* The conductor: a table of verbs, and the one error line. */

static enum rc help(const struct verb *v, char **argv, struct err *e);
static enum rc version(const struct verb *v, char **argv, struct err *e);

static const struct option no_options[] = { { 0 } };

static const struct verb verbs[] = {
	{ "credentials", cmd_credentials,
	    "print a profile's credentials, for credential_process",
	    session_options },
	{ "exec", cmd_exec, "a command, or a shell, with the credentials",
	    exec_options },
	{ "export", cmd_export, "the same for a shell that runs already",
	    export_options },
	{ "login", cmd_login, "every PIN and wait now, and say until when",
	    session_options },
	{ "whoami", cmd_whoami, "who AWS says these credentials are",
	    session_options },
	{ "status", cmd_status, "what is cached, and for how long",
	    status_options },
	{ "doctor", cmd_doctor, "look for what is wrong, and how to mend it",
	    doctor_options },
	{ "import-config", cmd_import_config,
	    "take over the keys that are in ~/.aws and aws-vault",
	    import_config_options },
	{ "log", cmd_log, "every touch and request, and who asked for it",
	    log_options },
	{ "notify", cmd_notify, "tell, on the desktop, of a session's end",
	    notify_options },
	{ "policy", cmd_policy, "the documents that IAM needs of a profile",
	    policy_options },
	{ "clear", cmd_clear, "drop cached sessions", clear_options },
	{ "logout", cmd_clear, "the same as clear", clear_options },
	{ "key import", cmd_key_import,
	    "put an AWS secret access key on a token", key_import_options },
	{ "key adopt", cmd_key_adopt, "use a key that is on a token already",
	    key_adopt_options },
	{ "key list", cmd_key_list, "the keys on the tokens in use",
	    key_list_options },
	{ "key verify", cmd_key_verify, "ask AWS whether it knows a key",
	    key_verify_options },
	{ "key remove", cmd_key_remove, "delete a key from its token",
	    key_remove_options },
	{ "token list", cmd_token_list,
	    "every token in reach, and what it can hold", token_list_options },
	{ "mfa enroll", cmd_mfa_enroll,
	    "a new MFA device, its seed sealed to a FIDO2 key",
	    mfa_enroll_options },
	{ "mfa import", cmd_mfa_import,
	    "take in the seed of an MFA device that there is",
	    mfa_import_options },
	{ "mfa copy", cmd_mfa_copy, "seal a secret to one FIDO2 key more",
	    mfa_copy_options },
	{ "mfa code", cmd_mfa_code, "six digits, for another program",
	    mfa_code_options },
	{ "mfa list", cmd_mfa_list, "where codes come from", mfa_list_options },
	{ "mfa resync", cmd_mfa_resync,
	    "tell AWS about a device's clock, by two codes",
	    mfa_resync_options },
	{ "mfa remove", cmd_key_remove, "delete a seed here",
	    key_remove_options },
	{ "mfa deactivate", cmd_mfa_deactivate,
	    "take a device from the user, in IAM", mfa_deactivate_options },
	{ "help", help, "this page, or that of a verb: help VERB", no_options },
	{ "version", version, "the version of this program", no_options },
};

enum { NVERBS = sizeof(verbs) / sizeof(verbs[0]), COLUMN = 16 };

/* The letters of "key" in "key import"; 0: a verb of one word. */
static size_t
noun_of(const struct verb *v)
{
	const char *space = strchr(v->name, ' ');

	return space != NULL ? (size_t)(space - v->name) : 0;
}

static bool
has_noun(const struct verb *v, const char *noun)
{
	return noun_of(v) == strlen(noun) &&
	       strncmp(v->name, noun, noun_of(v)) == 0;
}

/* "  key     import, adopt, list": the verbs from this one on. */
static size_t
noun_line(size_t i)
{
	size_t n = noun_of(&verbs[i]), next = i;

	(void)printf("  %-*.*s", COLUMN, (int)n, verbs[i].name);
	for (; next < NVERBS && noun_of(&verbs[next]) == n &&
	       strncmp(verbs[next].name, verbs[i].name, n) == 0;
	     next++)
		(void)printf(
		    "%s%s", next > i ? ", " : "", verbs[next].name + n + 1);
	(void)putchar('\n');
	return next;
}

/* False: no verb begins with that word. */
static bool
noun_help(const char *noun)
{
	bool any = false;

	for (size_t i = 0; i < NVERBS; i++) {
		if (!has_noun(&verbs[i], noun))
			continue;
		if (!any)
			(void)printf(
			    "usage: stskey %s VERB [option ...]\n\n", noun);
		(void)printf(
		    "  %-*s%s\n", COLUMN, verbs[i].name, verbs[i].help);
		any = true;
	}
	return any;
}

/* The verb that the first word or two name, and how many words that is. */
static const struct verb *
find(char **argv, int *words)
{
	for (size_t i = 0; i < NVERBS; i++) {
		const char *name = verbs[i].name, *space = strchr(name, ' ');
		size_t len = space != NULL ? (size_t)(space - name) : 0;

		*words = space != NULL ? 2 : 1;
		if (space == NULL && strcmp(argv[0], name) == 0)
			return &verbs[i];
		if (space != NULL && argv[1] != NULL &&
		    strlen(argv[0]) == len &&
		    strncmp(argv[0], name, len) == 0 &&
		    strcmp(argv[1], space + 1) == 0)
			return &verbs[i];
	}
	return NULL;
}

/*
 * The verb that was probably meant.  Only of plain words: what is not one may
 * be a secret in the wrong place, and then nothing is said about it.
 */
static struct bytes
nearest(char **argv)
{
	char pair[64] = "";
	struct near one = NEAR_INIT(BYTES_STR(argv[0])), two;

	if (argv[1] != NULL && option_is_word(BYTES_STR(argv[1])))
		(void)snprintf(pair, sizeof(pair), "%s %s", argv[0], argv[1]);
	two = NEAR_INIT(BYTES_STR(pair));
	for (size_t i = 0; i < NVERBS; i++) {
		near_try(&one, BYTES_STR(verbs[i].name));
		near_try(&two, BYTES_STR(verbs[i].name));
	}
	return near_found(&two) ? two.found : one.found;
}

static bool
is_noun(const char *word)
{
	for (size_t i = 0; i < NVERBS; i++)
		if (has_noun(&verbs[i], word))
			return true;
	return false;
}

static enum rc
unknown(char **argv, struct err *e)
{
	bool noun = is_noun(argv[0]);
	struct bytes near;

	if (!option_is_word(BYTES_STR(argv[0])))
		return err_set(e, RC_USAGE,
		    "the first word is no verb; `stskey help` lists them");
	near = nearest(argv);
	if (near.len > 0)
		return err_set(e, RC_USAGE,
		    "'%s' is no verb%s; did you mean '%.*s'?", argv[0],
		    noun ? " by itself" : "", (int)near.len,
		    (const char *)near.p);
	if (noun)
		return err_set(e, RC_USAGE,
		    "'%s' is no verb by itself; `stskey help %s` lists the "
		    "verbs that begin with it",
		    argv[0], argv[0]);
	return err_set(
	    e, RC_USAGE, "'%s' is no verb; `stskey help` lists them", argv[0]);
}

/* It fits a screen, so the verbs of a noun have one of their own. */
static void
help_all(void)
{
	char nouns[64] = "";

	(void)puts("usage: stskey VERB [option ...]\n"
		   "Short-lived AWS credentials from a key that stays in "
		   "hardware.\n");
	for (size_t i = 0; i < NVERBS;)
		if (noun_of(&verbs[i]) > 0) {
			size_t len = strlen(nouns);

			(void)snprintf(nouns + len, sizeof(nouns) - len,
			    "%s%.*s", len > 0 ? ", " : "",
			    (int)noun_of(&verbs[i]), verbs[i].name);
			i = noun_line(i);
		} else {
			(void)printf(
			    "  %-*s%s\n", COLUMN, verbs[i].name, verbs[i].help);
			i++;
		}
	(void)printf("\nsee `stskey VERB --help`, `stskey help NOUN` (%s), "
		     "stskey(1)\n",
	    nouns);
}

/* Words that nobody has a use for are an error here as well. */
static enum rc
nothing_more(const struct verb *v, char **argv, struct err *e)
{
	char none[1];

	return option_parse(v, argv, none, e);
}

static enum rc
help(const struct verb *v, char **argv, struct err *e)
{
	const struct verb *about = NULL;
	int words = 1;

	if (argv[0] == NULL) {
		help_all();
		return RC_OK;
	}
	about = find(argv, &words);
	if (about != NULL && nothing_more(v, argv + words, e) != RC_OK)
		return RC_USAGE;
	if (about != NULL)
		option_help(about);
	else if (argv[1] != NULL || !noun_help(argv[0]))
		return unknown(argv, e);
	return RC_OK;
}

static enum rc
version(const struct verb *v, char **argv, struct err *e)
{
	if (nothing_more(v, argv, e) != RC_OK)
		return RC_USAGE;
	(void)puts("stskey " STSKEY_VERSION);
	return RC_OK;
}

/* One that there is, of one word. */
static const struct verb *
named(const char *name)
{
	char word[COLUMN], *argv[] = { word, NULL };
	int words;

	(void)snprintf(word, sizeof(word), "%s", name);
	return find(argv, &words);
}

static bool
wants_help(char **argv)
{
	/* What comes after -- is another program's. */
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--help") == 0 || strcmp(*argv, "-h") == 0)
			return true;
	return false;
}

static enum rc
run(char **argv, struct err *e)
{
	const struct verb *v;
	int words = 1;

	if (argv[0] == NULL)
		return err_set(
		    e, RC_USAGE, "a verb is missing; `stskey help` lists them");
	if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
		return help(named("help"), argv + 1, e);
	if (strcmp(argv[0], "--version") == 0)
		return version(named("version"), argv + 1, e);
	/* For the shells: it is no verb for a person. */
	if (strcmp(argv[0], "complete") == 0)
		return complete(verbs, NVERBS, argv + 1, e);
	v = find(argv, &words);
	if (v == NULL && wants_help(argv + 1) && noun_help(argv[0]))
		return RC_OK;
	if (v == NULL)
		return unknown(argv, e);
	if (wants_help(argv + words)) {
		option_help(v);
		return RC_OK;
	}
	return v->run(v, argv + words, e);
}

int
main(int argc, char **argv)
{
	struct err e = { "" };
	enum rc rc;

	harden_self();
	rc = run(argv + (argc > 0 ? 1 : 0), &e);
	if (rc == RC_OK && (fflush(stdout) != 0 || ferror(stdout)))
		rc = err_sys(&e, "writing to standard output");
	if (rc != RC_OK)
		(void)fprintf(stderr, "stskey: %s\n", e.msg);
	interrupt_die();
	return (int)rc;
}

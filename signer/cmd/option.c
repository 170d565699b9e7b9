/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/option.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "signer/base/buf.h"
#include "signer/base/near.h"
#include "signer/base/uri.h"
#include "signer/host/term.h"

enum { WORD_MAX = 16, HELP_COLUMN = 30, MAX_SECONDS = 30 * 86400 };

/* What every verb takes. */
struct common {
	bool quiet, verbose;
};

const struct option option_common[] = {
	{ OPTION_FLAG, "quiet", offsetof(struct common, quiet), "",
	    "no warning or remark, nothing but an error" },
	{ OPTION_FLAG, "verbose", offsetof(struct common, verbose), "",
	    "say each step on standard error, and no secret" },
	{ 0 },
};

static bool
has_name(const struct option *o)
{
	return o->kind != OPTION_PLACE && o->kind != OPTION_REST;
}

static const struct option *
find(const struct option *o, struct bytes name)
{
	for (; o->kind != OPTION_END; o++)
		if (has_name(o) && bytes_is(name, o->name))
			return o;
	return NULL;
}

/* Where what follows -- belongs; NULL: the verb has no use for it. */
static const struct option *
find_rest(const struct option *o)
{
	while (o->kind != OPTION_END && o->kind != OPTION_REST)
		o++;
	return o->kind == OPTION_REST ? o : NULL;
}

bool
option_is_word(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.p[i] < 'a' || s.p[i] > 'z') && s.p[i] != '-')
			return false;
	return s.len <= WORD_MAX;
}

enum rc
option_seconds(const char *text, int64_t *ret, struct err *e)
{
	static const char units[] = "smhd";
	static const int64_t worth[] = { 1, 60, 3600, 86400 };
	int64_t n = 0;
	const char *p = text, *unit = units;

	for (; *p >= '0' && *p <= '9' && n <= MAX_SECONDS; p++)
		n = n * 10 + (*p - '0');
	if (p > text && *p != '\0')
		unit = strchr(units, *p++);
	if (p == text || unit == NULL || *p != '\0' ||
	    n * worth[unit - units] > MAX_SECONDS)
		return err_set(e, RC_USAGE,
		    "that is not a length of time; write 900, 15m, 4h or 1d");
	*ret = n * worth[unit - units];
	return RC_OK;
}

/* Where a URI is wanted people have put secrets: then it is not repeated. */
static enum rc
check_uri(const char *value, struct err *e)
{
	struct bytes scheme = uri_scheme(value);

	for (size_t i = 0; i < scheme.len; i++)
		if (!option_is_word(BYTES(scheme.p + i, 1)) &&
		    (scheme.p[i] < '0' || scheme.p[i] > '9'))
			scheme.len = 0;
	if (scheme.len > 0)
		return RC_OK;
	return err_set(e, RC_USAGE,
	    "that is not a URI; write one like pkcs11:token=work or "
	    "sealed:NAME");
}

static enum rc
store(const struct option *o, const char *value, void *ret, struct err *e)
{
	static const union {
		const char *str;
		int64_t seconds;
	} nothing;
	char *at = (char *)ret + o->offset;
	size_t size = o->kind == OPTION_FLAG ? sizeof(bool) : sizeof(nothing);
	enum rc rc = RC_OK;

	if (memcmp(at, &nothing, size) != 0)
		return err_set(e, RC_USAGE, "--%s is given twice", o->name);
	if (o->kind == OPTION_PLACE || o->kind == OPTION_URI)
		rc = check_uri(value, e);
	if (o->kind == OPTION_FLAG)
		*(bool *)(void *)at = true;
	else if (o->kind == OPTION_SECONDS)
		rc = option_seconds(value, (int64_t *)(void *)at, e);
	else
		*(const char **)(void *)at = value;
	if (rc == RC_OK)
		return rc;
	return err_in(
	    e, rc, "%s%s", o->kind == OPTION_PLACE ? "" : "--", o->name);
}

static enum rc
no_option(const struct verb *v, struct bytes name, struct err *e)
{
	struct near n = NEAR_INIT(name);

	if (!option_is_word(name))
		return err_set(e, RC_USAGE,
		    "%s has no such option; see `stskey %s --help`", v->name,
		    v->name);
	for (const struct option *o = v->options; o->kind != OPTION_END; o++)
		if (has_name(o))
			near_try(&n, BYTES_STR(o->name));
	if (near_found(&n))
		return err_set(e, RC_USAGE,
		    "%s has no option '--%.*s'; did you mean '--%.*s'?",
		    v->name, (int)name.len, (const char *)name.p,
		    (int)n.found.len, (const char *)n.found.p);
	return err_set(e, RC_USAGE,
	    "%s has no option '--%.*s'; see `stskey %s --help`", v->name,
	    (int)name.len, (const char *)name.p, v->name);
}

/* The options of one command line, as they are being read. */
struct reading {
	const struct verb *verb;
	void *ret;
	struct common common;
};

/* One --name at *argv; *used says whether the next word was its value. */
static enum rc
named(struct reading *r, char **argv, bool *used, struct err *e)
{
	const struct verb *v = r->verb;
	void *ret = r->ret;
	const char *name = *argv + 2, *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct option *o = find(v->options, BYTES(name, len));
	const char *value = equals != NULL ? equals + 1 : argv[1];

	if (o == NULL) {
		o = find(option_common, BYTES(name, len));
		ret = &r->common;
	}
	if (o == NULL)
		return no_option(v, BYTES(name, len), e);
	if (o->kind == OPTION_FLAG) {
		if (equals != NULL)
			return err_set(
			    e, RC_USAGE, "--%s takes no value", o->name);
		return store(o, NULL, ret, e);
	}
	if (value == NULL || *value == '\0')
		return err_set(e, RC_USAGE, "--%s wants %s", o->name, o->value);
	*used = equals == NULL;
	return store(o, value, ret, e);
}

static enum rc
placed(const struct verb *v, const char *value, int n, void *ret, struct err *e)
{
	for (const struct option *o = v->options; o->kind != OPTION_END; o++)
		if (o->kind == OPTION_PLACE && n-- == 0)
			return store(o, value, ret, e);
	if (find_rest(v->options) != NULL)
		return err_set(e, RC_USAGE,
		    "%s wants -- before the command that it shall run; see "
		    "`stskey %s --help`",
		    v->name, v->name);
	/* Not repeated: people do put secrets there. */
	return err_set(e, RC_USAGE,
	    "%s has no use for an argument without an option; see `stskey %s "
	    "--help`",
	    v->name, v->name);
}

static enum rc
missing(const struct verb *v, int places, struct err *e)
{
	for (const struct option *o = v->options; o->kind != OPTION_END; o++)
		if (o->kind == OPTION_PLACE && places-- <= 0)
			return err_set(e, RC_USAGE,
			    "%s wants %s; see `stskey %s --help`", v->name,
			    o->name, v->name);
	return RC_OK;
}

static enum rc
speak(const struct common *c, struct err *e)
{
	if (c->quiet && c->verbose)
		return err_set(e, RC_USAGE,
		    "--quiet and --verbose ask for opposites: give one");
	if (c->quiet || c->verbose)
		term_voice(c->quiet ? TERM_QUIET : TERM_VERBOSE);
	return RC_OK;
}

/* Whether the words end here, as what follows is another program's. */
static bool
take_rest(const struct verb *v, char **argv, void *ret)
{
	const struct option *rest = find_rest(v->options);

	if (rest == NULL || strcmp(*argv, "--") != 0)
		return false;
	*(char ***)(void *)((char *)ret + rest->offset) = argv + 1;
	return true;
}

enum rc
option_parse(const struct verb *v, char **argv, void *ret, struct err *e)
{
	struct reading r = { .verb = v, .ret = ret };
	int places = 0;
	bool used;
	enum rc rc;

	for (; *argv != NULL && !take_rest(v, argv, ret);
	     argv += used ? 2 : 1) {
		used = false;
		if (strncmp(*argv, "--", 2) == 0 && (*argv)[2] != '\0')
			rc = named(&r, argv, &used, e);
		else
			rc = placed(v, *argv, places++, ret, e);
		if (rc != RC_OK)
			return rc;
	}
	rc = missing(v, places, e);
	return rc == RC_OK ? speak(&r.common, e) : rc;
}

static void
help_line(const struct option *o)
{
	bool place = !has_name(o);
	int n = printf("  %s%s%s%s", place ? "" : "--", o->name,
	    o->value[0] != '\0' && !place ? " " : "", place ? "" : o->value);

	(void)printf(
	    "%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", o->help);
}

void
option_help(const struct verb *v)
{
	const struct option *rest = find_rest(v->options);

	(void)printf("usage: stskey %s", v->name);
	for (const struct option *o = v->options; o->kind != OPTION_END; o++)
		if (o->kind == OPTION_PLACE)
			(void)printf(" %s", o->name);
	(void)printf(" [option ...]");
	if (rest != NULL)
		(void)printf(" [-- %s]", rest->name);
	(void)printf("\n%s\n\n", v->help);
	for (const struct option *o = v->options; o->kind != OPTION_END; o++)
		help_line(o);
	for (const struct option *o = option_common; o->kind != OPTION_END; o++)
		help_line(o);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/survey.h"

#include <p11-kit/p11-kit.h>

#include <string.h>

#include "pkcs11/find.h"
#include "pkcs11/probe.h"
#include "pkcs11/registered.h"
#include "pkcs11/rv.h"
#include "pkcs11/slot.h"
#include "signer/base/pool.h"
#include "signer/base/quote.h"
#include "signer/base/text.h"

/* Where what is found goes. */
struct report {
	survey_each *each;
	void *ctx;
	struct pool strings;
};

static char *
text_of(struct pool *strings, const CK_UTF8CHAR *padded, size_t size)
{
	char *ret;

	while (size > 0 && padded[size - 1] == ' ')
		size--;
	ret = pool_add(strings, BYTES(padded, size));
	text_printable(ret);
	return ret;
}

static enum rc
tell_module(struct report *r, const struct module *m, struct err *e)
{
	CK_INFO info = { 0 };
	CK_RV rv = m->fn->C_GetInfo(&info);
	struct survey_item item = { .what = "module" };

	if (rv != CKR_OK)
		return rv_err(e, rv, "asking module '%s' what it is", m->say);
	item.text = pool_fmt(&r->strings,
	    "'%s' loads: %s %u.%u of %s, Cryptoki %u.%u", m->say,
	    text_of(&r->strings, info.libraryDescription,
		sizeof(info.libraryDescription)),
	    (unsigned)info.libraryVersion.major,
	    (unsigned)info.libraryVersion.minor,
	    text_of(
		&r->strings, info.manufacturerID, sizeof(info.manufacturerID)),
	    (unsigned)info.cryptokiVersion.major,
	    (unsigned)info.cryptokiVersion.minor);
	return r->each(r->ctx, &item, e);
}

/*
 * The PIN, by CK_TOKEN_INFO.flags (PKCS#11 v2.40, table 11).  The number of
 * tries that are left is none of them.
 */
enum { PATH_TEXT = 8192 };

static const struct pin {
	CK_FLAGS flag;
	bool set; /* what is wrong: that it is set, or that it is not */
	enum survey_grade grade;
	const char *text, *mend; /* or NULL; a - before: pkcs11-tool(1) */
} pins[] = {
	{ CKF_TOKEN_INITIALIZED, false, SURVEY_FAIL,
	    "is a token that was never set up: its vendor's tool does that",
	    NULL },
	{ CKF_USER_PIN_LOCKED, true, SURVEY_FAIL,
	    "has a PIN that is locked: whoever has its SO PIN, or its vendor's "
	    "tool, sets a new one",
	    "--login --login-type so --init-pin" },
	{ CKF_USER_PIN_INITIALIZED, false, SURVEY_FAIL,
	    "has no PIN yet: whoever has its SO PIN, or its vendor's tool, "
	    "sets that of the user",
	    "--login --login-type so --init-pin" },
	{ CKF_USER_PIN_FINAL_TRY, true, SURVEY_WARN,
	    "has one PIN try left before it is locked: log in with the right "
	    "one",
	    "stskey login --pin-source prompt" },
	{ CKF_USER_PIN_TO_BE_CHANGED, true, SURVEY_WARN,
	    "has a PIN that expired or is the first one",
	    "--login --change-pin" },
	{ CKF_USER_PIN_COUNT_LOW, true, SURVEY_WARN,
	    "has seen a wrong PIN since the last right one, so fewer tries are "
	    "left: log in with the right one",
	    "stskey login --pin-source prompt" },
};

static const struct pin *
find_pin(CK_FLAGS flags)
{
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
		if (((flags & pins[i].flag) != 0) == pins[i].set)
			return &pins[i];
	return NULL;
}

static enum rc
tell_pin(struct report *r, const struct slot *s, struct err *e)
{
	bool wanted = (s->info.flags & CKF_LOGIN_REQUIRED) != 0;
	const struct pin *p = wanted ? find_pin(s->info.flags) : NULL;
	AUTO_BUF struct buf path = BUF_INIT(PATH_TEXT);
	struct survey_item item = {
		.what = "PIN",
		.grade = p != NULL ? p->grade : SURVEY_OK,
		.rc = p != NULL && p->grade == SURVEY_FAIL ? RC_PIN : RC_OK,
		.text = pool_fmt(&r->strings, "token '%s' %s", s->label,
		    p != NULL ? p->text
		    : wanted  ? "has all its PIN tries"
			      : "wants no PIN"),
	};

	if (p != NULL && p->mend != NULL && p->mend[0] != '-')
		item.mend = p->mend;
	else if (p != NULL && p->mend != NULL &&
		 quote_add(&path, QUOTE_SH, BYTES_STR(s->module->path)))
		item.mend = pool_fmt(&r->strings, "pkcs11-tool --module %s %s",
		    buf_cstr(&path), p->mend);
	return r->each(r->ctx, &item, e);
}

static bool
can_sign(const struct slot *s, CK_MECHANISM_TYPE mechanism)
{
	CK_MECHANISM_INFO info = { 0 };

	return s->module->fn->C_GetMechanismInfo(s->id, mechanism, &info) ==
	           CKR_OK &&
	       (info.flags & CKF_SIGN) != 0;
}

/* Some list less than they can do, so what is not listed is no failure. */
static enum rc
tell_token(struct report *r, const struct slot *s, struct err *e)
{
	bool keys = can_sign(s, CKM_SHA256_HMAC);
	bool seeds = can_sign(s, CKM_SHA_1_HMAC);
	struct survey_item item = {
		.what = "token",
		.grade = keys && seeds ? SURVEY_OK : SURVEY_WARN,
		.text = pool_fmt(&r->strings,
		    "'%s' (%s, serial %s) is plugged in%s: HMAC-SHA-256 for "
		    "keys: %s, HMAC-SHA-1 for MFA codes: %s",
		    s->label, s->model, s->serial,
		    (s->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0
			? ", with a PIN pad of its own"
			: "",
		    keys ? "yes" : "not listed", seeds ? "yes" : "not listed"),
	};

	if (!keys || !seeds)
		item.text = pool_fmt(&r->strings,
		    "%s: another token, or --to fido:, may have to serve",
		    item.text);
	return r->each(r->ctx, &item, e);
}

/* A token that is not there is found out as well as one that is. */
static enum rc
look(struct report *r, struct module *m, const struct uri *u, struct err *e)
{
	struct slot *s = NULL;
	struct err why = { "" };
	struct survey_item away = {
		.what = "token",
		.grade = SURVEY_FAIL,
		.rc = slot_find(m, u, &s, &why),
		.text = why.msg,
	};
	enum rc rc;

	if (away.rc != RC_OK)
		return r->each(r->ctx, &away, e);
	rc = tell_token(r, s, e);
	return rc == RC_OK ? tell_pin(r, s, e) : rc;
}

static const char *
can_hold(const struct slot *s)
{
	bool keys = can_sign(s, CKM_SHA256_HMAC);
	bool seeds = can_sign(s, CKM_SHA_1_HMAC);

	if (keys && seeds)
		return "hmac, code";
	if (keys)
		return "hmac";
	return seeds ? "code" : "-";
}

/* Every token of a module, or of one that has none. */
static enum rc
tell_all(struct report *r, struct module *m, const struct uri *u, struct err *e)
{
	enum rc rc = slot_any(m, u, e);

	if (rc == RC_NOTFOUND)
		return RC_OK;
	for (struct slot *s = m->slots; s != NULL && rc == RC_OK; s = s->next) {
		AUTO_BUF struct buf uri = BUF_INIT(4096);
		struct survey_item item = { .what = "token",
			.how = "by its list of mechanisms" };

		if (!slot_holds(s))
			continue;
		item.can = can_hold(s);
		item.text = pool_fmt(&r->strings, "'%s' (%s, serial %s)",
		    s->label, s->model, s->serial);
		find_uri(s, NULL, false, &uri);
		item.uri = buf_cstr(&uri);
		rc = r->each(r->ctx, &item, e);
	}
	return rc;
}

/* What keeps one module from being looked at does not hide the others. */
static enum rc
tell_broken(struct report *r, const char *name, const char *why, struct err *e)
{
	const struct survey_item item = {
		.what = "module",
		.grade = SURVEY_WARN,
		.text = pool_fmt(&r->strings,
		    "the tokens of PKCS#11 module '%s' are not listed: %s",
		    name, why),
	};

	return r->each(r->ctx, &item, e);
}

/* Tried in a process of its own first: it may crash or hang. */
static enum rc
tell_registered(struct report *r, const struct registered *i,
    const struct uri *u, const struct ask *ask, struct err *e)
{
	struct err why = { "it does not start, or hangs" };
	struct module *m = NULL;

	if (!i->searched)
		return RC_OK;
	if (!probe_works(i) || module_get_name(i->name, ask, &m, &why) != RC_OK)
		return tell_broken(r, i->name, why.msg, e);
	return tell_all(r, m, u, e);
}

/* One module after the other. */
static enum rc
tell_reach(
    struct report *r, const struct uri *u, const struct ask *ask, struct err *e)
{
	AUTO_REGISTERED struct registered *all = NULL;
	struct module *m = NULL;
	enum rc rc = RC_OK;

	if (module_named(u, ask)) {
		rc = module_get(u, ask, &m, e);
		return rc == RC_OK ? tell_all(r, m, u, e) : rc;
	}
	all = registered_all();
	for (const struct registered *i = all; i != NULL && rc == RC_OK;
	     i = i->next)
		rc = tell_registered(r, i, u, ask, e);
	return rc;
}

/* "pkcs11:", and perhaps a module: no token by name. */
static bool
means_all(const char *uri)
{
	const char *path = strchr(uri, ':');

	return path != NULL && (path[1] == '\0' || path[1] == '?');
}

static enum rc
survey(
    struct report *r, const struct uri *u, const struct ask *ask, struct err *e)
{
	struct module *m = NULL;
	enum rc rc = module_get(u, ask, &m, e);

	if (rc == RC_OK)
		rc = tell_module(r, m, e);
	return rc == RC_OK ? look(r, m, u, e) : rc;
}

enum rc
pkcs11_survey(const char *uri, const struct ask *ask, survey_each *each,
    void *ctx, struct err *e)
{
	AUTO_URI struct uri u = { 0 };
	struct report r = { each, ctx, POOL_INIT };
	bool all = means_all(uri);
	enum rc rc = all ? uri_parse_any(uri, &u, e) : uri_parse(uri, &u, e);

	if (rc == RC_OK)
		rc = all ? tell_reach(&r, &u, ask, e) : survey(&r, &u, ask, e);
	pool_done(&r.strings);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/survey.h"

#include <string.h>

#include "oath/place.h"
#include "oath/reader.h"
#include "signer/base/pool.h"

/* Where what is found goes. */
struct report {
	survey_each *each;
	void *ctx;
	const char *serial; /* NULL: every key */
	size_t n;
	struct pool strings;
};

/* What another program has now may be free in a moment. */
static enum rc
tell_trouble(struct report *r, enum rc rc, const struct err *why, struct err *e)
{
	const struct survey_item item = {
		.what = "OATH key",
		.grade = r->serial != NULL ? SURVEY_FAIL : SURVEY_WARN,
		.rc = r->serial != NULL ? rc : RC_OK,
		.text = why->msg,
	};

	return r->each(r->ctx, &item, e);
}

static enum rc
tell(
    void *ctx, struct card *c, enum rc rc, const struct err *why, struct err *e)
{
	struct report *r = ctx;
	struct survey_item item = { .what = "OATH key" };
	AUTO_BUF struct buf uri = BUF_INIT(256);

	if (rc != RC_OK)
		return tell_trouble(r, rc, why, e);
	if (r->serial != NULL && strcmp(r->serial, c->serial) != 0)
		return RC_OK;
	r->n++;
	item.text = pool_fmt(&r->strings,
	    "'%s' (serial %s, %s) is plugged in, and wants %s", c->name,
	    c->serial, c->model,
	    c->locked ? "its access code" : "no access code");
	place_uri(c->serial, NULL, false, &uri);
	item.uri = pool_add(&r->strings, buf_bytes(&uri));
	item.can = "hmac, code";
	item.how = pool_fmt(&r->strings,
	    "by its OATH applet (%s); that it heeds a touch and gives whole "
	    "HMACs, the first import tries",
	    c->model);
	return r->each(r->ctx, &item, e);
}

static enum rc
tell_missing(struct report *r, struct err *e)
{
	const struct survey_item item = {
		.what = "OATH key",
		.grade = SURVEY_FAIL,
		.rc = RC_NOTFOUND,
		.text = pool_fmt(&r->strings,
		    "the one with serial %s is not plugged in: plug it in",
		    r->serial),
	};

	return r->each(r->ctx, &item, e);
}

enum rc
oath_survey(const char *uri, const struct ask *ask, survey_each *each,
    void *ctx, struct err *e)
{
	AUTO_PLACE struct place p = { 0 };
	atomic_bool no = false;
	struct call_wait w = { .ask = ask, .cancelled = &no };
	struct report r = { each, ctx, NULL, 0, POOL_INIT };
	enum rc rc = place_parse(uri, &p, e);

	r.serial = p.serial;
	if (rc == RC_OK)
		rc = reader_all(&w, tell, &r, e);
	if (rc == RC_OK && r.n == 0 && r.serial != NULL)
		rc = tell_missing(&r, e);
	pool_done(&r.strings);
	return rc;
}

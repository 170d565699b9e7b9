/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/reader.h"

#include <stdio.h>
#include <string.h>

#include "signer/base/mem.h"

enum { FOUND_MAX = 160 };

/* The names, each ended by a zero byte; "" ends them.  NULL: there is none. */
static enum rc
list(char **ret, struct err *e)
{
	const struct pcsc *pcsc;
	SCARDCONTEXT context;
	DWORD len = 0;
	LONG rv;
	enum rc rc = pcsc_begin(&pcsc, &context, e);

	if (rc != RC_OK)
		return rc;
	rv = pcsc->list_readers(context, NULL, NULL, &len);
	if (rv == SCARD_E_NO_READERS_AVAILABLE)
		return RC_OK;
	if (rv == SCARD_S_SUCCESS) {
		/* Two more: ended, whatever comes. */
		*ret = mem_new(len + 2, 1);
		rv = pcsc->list_readers(context, NULL, *ret, &len);
	}
	/* The last was unplugged meanwhile. */
	if (rv == SCARD_E_NO_READERS_AVAILABLE)
		return RC_OK;
	return pcsc_err(e, rv, "smart-card readers");
}

static enum rc
look(const char *reader, struct call_wait *w, reader_each *each, void *ctx,
    struct err *e)
{
	struct card c = { 0 };
	struct err why = { "" };
	enum rc rc = card_open(&c, reader, w, &why);

	if (rc == RC_CANCELLED || rc == RC_TIMEOUT) {
		*e = why;
		return rc;
	}
	if (rc == RC_NOTFOUND)
		return RC_OK;
	rc = each(ctx, &c, rc, &why, e);
	card_close(&c);
	return rc;
}

enum rc
reader_all(struct call_wait *w, reader_each *each, void *ctx, struct err *e)
{
	AUTO_MEM char *names = NULL;
	enum rc rc = list(&names, e);

	for (const char *p = names; rc == RC_OK && p != NULL && *p != '\0';
	     p += strlen(p) + 1)
		rc = look(p, w, each, ctx, e);
	return rc;
}

struct search {
	const char *serial;
	struct card *ret;
	size_t n; /* that would do */
	char others[FOUND_MAX];
	enum rc trouble;
	struct err why;
};

static void
note_serial(struct search *s, const char *serial)
{
	char before[FOUND_MAX];

	memcpy(before, s->others, sizeof(before));
	(void)snprintf(s->others, sizeof(s->others), "%s%s%s", before,
	    before[0] != '\0' ? ", " : "", serial);
}

static enum rc
consider(
    void *ctx, struct card *c, enum rc rc, const struct err *why, struct err *e)
{
	struct search *s = ctx;

	(void)e;
	if (rc != RC_OK && s->trouble == RC_OK) {
		s->trouble = rc;
		s->why = *why;
	}
	if (rc != RC_OK)
		return RC_OK;
	note_serial(s, c->serial);
	if (s->serial != NULL && strcmp(s->serial, c->serial) != 0)
		return RC_OK;
	if (s->n++ > 0)
		return RC_OK;
	*s->ret = *c;
	*c = (struct card){ 0 };
	return RC_OK;
}

static enum rc
nothing(const struct search *s, struct err *e)
{
	if (s->trouble != RC_OK) {
		*e = s->why;
		return s->trouble;
	}
	if (s->others[0] != '\0')
		return err_set(e, RC_NOTFOUND,
		    "the OATH key with serial %s is not plugged in (there is "
		    "%s): put it in and run it again",
		    s->serial, s->others);
	return err_set(e, RC_NOTFOUND,
	    "no key with an OATH applet is plugged in: put %s%s in and run it "
	    "again",
	    s->serial != NULL ? "the one with serial " : "one",
	    s->serial != NULL ? s->serial : "");
}

enum rc
reader_find(
    const char *serial, struct call_wait *w, struct card *ret, struct err *e)
{
	struct search s = { .serial = serial, .ret = ret };
	enum rc rc = reader_all(w, consider, &s, e);

	if (rc == RC_OK && s.n == 1)
		return RC_OK;
	if (rc == RC_OK && s.n == 0)
		return nothing(&s, e);
	card_close(ret);
	if (rc != RC_OK)
		return rc;
	return err_set(e, RC_CONFIG,
	    "several OATH keys are plugged in (serial %s): say which is meant, "
	    "oath:serial=NUMBER or --serial NUMBER",
	    s.others);
}

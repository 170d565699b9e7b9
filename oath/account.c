/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/account.h"

#include <string.h>

struct fresh account_fresh;

struct call_wait
account_wait(const struct token *t)
{
	return (struct call_wait){ .ask = t->ask, .cancelled = &t->cancelled };
}

enum rc
account_go_on(const struct token *t, struct err *e)
{
	if (atomic_load(&t->cancelled) || t->ask->cancelled(t->ask->ctx))
		return err_set(e, RC_CANCELLED, "called off");
	return RC_OK;
}

enum rc
account_begin(struct token *t, struct err *e)
{
	struct call_wait w = account_wait(t);
	struct card *c = &t->card;
	bool waited;
	enum rc rc;

	if ((rc = account_go_on(t, e)) != RC_OK ||
	    (rc = t->ask->claim(t->ask->ctx, c->name, c->serial, &waited, e)) !=
		RC_OK ||
	    (rc = card_begin(c, &w, e)) != RC_OK || !c->locked)
		return rc;
	rc = access_open(c, &w, t->place.pin_source, e);
	if (rc != RC_OK)
		card_end(c);
	return rc;
}

enum rc
account_named(const struct token *t, struct err *e)
{
	if (t->place.name != NULL)
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "the URI names no entry on the key with serial %s: add ;name=, as "
	    "`stskey key list --to oath:` prints it",
	    t->card.serial);
}

static enum rc
not_there(const struct token *t, struct err *e)
{
	return err_set(e, RC_NOTFOUND,
	    "the key with serial %s has no entry '%s': `stskey key list --to "
	    "oath:` shows those it has",
	    t->card.serial, t->place.name);
}

static enum rc
find(struct token *t, struct bytes answer, struct err *e)
{
	struct applet_entry entry = { 0 };
	bool bad = false;

	while (applet_next_calculated(&answer, &entry, &bad)) {
		if (!bytes_is(entry.name, t->place.name))
			continue;
		if (entry.use == OATH_HOTP)
			return err_set(e, RC_UNSUPPORTED,
			    "'%s' counts its codes (HOTP), which AWS does not "
			    "take: put in one by time (TOTP)",
			    t->place.name);
		t->touch = entry.use == OATH_TOUCH ? TOUCH_YES : TOUCH_NO;
		return RC_OK;
	}
	return bad ? card_nonsense(&t->card, e) : not_there(t, e);
}

enum rc
account_look(struct token *t, struct err *e)
{
	struct call_wait w = account_wait(t);
	struct bytes answer;
	unsigned int sw = 0;
	struct apdu a;
	enum rc rc;

	if (t->touch != TOUCH_UNKNOWN)
		return RC_OK;
	applet_calculate_all(&a, t->card.out.p);
	rc = card_send(&t->card, &a, &w, &sw, &answer, e);
	if (rc != RC_OK || sw != SW_OK)
		return rc;
	return find(t, answer, e);
}

enum rc
account_remove(struct token *t, struct err *e)
{
	struct call_wait w = account_wait(t);
	struct bytes answer;
	unsigned int sw = 0;
	struct apdu a;
	enum rc rc;

	if ((rc = account_go_on(t, e)) != RC_OK ||
	    (rc = account_named(t, e)) != RC_OK ||
	    (rc = account_begin(t, e)) != RC_OK)
		return rc;
	applet_delete(&a, t->card.out.p, BYTES_STR(t->place.name));
	rc = card_send(&t->card, &a, &w, &sw, &answer, e);
	card_end(&t->card);
	if (rc != RC_OK)
		return rc;
	return sw == SW_NO_SUCH ? not_there(t, e)
	                        : card_refused(&t->card, sw, e);
}

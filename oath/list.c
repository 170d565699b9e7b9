/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "oath/account.h"
#include "signer/base/mem.h"
#include "signer/base/text.h"

enum { URI_MAX = 1024, TOTP = 0x20, KIND = 0xf0, ALGORITHM = 0x0f };

/* The answers to LIST and to CALCULATE ALL, which tells of touches. */
struct listed {
	struct buf names, uses;
};

static void
listed_done(struct listed *l)
{
	buf_done(&l->names);
	buf_done(&l->uses);
}

static void
item_of(const struct card *c, struct token_item *ret)
{
	*ret = (struct token_item){
		.uri = "",
		.token = c->name,
		.model = c->model,
		.serial = c->serial,
		.object = "",
		.held = HELD_HMAC,
	};
}

static enum touch_known
touch_of(struct bytes uses, struct bytes name)
{
	struct applet_entry entry = { 0 };
	bool bad = false;

	while (applet_next_calculated(&uses, &entry, &bad))
		if (bytes_eq(entry.name, name))
			return entry.use == OATH_TOUCH ? TOUCH_YES : TOUCH_NO;
	return TOUCH_UNKNOWN;
}

/* By time, and of a hash that AWS has a use for. */
static bool
could_serve(const struct applet_entry *entry)
{
	int algorithm = entry->kind & ALGORITHM;

	return (entry->kind & KIND) == TOTP &&
	       (algorithm == OATH_SHA1 || algorithm == OATH_SHA256) &&
	       memchr(entry->name.p, '\0', entry->name.len) == NULL;
}

/* A name is whatever bytes somebody stored: shown on a screen. */
static enum rc
tell(const struct token *t, const struct applet_entry *entry,
    const struct listed *l, token_each *each, void *ctx, struct err *e)
{
	enum touch_known touch = touch_of(buf_bytes(&l->uses), entry->name);
	AUTO_BUF struct buf uri = BUF_INIT(URI_MAX);
	char name[OATH_NAME_MAX + 1] = "";
	struct token_item item;

	memcpy(name, entry->name.p, entry->name.len);
	place_uri(t->card.serial, name, touch == TOUCH_NO, &uri);
	text_printable(name);
	item_of(&t->card, &item);
	item.uri = buf_cstr(&uri);
	item.object = name;
	item.touch = touch != TOUCH_NO;
	return each(ctx, &item, e);
}

static enum rc
read_answer(struct token *t, struct apdu *a, struct buf *ret, unsigned int *sw,
    struct err *e)
{
	struct call_wait w = account_wait(t);
	struct bytes answer;
	enum rc rc = card_send(&t->card, a, &w, sw, &answer, e);

	if (rc == RC_OK)
		buf_add(ret, answer);
	return rc;
}

static enum rc
read_all(struct token *t, struct listed *ret, struct err *e)
{
	unsigned int sw = 0;
	struct apdu a;
	enum rc rc = account_begin(t, e);

	if (rc != RC_OK)
		return rc;
	applet_list(&a, t->card.out.p);
	rc = read_answer(t, &a, &ret->names, &sw, e);
	if (rc == RC_OK)
		rc = card_refused(&t->card, sw, e);
	if (rc == RC_OK) {
		applet_calculate_all(&a, t->card.out.p);
		rc = read_answer(t, &a, &ret->uses, &sw, e);
	}
	/* Not every firmware has it. */
	if (rc == RC_OK && sw != SW_OK)
		buf_clear(&ret->uses);
	card_end(&t->card);
	return rc;
}

enum rc
account_list(struct token *t, token_each *each, void *ctx, struct err *e)
{
	AUTO(listed_done)
	struct listed l = { BUF_INIT(CARD_ANSWER), BUF_INIT(CARD_ANSWER) };
	struct applet_entry entry = { 0 };
	struct bytes rest;
	bool bad = false;
	enum rc rc = account_go_on(t, e);

	if (rc != RC_OK || (rc = read_all(t, &l, e)) != RC_OK)
		return rc;
	rest = buf_bytes(&l.names);
	while (rc == RC_OK && applet_next_listed(&rest, &entry, &bad))
		if (could_serve(&entry))
			rc = tell(t, &entry, &l, each, ctx, e);
	return bad ? card_nonsense(&t->card, e) : rc;
}

/* Where no access code is in the way, the key is asked; no touch, no claim. */
static void
look(struct token *t)
{
	struct call_wait w = account_wait(t);
	struct err ignored;

	if (t->touch != TOUCH_UNKNOWN || t->place.name == NULL ||
	    card_begin(&t->card, &w, &ignored) != RC_OK)
		return;
	if (!t->card.locked)
		(void)!account_look(t, &ignored);
	card_end(&t->card);
}

enum rc
account_held(struct token *t, struct token_item *ret, struct err *e)
{
	bool no_touch;

	(void)e;
	look(t);
	no_touch = t->touch == TOUCH_NO ||
	           (t->touch == TOUCH_UNKNOWN && t->place.no_touch);
	buf_clear(&t->uri_text);
	buf_clear(&t->object_text);
	place_uri(t->card.serial, t->place.name, no_touch, &t->uri_text);
	if (t->place.name != NULL)
		buf_str(&t->object_text, t->place.name);
	item_of(&t->card, ret);
	ret->uri = buf_cstr(&t->uri_text);
	ret->object = buf_cstr(&t->object_text);
	ret->touch = t->place.name != NULL && !no_touch;
	return RC_OK;
}

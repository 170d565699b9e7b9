/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pkcs11/key.h"
#include "pkcs11/login.h"
#include "pkcs11/rv.h"
#include "signer/base/mem.h"

/* A label is whatever bytes somebody stored: shown on a screen. */
static void
add_text(struct buf *ret, const char *s)
{
	for (; *s != '\0'; s++)
		buf_chr(ret, (unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s);
}

static void
item_of(const struct slot *s, struct token_item *ret)
{
	*ret = (struct token_item){
		.uri = "",
		.token = s->label,
		.model = s->model,
		.serial = s->serial,
		.object = "",
		.held = HELD_HMAC,
	};
}

/* Of two keys with one label, only the id can tell. */
static bool
shares_label(const struct found *all, CK_ULONG n, CK_ULONG i)
{
	for (CK_ULONG j = 0; j < n; j++)
		if (j != i && strcmp(all[i].label, all[j].label) == 0)
			return true;
	return false;
}

static enum rc
tell(struct slot *s, const struct found *o, bool id, token_each *each,
    void *ctx, struct err *e)
{
	AUTO_BUF struct buf uri = BUF_INIT(4096), object = BUF_INIT(512);
	struct token_item item;

	item_of(s, &item);
	find_uri(s, o, id, &uri);
	add_text(&object, o->label);
	item.uri = buf_cstr(&uri);
	item.object = buf_cstr(&object);
	item.extractable = o->extractable;
	return each(ctx, &item, e);
}

static enum rc
tell_all(struct slot *s, const struct handles *all, token_each *each, void *ctx,
    struct err *e)
{
	AUTO_MEM struct found *o = mem_new(all->n, sizeof(*o));
	enum rc rc = RC_OK;

	for (CK_ULONG i = 0; i < all->n; i++)
		find_describe(s, all->p[i], &o[i]);
	for (CK_ULONG i = 0; i < all->n && rc == RC_OK; i++)
		rc = tell(s, &o[i], shares_label(o, all->n, i), each, ctx, e);
	return rc;
}

enum rc
key_list(struct token *t, token_each *each, void *ctx, struct err *e)
{
	AUTO_MEM CK_OBJECT_HANDLE *room = mem_new(FIND_MAX, sizeof(*room));
	struct handles all = { room, FIND_MAX, 0 };
	enum rc rc;

	if ((rc = key_go_on(t, e)) != RC_OK || (rc = key_bind(t, e)) != RC_OK ||
	    (rc = login(t->slot, t->ask, t->uri.pin_source, false, e)) !=
		RC_OK ||
	    (rc = find_keys(t->slot, &t->uri, &all, e)) != RC_OK)
		return rc;
	return tell_all(t->slot, &all, each, ctx, e);
}

enum rc
key_remove(struct token *t, struct err *e)
{
	CK_RV rv;
	enum rc rc;

	if ((rc = key_go_on(t, e)) != RC_OK ||
	    (rc = key_find(t, true, e)) != RC_OK)
		return rc;
	rv = t->slot->module->fn->C_DestroyObject(t->slot->session, t->key);
	if (rv == CKR_OK)
		t->key = CK_INVALID_HANDLE;
	return rv_err(e, rv, "removing a key from token '%s'", t->slot->label);
}

/* What the URI says of a key that was not looked for yet. */
static void
from_uri(const struct uri *u, struct found *ret)
{
	const CK_ATTRIBUTE *label = uri_wants(u, CKA_LABEL);
	const CK_ATTRIBUTE *id = uri_wants(u, CKA_ID);

	*ret = (struct found){ .handle = CK_INVALID_HANDLE };
	if (label != NULL && label->ulValueLen < sizeof(ret->label))
		memcpy(ret->label, label->pValue, label->ulValueLen);
	if (id != NULL && id->ulValueLen <= sizeof(ret->id)) {
		memcpy(ret->id, id->pValue, id->ulValueLen);
		ret->idlen = id->ulValueLen;
	}
}

enum rc
key_held(struct token *t, struct token_item *ret, struct err *e)
{
	bool id = uri_wants(&t->uri, CKA_ID) != NULL;
	struct found o;
	enum rc rc;

	if ((rc = key_bind(t, e)) != RC_OK)
		return rc;
	if (t->key != CK_INVALID_HANDLE)
		find_describe(t->slot, t->key, &o);
	else
		from_uri(&t->uri, &o);
	buf_clear(&t->uri_text);
	buf_clear(&t->object_text);
	find_uri(t->slot, t->uri.object ? &o : NULL, id, &t->uri_text);
	add_text(&t->object_text, t->uri.object ? o.label : "");
	item_of(t->slot, ret);
	ret->uri = buf_cstr(&t->uri_text);
	ret->object = buf_cstr(&t->object_text);
	ret->extractable = t->key != CK_INVALID_HANDLE && o.extractable;
	return RC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/find.h"

#include <string.h>

#include "pkcs11/rv.h"
#include "signer/base/enc.h"
#include "signer/base/mem.h"

static enum rc
collect(struct slot *s, struct handles *ret, struct err *e)
{
	CK_FUNCTION_LIST *fn = s->module->fn;
	CK_ULONG got = 0, room;
	CK_RV rv;

	/* Two are enough to know that one is not alone: one call less. */
	do {
		room = ret->max - ret->n;
		rv = fn->C_FindObjects(s->session, ret->p + ret->n, room, &got);
		ret->n += rv == CKR_OK && got <= room ? got : 0;
	} while (rv == CKR_OK && got > 0 && got <= room && ret->n < ret->max &&
		 ret->max > 2);
	(void)fn->C_FindObjectsFinal(s->session);
	if (rv == CKR_OK && got > room)
		return err_set(e, RC_TOKEN,
		    "module '%s' says that it found %lu keys where it was "
		    "asked for %lu: it is at fault and cannot be relied upon; "
		    "update it, or name another one",
		    s->module->say, got, room);
	return rv_err(e, rv, "looking for keys on token '%s'", s->label);
}

enum rc
find_objects(struct slot *s, CK_ATTRIBUTE *attrs, CK_ULONG nattrs,
    struct handles *ret, struct err *e)
{
	CK_RV rv;

	ret->n = 0;
	rv = s->module->fn->C_FindObjectsInit(s->session, attrs, nattrs);
	if (rv != CKR_OK)
		return rv_err(
		    e, rv, "looking for keys on token '%s'", s->label);
	return collect(s, ret, e);
}

enum rc
find_keys(
    struct slot *s, const struct uri *u, struct handles *ret, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE attrs[3] = { { CKA_CLASS, &class, sizeof(class) } };
	const CK_ATTRIBUTE *label = uri_wants(u, CKA_LABEL);
	const CK_ATTRIBUTE *id = uri_wants(u, CKA_ID);
	CK_ULONG nattrs = 1;

	if (label != NULL)
		attrs[nattrs++] = *label;
	if (id != NULL)
		attrs[nattrs++] = *id;
	return find_objects(s, attrs, nattrs, ret, e);
}

static CK_ULONG
attribute(struct slot *s, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type,
    void *to, CK_ULONG size)
{
	CK_ATTRIBUTE a = { type, to, size };
	CK_RV rv;

	rv = s->module->fn->C_GetAttributeValue(s->session, handle, &a, 1);
	return rv == CKR_OK && a.ulValueLen <= size ? a.ulValueLen : 0;
}

/*
 * One attribute a call: modules that do not know one of them differ in what
 * they say of the others.
 */
void
find_describe(struct slot *s, CK_OBJECT_HANDLE handle, struct found *ret)
{
	CK_BBOOL sensitive = CK_FALSE, extractable = CK_TRUE;
	CK_ULONG n;

	*ret = (struct found){ .handle = handle };
	n = attribute(s, handle, CKA_LABEL, ret->label, sizeof(ret->label) - 1);
	ret->label[n] = '\0';
	ret->idlen = attribute(s, handle, CKA_ID, ret->id, sizeof(ret->id));
	(void)attribute(
	    s, handle, CKA_SENSITIVE, &sensitive, sizeof(sensitive));
	(void)attribute(
	    s, handle, CKA_EXTRACTABLE, &extractable, sizeof(extractable));
	ret->extractable = sensitive == CK_FALSE || extractable != CK_FALSE;
}

static enum rc
several(struct slot *s, const struct uri *u, const CK_OBJECT_HANDLE two[2],
    struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(700);
	struct found o;

	for (size_t i = 0; i < 2; i++) {
		find_describe(s, two[i], &o);
		buf_str(&b, i > 0 ? " and " : "");
		find_uri(s, &o, true, &b);
	}
	return err_set(e, RC_CONFIG,
	    "'%s' means more than one key: %s; use the URI of the right one",
	    u->text, buf_cstr(&b));
}

static enum rc
not_found(struct slot *s, const struct uri *u, struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(300);
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE any = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE room[8];
	struct handles all = { room, 8, 0 };
	struct found o;

	if (find_objects(s, &any, 1, &all, e) != RC_OK)
		all.n = 0;
	for (CK_ULONG i = 0; i < all.n; i++) {
		find_describe(s, room[i], &o);
		buf_str(&b, i > 0 ? ", '" : "'");
		enc_percent(&b, BYTES_STR(o.label), " :/@+=");
		buf_str(&b, "'");
	}
	return err_set(e, RC_NOTFOUND,
	    "token '%s' has no secret key that is '%s'%s%s: correct the URI, "
	    "or import the key",
	    s->label, u->text, all.n > 0 ? "; it has " : "; it has none at all",
	    buf_cstr(&b));
}

enum rc
find_key(
    struct slot *s, const struct uri *u, CK_OBJECT_HANDLE *ret, struct err *e)
{
	CK_OBJECT_HANDLE two[2];
	struct handles found = { two, 2, 0 };
	enum rc rc;

	if (!u->object)
		return err_set(e, RC_CONFIG,
		    "'%s' names a token but no key on it: add object=LABEL",
		    u->text);
	if ((rc = find_keys(s, u, &found, e)) != RC_OK)
		return rc;
	if (found.n == 0)
		return not_found(s, u, e);
	if (found.n > 1)
		return several(s, u, two, e);
	*ret = two[0];
	return RC_OK;
}

enum rc
find_none(struct slot *s, const char *label, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	AUTO_MEM char *copy = mem_str(label);
	CK_ATTRIBUTE attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, copy, strlen(copy) },
	};
	CK_OBJECT_HANDLE two[2] = { 0 };
	struct handles found = { two, 2, 0 };
	enum rc rc;

	if ((rc = find_objects(s, attrs, 2, &found, e)) != RC_OK)
		return rc;
	if (found.n > 0)
		return err_set(e, RC_CONFIG,
		    "token '%s' already has a secret key '%s': choose another "
		    "label (--label), or remove that one (stskey key remove)",
		    s->label, label);
	return RC_OK;
}

static void
add_padded(struct buf *ret, const char *name, const CK_UTF8CHAR *p, size_t n)
{
	while (n > 0 && p[n - 1] == ' ')
		n--;
	buf_str(ret, name);
	enc_percent(ret, BYTES(p, n), "");
}

static void
add_object(const struct found *o, bool id, struct buf *ret)
{
	if (o->label[0] != '\0') {
		buf_str(ret, ";object=");
		enc_percent(ret, BYTES_STR(o->label), "");
	}
	if ((id || o->label[0] == '\0') && o->idlen > 0)
		buf_str(ret, ";id=");
	for (CK_ULONG i = 0; (id || o->label[0] == '\0') && i < o->idlen; i++)
		buf_fmt(ret, "%%%02X", o->id[i]);
	buf_str(ret, ";type=secret-key");
}

void
find_uri(const struct slot *s, const struct found *o, bool id, struct buf *ret)
{
	add_padded(ret, "pkcs11:token=", s->info.label, sizeof(s->info.label));
	if (slot_ambiguous(s))
		add_padded(ret, ";serial=", s->info.serialNumber,
		    sizeof(s->info.serialNumber));
	if (o != NULL)
		add_object(o, id, ret);
	buf_chr(ret, '?');
	buf_str(ret, s->module->query);
}

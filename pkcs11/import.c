/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/random.h>

#include "pkcs11/login.h"
#include "pkcs11/probe.h"
#include "pkcs11/rv.h"
#include "pkcs11/template.h"
#include "pkcs11/unwrap.h"
#include "signer/base/mem.h"

enum {
	MAX_LABEL = 40, /* what a YubiHSM2 has room for */
	TRIES = 2 * FRESH_TYPES,
};

/* RC_TOKEN, and the object is gone again, if the token gives the value away. */
static enum rc
check_hidden(
    struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key, struct err *e)
{
	AUTO_SECRET struct secret back = { 0 };
	CK_FUNCTION_LIST *fn = s->module->fn;
	CK_ATTRIBUTE a = { CKA_VALUE, NULL, k->value.len + 1024 };
	bool gone;
	CK_RV rv;

	secret_new(&back, a.ulValueLen);
	a.pValue = back.p;
	rv = fn->C_GetAttributeValue(s->session, key, &a, 1);
	/* A TPM says yes, and gives nothing. */
	if (rv != CKR_BUFFER_TOO_SMALL &&
	    (rv != CKR_OK || a.ulValueLen == 0 ||
		a.ulValueLen == CK_UNAVAILABLE_INFORMATION))
		return RC_OK;
	gone = fn->C_DestroyObject(s->session, key) == CKR_OK;
	return err_set(e, RC_TOKEN,
	    "token '%s' would give the secret away to anyone who can log in: "
	    "it is no place for it%s",
	    s->label,
	    gone ? ", and was removed again"
		 : ", but it cannot be removed: do so with the token's own "
		   "tool");
}

/* Some tokens take a key of a type that they then cannot use. */
static enum rc
check_usable(
    struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key, struct err *e)
{
	AUTO_SECRET struct secret out = { 0 };
	enum rc rc;

	rc = mac_with(s, key, k->mac, BYTES_STR("stskey"), &out, e);
	if (rc != RC_OK)
		(void)s->module->fn->C_DestroyObject(s->session, key);
	return rc;
}

/* One try.  The value goes from locked memory straight to the module. */
static enum rc
create(struct slot *s, struct fresh *k, size_t i, CK_OBJECT_HANDLE *ret,
    struct err *e)
{
	struct template t;
	CK_RV rv;

	template_init(&t, k, fresh_type(k, i % FRESH_TYPES));
	/* A YubiHSM2 knows only ids of two bytes: at last, it may choose. */
	if (i < FRESH_TYPES)
		template_add(&t, CKA_ID, k->id, sizeof(k->id));
	template_add(&t, CKA_VALUE, k->value.p, k->value.len);
	rv = s->module->fn->C_CreateObject(s->session, t.attrs, t.n, ret);
	if (rv != CKR_OK)
		return rv_err(
		    e, rv, "putting a secret on token '%s'", s->label);
	return check_usable(s, k, *ret, e);
}

static bool
worth_another_way(enum rc rc)
{
	return rc == RC_UNSUPPORTED || rc == RC_TOKEN;
}

static enum rc
put(struct slot *s, struct fresh *k, CK_OBJECT_HANDLE *ret, struct err *e)
{
	struct err first = { 0 }, later = { 0 };
	enum rc rc = create(s, k, 0, ret, &first);

	later = first;
	for (size_t i = 1; i < TRIES && worth_another_way(rc); i++)
		rc = create(s, k, i, ret, &later);
	if (!worth_another_way(rc)) {
		*e = later;
		return rc;
	}
	if (unwrap_put(s, k, ret, &later) == RC_OK)
		return check_usable(s, k, *ret, e);
	/* The first refusal is the one that says something. */
	return err_set(
	    e, RC_UNSUPPORTED, "%.350s; %.350s", first.msg, later.msg);
}

/*
 * HMAC pads a key with zeros up to the block of its hash, so zeros up to the
 * hash's size change nothing; SoftHSM2 refuses keys shorter than that.
 */
static void
pad(struct bytes value, enum mac mac, struct secret *ret)
{
	size_t least = mac == MAC_HMAC_SHA1 ? SHA1_SIZE : SHA256_SIZE;

	secret_new(ret, value.len > least ? value.len : least);
	if (value.len > 0)
		memcpy(ret->p, value.p, value.len);
}

static enum rc
check_request(
    const struct token *t, const struct token_import *what, struct err *e)
{
	size_t len = strlen(what->label);

	if (t->uri.object)
		return err_set(e, RC_CONFIG,
		    "'%s' names a key, but an import goes to a token: leave "
		    "object= and id= out and choose the name with --label",
		    t->uri.text);
	if (len == 0 || len > MAX_LABEL)
		return err_set(e, RC_USAGE,
		    "the label of a key has 1 to %d bytes", MAX_LABEL);
	if (what->value.len == 0)
		return err_set(e, RC_USAGE, "there is no secret to import");
	return RC_OK;
}

static enum rc
import(struct slot *s, struct fresh *k, char **uri, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(4096);
	CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
	struct found o = { 0 };
	enum rc rc;

	if ((rc = find_none(s, k->label, e)) != RC_OK)
		return rc;
	if (getrandom(k->id, sizeof(k->id), 0) != (ssize_t)sizeof(k->id))
		return err_sys(e, "getrandom");
	if ((rc = put(s, k, &key, e)) != RC_OK ||
	    (rc = check_hidden(s, k, key, e)) != RC_OK)
		return rc;
	memcpy(o.label, k->label, strlen(k->label));
	find_uri(s, &o, false, &text);
	*uri = mem_str(buf_cstr(&text));
	return RC_OK;
}

enum rc
key_import(
    struct token *t, const struct token_import *what, char **uri, struct err *e)
{
	struct fresh k = { .mac = what->mac, .label = what->label };
	enum rc rc;

	if ((rc = key_go_on(t, e)) != RC_OK ||
	    (rc = check_request(t, what, e)) != RC_OK)
		return rc;
	if (t->slot == NULL && what->search && !module_named(&t->uri, t->ask))
		rc = probe_search(&t->uri, t->ask, &t->slot, e);
	if (rc != RC_OK || (rc = key_bind(t, e)) != RC_OK ||
	    (rc = login(t->slot, t->ask, t->uri.pin_source, true, e)) != RC_OK)
		return rc;
	pad(what->value, what->mac, &k.value);
	rc = import(t->slot, &k, uri, e);
	secret_done(&k.value);
	return rc;
}

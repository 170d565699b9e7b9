/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pkcs11/key.h"
#include "pkcs11/rv.h"

/*
 * NSS cuts a MAC short that does not fit, opencryptoki writes past the end:
 * room for the longest there is, and the length is checked afterwards.
 */
enum { ROOM = 64 };

/* PKCS#11 forgot const; the module only reads what it is asked to sign. */
static CK_BYTE *
unconst(const uint8_t *p)
{
	CK_BYTE *q;

	memcpy(&q, &p, sizeof(q));
	return q;
}

static CK_RV
sign(struct slot *s, CK_OBJECT_HANDLE key, CK_MECHANISM *mech, struct bytes msg,
    struct secret *out)
{
	CK_FUNCTION_LIST *fn = s->module->fn;
	CK_ULONG len = ROOM;
	CK_RV rv;

	rv = fn->C_SignInit(s->session, mech, key);
	if (rv != CKR_OK)
		return rv;
	rv = fn->C_Sign(s->session, unconst(msg.p), msg.len, out->p, &len);
	if (rv != CKR_OK)
		slot_renew(s); /* the operation may still be active */
	out->len = len <= ROOM ? len : 0;
	return rv;
}

enum rc
mac_with(struct slot *s, CK_OBJECT_HANDLE key, enum mac alg, struct bytes msg,
    struct secret *ret, struct err *e)
{
	bool sha1 = alg == MAC_HMAC_SHA1;
	CK_MECHANISM mech = { sha1 ? CKM_SHA_1_HMAC : CKM_SHA256_HMAC, NULL,
		0 };
	AUTO_SECRET struct secret out = { 0 };
	CK_RV rv;

	secret_new(&out, ROOM);
	rv = sign(s, key, &mech, msg, &out);
	if (rv != CKR_OK)
		return rv_err(e, rv, "%s on token '%s'",
		    sha1 ? "HMAC-SHA-1" : "HMAC-SHA-256", s->label);
	if (out.len != (sha1 ? SHA1_SIZE : SHA256_SIZE))
		return err_set(e, RC_TOKEN,
		    "token '%s' gave a MAC of a wrong length: module '%s' "
		    "cannot be relied upon",
		    s->label, s->module->say);
	secret_move(ret, &out);
	return RC_OK;
}

enum rc
key_mac(struct token *t, enum mac alg, const struct bytes *msgs, size_t n,
    struct secret *ret, struct err *e)
{
	enum rc rc;

	if (n != 1)
		return err_set(e, RC_UNSUPPORTED,
		    "PKCS#11 tokens compute one MAC, not a chain of %zu", n);
	if ((rc = key_go_on(t, e)) != RC_OK ||
	    (rc = key_find(t, false, e)) != RC_OK)
		return rc;
	return mac_with(t->slot, t->key, alg, msgs[0], ret, e);
}

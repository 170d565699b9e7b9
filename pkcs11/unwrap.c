/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/unwrap.h"

#include <string.h>
#include <sys/random.h>

#include "pkcs11/rv.h"
#include "signer/base/mem.h"

/*
 * The secret is encrypted for a key on the token that may unwrap: in software
 * where that is an RSA key pair (only its public half is needed), by the token
 * itself where it is an AES key.
 */

enum { MAX_KEYS = 64, MAX_BLOB = 1024, MAX_RSA = 1024, IV_SIZE = 16 };

struct wrapped {
	CK_MECHANISM mech;
	CK_RSA_PKCS_OAEP_PARAMS oaep;
	CK_BYTE iv[IV_SIZE];
	CK_BYTE blob[MAX_BLOB];
	CK_ULONG len;
};

/* Some module says that it wrote more than there was room for. */
static bool
fits(const struct wrapped *w)
{
	return w->len <= sizeof(w->blob);
}

/* One way to wrap for one key; false where it does not work. */
typedef bool wrap(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w);

static bool
read_number(struct slot *s, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type,
    struct buf *ret)
{
	CK_BYTE p[MAX_RSA];
	CK_ATTRIBUTE a = { type, p, sizeof(p) };
	CK_RV rv;

	rv = s->module->fn->C_GetAttributeValue(s->session, key, &a, 1);
	if (rv != CKR_OK || a.ulValueLen == 0 || a.ulValueLen > sizeof(p))
		return false;
	buf_add(ret, BYTES(p, a.ulValueLen));
	return true;
}

static bool
wrap_oaep(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w, bool sha256)
{
	AUTO_BUF struct buf n = BUF_INIT(MAX_RSA), x = BUF_INIT(MAX_RSA);
	AUTO_BUF struct buf out = BUF_INIT(MAX_BLOB);

	if (!read_number(s, key, CKA_MODULUS, &n) ||
	    !read_number(s, key, CKA_PUBLIC_EXPONENT, &x) ||
	    !oaep_encrypt(buf_bytes(&n), buf_bytes(&x), sha256,
		secret_bytes(&k->value), &out))
		return false;
	w->oaep = (CK_RSA_PKCS_OAEP_PARAMS){
		.hashAlg = sha256 ? CKM_SHA256 : CKM_SHA_1,
		.mgf = sha256 ? CKG_MGF1_SHA256 : CKG_MGF1_SHA1,
		.source = CKZ_DATA_SPECIFIED,
	};
	w->mech =
	    (CK_MECHANISM){ CKM_RSA_PKCS_OAEP, &w->oaep, sizeof(w->oaep) };
	memcpy(w->blob, out.p, out.len);
	w->len = out.len;
	return true;
}

static bool
wrap_oaep_sha256(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w)
{
	return wrap_oaep(s, k, key, w, true);
}

/* All that SoftHSM2 knows.  OAEP does not rest on SHA-1's weakness. */
static bool
wrap_oaep_sha1(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w)
{
	return wrap_oaep(s, k, key, w, false);
}

static bool
encrypt(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w)
{
	CK_FUNCTION_LIST *fn = s->module->fn;
	CK_RV rv;

	w->len = sizeof(w->blob);
	if (fn->C_EncryptInit(s->session, &w->mech, key) != CKR_OK)
		return false;
	rv = fn->C_Encrypt(
	    s->session, k->value.p, k->value.len, w->blob, &w->len);
	if (rv != CKR_OK)
		slot_renew(s); /* the operation may still be active */
	return rv == CKR_OK && fits(w);
}

static bool
wrap_cbc_pad(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w)
{
	w->mech = (CK_MECHANISM){ CKM_AES_CBC_PAD, w->iv, sizeof(w->iv) };
	return getrandom(w->iv, sizeof(w->iv), 0) == (ssize_t)sizeof(w->iv) &&
	       encrypt(s, k, key, w);
}

static bool
wrap_key_pad(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w)
{
	w->mech = (CK_MECHANISM){ CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	return encrypt(s, k, key, w);
}

/*
 * A key that lives as long as the session, for tokens that refuse only lasting
 * keys: wrapped, and gone before this returns.
 */
static bool
wrap_session_key(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w)
{
	CK_FUNCTION_LIST *fn = s->module->fn;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ATTRIBUTE attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &no, sizeof(no) },
		{ CKA_PRIVATE, &yes, sizeof(yes) },
		{ CKA_EXTRACTABLE, &yes, sizeof(yes) },
		{ CKA_VALUE, k->value.p, k->value.len },
	};
	CK_OBJECT_HANDLE passing;
	CK_RV rv;

	rv = fn->C_CreateObject(s->session, attrs, 6, &passing);
	if (rv != CKR_OK)
		return false;
	w->mech = (CK_MECHANISM){ CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	w->len = sizeof(w->blob);
	rv =
	    fn->C_WrapKey(s->session, &w->mech, key, passing, w->blob, &w->len);
	(void)fn->C_DestroyObject(s->session, passing);
	return rv == CKR_OK && fits(w);
}

static CK_RV
unwrap(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct wrapped *w, CK_OBJECT_HANDLE *ret)
{
	CK_RV rv = CKR_GENERAL_ERROR;
	CK_BYTE id[sizeof(k->id)];
	struct template t;

	memcpy(id, k->id, sizeof(id));
	for (size_t i = 0; i < FRESH_TYPES && rv != CKR_OK; i++) {
		template_init(&t, k, fresh_type(k, i));
		template_add(&t, CKA_ID, id, sizeof(id));
		rv = s->module->fn->C_UnwrapKey(s->session, &w->mech, key,
		    w->blob, w->len, t.attrs, t.n, ret);
	}
	return rv;
}

/* May the key unwrap?  Asked of each: not every module can search for it. */
static bool
may_unwrap(struct slot *s, CK_OBJECT_HANDLE key)
{
	CK_BBOOL may = CK_FALSE;
	CK_ATTRIBUTE a = { CKA_UNWRAP, &may, sizeof(may) };
	CK_RV rv;

	rv = s->module->fn->C_GetAttributeValue(s->session, key, &a, 1);
	return rv == CKR_OK && may != CK_FALSE;
}

/* What was tried with the keys of one class, and how the last one ended. */
struct tries {
	wrap *const *ways; /* up to a NULL */
	CK_ULONG keys;
	CK_RV last;
};

static bool
try_key(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE key,
    struct tries *t, CK_OBJECT_HANDLE *ret)
{
	AUTO_MEM struct wrapped *w = mem_new(1, sizeof(*w));

	t->keys++;
	for (size_t i = 0; t->ways[i] != NULL; i++) {
		if (!t->ways[i](s, k, key, w))
			continue;
		t->last = unwrap(s, k, key, w, ret);
		if (t->last == CKR_OK)
			return true;
	}
	return false;
}

static enum rc
try_class(struct slot *s, const struct fresh *k, CK_OBJECT_CLASS class,
    struct tries *t, CK_OBJECT_HANDLE *ret, struct err *e)
{
	CK_ATTRIBUTE attr = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE keys[MAX_KEYS];
	struct handles all = { keys, MAX_KEYS, 0 };
	enum rc rc;

	if ((rc = find_objects(s, &attr, 1, &all, e)) != RC_OK)
		return rc;
	for (CK_ULONG i = 0; i < all.n; i++)
		if (may_unwrap(s, keys[i]) && try_key(s, k, keys[i], t, ret))
			return RC_OK;
	return RC_UNSUPPORTED;
}

enum rc
unwrap_put(
    struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE *ret, struct err *e)
{
	static wrap *const rsa[] = { wrap_oaep_sha256, wrap_oaep_sha1, NULL };
	static wrap *const aes[] = { wrap_key_pad, wrap_cbc_pad,
		wrap_session_key, NULL };
	struct tries pair = { rsa, 0, CKR_OK }, key = { aes, 0, CKR_OK };
	CK_RV last;

	if (try_class(s, k, CKO_PRIVATE_KEY, &pair, ret, e) == RC_OK ||
	    try_class(s, k, CKO_SECRET_KEY, &key, ret, e) == RC_OK)
		return RC_OK;
	if (pair.keys + key.keys == 0)
		return err_set(e, RC_UNSUPPORTED,
		    "and it has no key that may unwrap (CKA_UNWRAP) to bring "
		    "it in: let the token's administrator make an RSA key pair "
		    "for that, or make the key there and use 'stskey key "
		    "adopt'");
	last = pair.last != CKR_OK ? pair.last : key.last;
	return err_set(e, RC_UNSUPPORTED,
	    "and none of its %lu wrapping keys can bring it in (%s): let the "
	    "token's administrator make the key and use 'stskey key adopt'",
	    pair.keys + key.keys,
	    last != CKR_OK ? rv_name(last) : "the token cannot wrap with them");
}

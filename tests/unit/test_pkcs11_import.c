/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that take a secret only in a way of their own, or had better not. */
#include "tests/unit/pkcs11_raw.h"
#include "tests/unit/pkcs11_world.h"

#define TOKEN "pkcs11:token=work"
#define KEY "pkcs11:token=work;object=key"

/* HMAC-SHA-256 of "20150830" with WORLD_VALUE, as AWS documents it. */
#define KDATE "0138c7a6cbd60aa727b2f653a522567439dfb9f3e72b21f9b25941a42f04a7cd"

static void
make_rsa(CK_FUNCTION_LIST *fn, CK_SESSION_HANDLE session)
{
	CK_MECHANISM mech = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_ULONG bits = 2048;
	CK_BYTE exponent[] = { 1, 0, 1 }, id[] = { 1 };
	CK_ATTRIBUTE public[] = {
		{ CKA_TOKEN, &raw_yes, sizeof(raw_yes) },
		{ CKA_MODULUS_BITS, &bits, sizeof(bits) },
		{ CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent) },
		{ CKA_ID, id, sizeof(id) },
	};
	CK_ATTRIBUTE private[] = {
		{ CKA_TOKEN, &raw_yes, sizeof(raw_yes) },
		{ CKA_PRIVATE, &raw_yes, sizeof(raw_yes) },
		{ CKA_SENSITIVE, &raw_yes, sizeof(raw_yes) },
		{ CKA_UNWRAP, &raw_yes, sizeof(raw_yes) },
		{ CKA_ID, id, sizeof(id) },
	};
	CK_OBJECT_HANDLE a, b;

	CHECK_EQ(fn->C_GenerateKeyPair(
		     session, &mech, public, 4, private, 5, &a, &b),
	    CKR_OK);
}

static void
make_aes(CK_FUNCTION_LIST *fn, CK_SESSION_HANDLE session)
{
	CK_MECHANISM mech = { CKM_AES_KEY_GEN, NULL, 0 };
	char label[] = "wrapping";
	CK_ULONG len = 32;
	CK_ATTRIBUTE attrs[] = {
		{ CKA_TOKEN, &raw_yes, sizeof(raw_yes) },
		{ CKA_PRIVATE, &raw_yes, sizeof(raw_yes) },
		{ CKA_SENSITIVE, &raw_yes, sizeof(raw_yes) },
		{ CKA_EXTRACTABLE, &raw_no, sizeof(raw_no) },
		{ CKA_ENCRYPT, &raw_yes, sizeof(raw_yes) },
		{ CKA_WRAP, &raw_yes, sizeof(raw_yes) },
		{ CKA_UNWRAP, &raw_yes, sizeof(raw_yes) },
		{ CKA_LABEL, label, strlen(label) },
		{ CKA_VALUE_LEN, &len, sizeof(len) },
	};
	CK_OBJECT_HANDLE key;

	CHECK_EQ(fn->C_GenerateKey(session, &mech, attrs, 9, &key), CKR_OK);
}

/* The key on the token is the one that was imported; it is removed again. */
static void
check_key(struct world *w, const char *lie)
{
	AUTO_SECRET struct secret out = { 0 };
	AUTO_BUF struct buf hex = BUF_INIT(128);
	struct bytes msg = BYTES_STR("20150830");
	struct token *t = world_open(w, world_lie(w, lie, KEY));
	struct token_item item;

	CHECK_EQ(
	    pkcs11_token.mac(t, MAC_HMAC_SHA256, &msg, 1, &out, &w->e), RC_OK);
	buf_hex(&hex, secret_bytes(&out));
	CHECK_MEM(hex, KDATE);
	CHECK_EQ(pkcs11_token.held(t, &item, &w->e), RC_OK);
	CHECK(!item.extractable);
	CHECK_EQ(pkcs11_token.remove(t, &w->e), RC_OK);
	pkcs11_token.close(t);
}

static void
imports(struct world *w, const char *lie)
{
	enum rc rc = world_import(w, world_lie(w, lie, TOKEN), "key");

	if (rc != RC_OK)
		(void)fprintf(stderr, "%s: %s\n", lie, w->e.msg);
	CHECK_EQ(rc, RC_OK);
	check_key(w, lie);
}

static enum rc
refuses(struct world *w, const char *lie)
{
	enum rc rc = world_import(w, world_lie(w, lie, TOKEN), "key");

	/* Nothing is left behind, whatever went wrong. */
	CHECK(rc != RC_OK);
	pkcs11_token.end();
	CHECK_EQ(world_mac(w, world_lie(w, "", KEY)), RC_NOTFOUND);
	pkcs11_token.end();
	return rc;
}

static void
falls_back(struct world *w)
{
	imports(w, "");
	imports(w, "no-generic");
	imports(w, "no-id");
	imports(w, "no-id,no-generic");
	imports(w, "empty-value");
}

static void
refuses_a_leak(struct world *w)
{
	CHECK_EQ(refuses(w, "readable-value"), RC_TOKEN);
	CHECK_EQ(world_import(w, world_lie(w, "readable-value", TOKEN), "key"),
	    RC_TOKEN);
	world_said(w, "removed again");
	CHECK(strstr(w->e.msg, "there it is") == NULL);
}

static void
refuses_a_useless_key(struct world *w)
{
	CHECK_EQ(refuses(w, "short-mac"), RC_UNSUPPORTED);
}

static void
wants_a_wrapping_key(struct world *w)
{
	CHECK_EQ(refuses(w, "create-refused"), RC_UNSUPPORTED);
	CHECK_EQ(world_import(w, world_lie(w, "create-refused", TOKEN), "key"),
	    RC_UNSUPPORTED);
	world_said(w, "CKR_TEMPLATE_INCONSISTENT");
	world_said(w, "CKA_UNWRAP");
	world_said(w, "key adopt");
}

static void
unwraps_with_aes(struct world *w)
{
	imports(w, "create-refused");
	imports(w, "create-refused,no-encrypt");
	(void)refuses(w, "create-all-refused,no-encrypt");
	CHECK_EQ(
	    world_import(
		w, world_lie(w, "create-all-refused,no-encrypt", TOKEN), "key"),
	    RC_UNSUPPORTED);
	world_said(w, "none of its 1 wrapping keys");
	/* More than there was room for is not passed on. */
	(void)refuses(w, "create-all-refused,long-encrypt");
	CHECK_EQ(
	    world_import(w,
		world_lie(w, "create-all-refused,long-encrypt", TOKEN), "key"),
	    RC_UNSUPPORTED);
	world_said(w, "cannot wrap with them");
}

static void
unwraps_with_rsa(struct world *w)
{
	imports(w, "create-refused");
	imports(w, "create-all-refused,no-encrypt");
	imports(w, "create-all-refused,no-encrypt,no-generic");
}

static void
refuses_nonsense(struct world *w)
{
	CHECK_EQ(world_import(w, world_lie(w, "", KEY), "key"), RC_CONFIG);
	world_said(w, "--label");
	CHECK_EQ(world_import(w, world_lie(w, "", TOKEN), ""), RC_USAGE);
}

typedef void scene(struct world *w);

static void
play(scene *s)
{
	struct world w;

	world_init(&w);
	s(&w);
	world_done(&w);
}

int
main(void)
{
	softhsm_init();
	softhsm_token("work");
	play(falls_back);
	play(refuses_a_leak);
	play(refuses_a_useless_key);
	play(refuses_nonsense);
	play(wants_a_wrapping_key);
	raw_make("work", make_aes);
	play(unwraps_with_aes);
	raw_make("work", make_rsa);
	play(unwraps_with_rsa);
	return 0;
}

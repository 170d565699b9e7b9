/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "pkcs11/unwrap.h"

/* OpenSSL's objects, all released by one done(). */
struct work {
	BIGNUM *n, *e;
	OSSL_PARAM_BLD *build;
	OSSL_PARAM *params;
	EVP_PKEY *key;
	EVP_PKEY_CTX *make, *ctx;
};

static void
work_done(struct work *w)
{
	EVP_PKEY_CTX_free(w->ctx);
	EVP_PKEY_CTX_free(w->make);
	EVP_PKEY_free(w->key);
	OSSL_PARAM_free(w->params);
	OSSL_PARAM_BLD_free(w->build);
	BN_free(w->e);
	BN_free(w->n);
}

static bool
public_key(struct work *w, struct bytes modulus, struct bytes exponent)
{
	w->n = BN_bin2bn(modulus.p, (int)modulus.len, NULL);
	w->e = BN_bin2bn(exponent.p, (int)exponent.len, NULL);
	w->build = OSSL_PARAM_BLD_new();
	if (w->n == NULL || w->e == NULL || w->build == NULL ||
	    OSSL_PARAM_BLD_push_BN(w->build, OSSL_PKEY_PARAM_RSA_N, w->n) !=
		1 ||
	    OSSL_PARAM_BLD_push_BN(w->build, OSSL_PKEY_PARAM_RSA_E, w->e) != 1)
		return false;
	w->params = OSSL_PARAM_BLD_to_param(w->build);
	w->make = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	return w->params != NULL && w->make != NULL &&
	       EVP_PKEY_fromdata_init(w->make) == 1 &&
	       EVP_PKEY_fromdata(
		   w->make, &w->key, EVP_PKEY_PUBLIC_KEY, w->params) == 1;
}

static bool
choose_oaep(struct work *w, const EVP_MD *md)
{
	w->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, w->key, NULL);
	return w->ctx != NULL && EVP_PKEY_encrypt_init(w->ctx) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(w->ctx, RSA_PKCS1_OAEP_PADDING) ==
	           1 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(w->ctx, md) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(w->ctx, md) == 1;
}

static bool
encrypt(struct work *w, struct bytes value, struct buf *ret)
{
	size_t len = 0;
	uint8_t *out;

	if (EVP_PKEY_encrypt(w->ctx, NULL, &len, value.p, value.len) != 1)
		return false;
	out = buf_room(ret, len);
	if (out == NULL ||
	    EVP_PKEY_encrypt(w->ctx, out, &len, value.p, value.len) != 1)
		return false;
	ret->len = len;
	return true;
}

bool
oaep_encrypt(struct bytes modulus, struct bytes exponent, bool sha256,
    struct bytes value, struct buf *ret)
{
	AUTO(work_done) struct work w = { 0 };

	return public_key(&w, modulus, exponent) &&
	       choose_oaep(&w, sha256 ? EVP_sha256() : EVP_sha1()) &&
	       encrypt(&w, value, ret);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/crypto/box.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "signer/crypto/crypto.h"
#include "signer/crypto/fatal.h"

enum { NONCE = 12, TAG = 16, INFO_MAX = 256 };

static void
ctx_free(EVP_CIPHER_CTX **ctx)
{
	EVP_CIPHER_CTX_free(*ctx); /* wipes the key */
}

/*
 * GCM is a stream: as many bytes come out as go in, at once.  More than a
 * struct secret holds is no secret of ours.
 */
static void
run(EVP_CIPHER_CTX *ctx, struct bytes in, uint8_t *out)
{
	int n = 0;

	if (in.len == 0)
		return;
	if (in.len > BOX_MOST ||
	    EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.len) != 1 ||
	    n != (int)in.len)
		crypto_fatal();
}

static EVP_CIPHER_CTX *
start(struct bytes key, const uint8_t *nonce, struct bytes beside, bool closing)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx == NULL || key.len != BOX_KEY ||
	    EVP_CipherInit_ex2(
		ctx, EVP_aes_256_gcm(), key.p, nonce, closing, NULL) != 1)
		crypto_fatal();
	run(ctx, beside, NULL);
	return ctx;
}

void
box_close(
    struct bytes key, struct bytes beside, struct bytes plain, struct buf *ret)
{
	uint8_t *nonce = buf_room(ret, plain.len + BOX_OVERHEAD);
	AUTO(ctx_free) EVP_CIPHER_CTX *ctx = NULL;
	uint8_t none[TAG];
	int n = 0;

	if (nonce == NULL)
		return;
	if (RAND_bytes(nonce, NONCE) != 1)
		crypto_fatal();
	ctx = start(key, nonce, beside, true);
	run(ctx, plain, nonce + NONCE);
	if (EVP_CipherFinal_ex(ctx, none, &n) != 1 || n != 0 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG,
		nonce + NONCE + plain.len) != 1)
		crypto_fatal();
}

static enum rc
does_not_open(struct err *e)
{
	return err_set(e, RC_FORMAT,
	    "it does not open: it was closed for another key, or is not as it "
	    "was made");
}

enum rc
box_open(struct bytes key, struct bytes beside, struct bytes closed,
    struct secret *ret, struct err *e)
{
	AUTO(ctx_free) EVP_CIPHER_CTX *ctx = NULL;
	AUTO_SECRET struct secret out = { 0 };
	uint8_t tag[TAG];
	struct bytes text;
	int n = 0;

	if (closed.len < BOX_OVERHEAD || closed.len > BOX_MOST + BOX_OVERHEAD)
		return does_not_open(e);
	text = BYTES(closed.p + NONCE, closed.len - BOX_OVERHEAD);
	memcpy(tag, text.p + text.len, TAG);
	ctx = start(key, closed.p, beside, false);
	secret_new(&out, text.len);
	run(ctx, text, out.p);
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag) != 1)
		crypto_fatal();
	if (EVP_CipherFinal_ex(ctx, out.p + out.len, &n) != 1)
		return does_not_open(e);
	/* Only now: key and closed may lie in ret. */
	secret_move(ret, &out);
	return RC_OK;
}

/* Extract without salt, and the one block of expand that BOX_KEY needs. */
void
box_derive(struct bytes secret, const char *info, struct secret *ret)
{
	static const uint8_t no_salt[SHA256_SIZE];
	AUTO_BUF struct buf block = BUF_INIT(INFO_MAX);
	AUTO_SECRET struct secret prk = { 0 };

	buf_str(&block, info);
	buf_chr(&block, 1);
	if (!buf_ok(&block))
		crypto_fatal();
	crypto_openssl.mac(
	    MAC_HMAC_SHA256, BYTES(no_salt, sizeof(no_salt)), secret, &prk);
	crypto_openssl.mac(
	    MAC_HMAC_SHA256, secret_bytes(&prk), buf_bytes(&block), ret);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "signer/crypto/box.h"
#include "signer/crypto/fatal.h"

/* docs/PROTOCOL.md has it: both ends derive with the same. */
static const char info[] = "stskey box 1";

static void
pkey_free(EVP_PKEY **k)
{
	EVP_PKEY_free(*k); /* wipes the private key */
}

static void
ctx_free(EVP_PKEY_CTX **ctx)
{
	EVP_PKEY_CTX_free(*ctx);
}

static EVP_PKEY *
private_of(const struct secret *s)
{
	EVP_PKEY *k = s->len == BOX_KEY ? EVP_PKEY_new_raw_private_key_ex(NULL,
					      "X25519", NULL, s->p, s->len)
	                                : NULL;

	if (k == NULL)
		crypto_fatal();
	return k;
}

static void
public_of(const EVP_PKEY *k, uint8_t ret[static BOX_KEY])
{
	size_t len = BOX_KEY;

	if (EVP_PKEY_get_raw_public_key(k, ret, &len) != 1 || len != BOX_KEY)
		crypto_fatal();
}

/* Any 32 bytes are a private key (RFC 7748, section 5). */
void
box_pair(struct secret *private_key, uint8_t public_key[static BOX_KEY])
{
	AUTO_SECRET struct secret drawn = { 0 };
	AUTO(pkey_free) EVP_PKEY *k = NULL;

	secret_new(&drawn, BOX_KEY);
	if (RAND_priv_bytes(drawn.p, BOX_KEY) != 1)
		crypto_fatal();
	k = private_of(&drawn);
	public_of(k, public_key);
	secret_move(private_key, &drawn);
}

/*
 * false: a point of low order, with which the shared secret would be nothing
 * but zeros (RFC 7748, section 6.1).
 */
static bool
agree(EVP_PKEY *mine, struct bytes theirs, uint8_t shared[static BOX_KEY])
{
	AUTO(ctx_free)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, mine, NULL);
	AUTO(pkey_free)
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "X25519", NULL, theirs.p, theirs.len);
	size_t len = BOX_KEY;

	if (ctx == NULL || other == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
	    EVP_PKEY_derive_set_peer(ctx, other) != 1)
		crypto_fatal();
	return EVP_PKEY_derive(ctx, shared, &len) == 1 && len == BOX_KEY;
}

/* Of the shared secret, the ephemeral public key and the one closed to. */
static bool
key_of(EVP_PKEY *mine, struct bytes theirs, struct bytes ephemeral,
    struct bytes to, struct secret *ret)
{
	AUTO_SECRET struct secret material = { 0 };

	secret_new(&material, (size_t)3 * BOX_KEY);
	if (!agree(mine, theirs, material.p))
		return false;
	memcpy(material.p + BOX_KEY, ephemeral.p, BOX_KEY);
	memcpy(material.p + (size_t)2 * BOX_KEY, to.p, BOX_KEY);
	box_derive(secret_bytes(&material), info, ret);
	return true;
}

enum rc
box_close_to(
    struct bytes public_key, struct bytes plain, struct buf *ret, struct err *e)
{
	AUTO_SECRET struct secret own = { 0 }, key = { 0 };
	AUTO(pkey_free) EVP_PKEY *mine = NULL;
	uint8_t ephemeral[BOX_KEY];
	struct bytes front = BYTES(ephemeral, sizeof(ephemeral));

	box_pair(&own, ephemeral);
	mine = private_of(&own);
	if (public_key.len != BOX_KEY ||
	    !key_of(mine, public_key, front, public_key, &key))
		return err_set(e, RC_FORMAT,
		    "that is not the public key of an X25519 pair");
	buf_add(ret, front);
	box_close(secret_bytes(&key), BYTES(NULL, 0), plain, ret);
	return RC_OK;
}

enum rc
box_open_from(const struct secret *private_key, struct bytes closed,
    struct secret *ret, struct err *e)
{
	AUTO(pkey_free) EVP_PKEY *mine = private_of(private_key);
	AUTO_SECRET struct secret key = { 0 };
	uint8_t public_key[BOX_KEY];
	struct bytes front = BYTES(closed.p, BOX_KEY);

	public_of(mine, public_key);
	if (closed.len < BOX_TO_OVERHEAD ||
	    !key_of(mine, front, front, BYTES(public_key, BOX_KEY), &key))
		return err_set(e, RC_FORMAT,
		    "it does not open: it is cut short, or its public key is "
		    "none");
	return box_open(secret_bytes(&key), BYTES(NULL, 0),
	    BYTES(closed.p + BOX_KEY, closed.len - BOX_KEY), ret, e);
}

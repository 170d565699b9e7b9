/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "signer/crypto/crypto.h"
#include "signer/crypto/fatal.h"

/* OpenSSL takes NULL for "no key given", which an empty one is not. */
static const uint8_t *
never_null(struct bytes s)
{
	return s.len > 0 ? s.p : (const uint8_t *)"";
}

static void
sha256(struct bytes msg, uint8_t ret[static SHA256_SIZE])
{
	size_t len = 0;

	if (EVP_Q_digest(NULL, "SHA256", NULL, never_null(msg), msg.len, ret,
		&len) != 1 ||
	    len != SHA256_SIZE)
		crypto_fatal();
}

static void
mac(enum mac alg, struct bytes key, struct bytes msg, struct secret *ret)
{
	bool sha1 = alg == MAC_HMAC_SHA1;
	size_t size = sha1 ? SHA1_SIZE : SHA256_SIZE, len = 0;
	AUTO_SECRET struct secret out = { 0 };

	secret_new(&out, size);
	if (EVP_Q_mac(NULL, "HMAC", NULL, sha1 ? "SHA1" : "SHA256", NULL,
		never_null(key), key.len, never_null(msg), msg.len, out.p,
		out.len, &len) == NULL ||
	    len != size)
		crypto_fatal();
	/* Only now: key may lie in ret. */
	secret_move(ret, &out);
}

const struct aws_crypto crypto_openssl = { .sha256 = sha256, .mac = mac };

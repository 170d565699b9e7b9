/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_CRYPTO_H
#define AWS_CRYPTO_H

#include "signer/base/buf.h"
#include "signer/base/mac.h"
#include "signer/base/secret.h"

/*
 * What the room aws/ needs of a cryptographic library, passed in so that the
 * room stays pure: crypto/ fills it over OpenSSL for the two helpers.
 * Digests of public bytes are plain arrays; outputs of a keyed MAC may be
 * keys themselves and are secrets.
 */
struct aws_crypto {
	void (*sha256)(struct bytes msg, uint8_t ret[static SHA256_SIZE]);
	void (*mac)(enum mac alg, struct bytes key, struct bytes msg,
	    struct secret *ret);
};

#endif

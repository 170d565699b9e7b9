/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_BOX_H
#define CRYPTO_BOX_H

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/secret.h"

/*
 * Closing a few bytes so that only who has the key can open them, and none
 * can change them.  A failure inside OpenSSL, or a key that has not BOX_KEY
 * bytes, ends the process with a sentence.  What is closed is appended to
 * *ret, which is full where it had no room.
 */

enum {
	BOX_KEY = 32,           /* AES-256; also each X25519 key */
	BOX_OVERHEAD = 12 + 16, /* nonce in front, tag behind */
	BOX_TO_OVERHEAD = BOX_KEY + BOX_OVERHEAD,
	BOX_MOST = 1 << 20, /* of what is closed, and of `beside` */
};

/*
 * AES-256-GCM (NIST SP 800-38D) with a random nonce, which goes in front.
 * `beside` is not in it but must be the same to open it.
 */
void box_close(
    struct bytes key, struct bytes beside, struct bytes plain, struct buf *ret);
/* RC_FORMAT: another key, another `beside`, or not as it was made. */
enum rc box_open(struct bytes key, struct bytes beside, struct bytes closed,
    struct secret *ret, struct err *e);

/* HKDF-SHA-256 (RFC 5869) without salt, to BOX_KEY bytes. */
void box_derive(struct bytes secret, const char *info, struct secret *ret);

/*
 * The same, to whoever has the private key of an X25519 pair (RFC 7748): an
 * ephemeral public key goes in front, and the key is derived by HKDF of the
 * shared secret, the ephemeral public key and the other's, in that order.
 */
void box_pair(struct secret *private_key, uint8_t public_key[static BOX_KEY]);
/* RC_FORMAT: not a public key. */
enum rc box_close_to(struct bytes public_key, struct bytes plain,
    struct buf *ret, struct err *e);
/* RC_FORMAT: closed to another, or not as it was made. */
enum rc box_open_from(const struct secret *private_key, struct bytes closed,
    struct secret *ret, struct err *e);

#endif

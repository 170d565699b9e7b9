/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MAC_H
#define BASE_MAC_H

/* The keyed MACs that hardware is asked for, and the sizes of their outputs. */
enum mac {
	MAC_HMAC_SHA256, /* FIPS 198-1 over SHA-256: SigV4 */
	MAC_HMAC_SHA1,   /* RFC 2104 over SHA-1: TOTP */
};

enum { SHA256_SIZE = 32, SHA1_SIZE = 20 };

#endif

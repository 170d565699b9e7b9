/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_APDU_H
#define OATH_APDU_H

#include <stdbool.h>

#include "signer/base/buf.h"

/*
 * A short command APDU (ISO 7816-4) in memory of the caller, since a secret
 * may be part of it: CLA INS P1 P2 Lc data, and no Le.
 */
enum { APDU_HEAD = 5, APDU_DATA_MAX = 255, APDU_MAX = 260 };

struct apdu {
	uint8_t *room; /* APDU_MAX bytes */
	size_t len;
	bool full; /* it did not fit */
};

void apdu_begin(
    struct apdu *a, uint8_t *room, uint8_t ins, uint8_t p1, uint8_t p2);
void apdu_add(struct apdu *a, struct bytes data);
/* A field with its tag and length: up to 127 bytes. */
void apdu_field(struct apdu *a, uint8_t tag, struct bytes value);
/* The command; len 0 when it did not fit. */
struct bytes apdu_bytes(struct apdu *a);

/* The status word that ends an answer of at least two bytes; 0: it has none. */
unsigned int apdu_status(struct bytes answer);

#endif

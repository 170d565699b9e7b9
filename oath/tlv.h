/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_TLV_H
#define OATH_TLV_H

#include <stdbool.h>

#include "signer/base/buf.h"

/*
 * The fields of YKOATH: a tag of one byte, a length (one byte, or 0x81 and
 * 0x82 with one and two, as ISO 7816-4 has it), and the value.
 */
struct tlv {
	uint8_t tag;
	struct bytes value; /* within what is read */
};

enum tlv_end { TLV_ONE, TLV_END, TLV_BAD };

/* The next of *rest, which is then past it.  TLV_BAD: it is cut short. */
enum tlv_end tlv_next(struct bytes *rest, struct tlv *ret);
/* The first of that tag; false: there is none, or the fields are no fields. */
bool tlv_find(struct bytes in, uint8_t tag, struct bytes *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/tlv.h"

enum { LONG_ONE = 0x81, LONG_TWO = 0x82, SHORT_MAX = 0x7f };

/* The length, and how many bytes it is written in; 0: it is none. */
static size_t
length_of(struct bytes in, size_t *ret)
{
	if (in.len > 0 && in.p[0] <= SHORT_MAX) {
		*ret = in.p[0];
		return 1;
	}
	if (in.len > 1 && in.p[0] == LONG_ONE) {
		*ret = in.p[1];
		return 2;
	}
	if (in.len > 2 && in.p[0] == LONG_TWO) {
		*ret = (size_t)in.p[1] << 8 | in.p[2];
		return 3;
	}
	return 0;
}

enum tlv_end
tlv_next(struct bytes *rest, struct tlv *ret)
{
	size_t len = 0, head;

	if (rest->len == 0)
		return TLV_END;
	head = length_of(BYTES(rest->p + 1, rest->len - 1), &len);
	if (head == 0 || len > rest->len - 1 - head)
		return TLV_BAD;
	ret->tag = rest->p[0];
	ret->value = BYTES(rest->p + 1 + head, len);
	*rest = BYTES(rest->p + 1 + head + len, rest->len - 1 - head - len);
	return TLV_ONE;
}

bool
tlv_find(struct bytes in, uint8_t tag, struct bytes *ret)
{
	struct tlv t = { 0 };

	while (tlv_next(&in, &t) == TLV_ONE)
		if (t.tag == tag) {
			*ret = t.value;
			return true;
		}
	return false;
}

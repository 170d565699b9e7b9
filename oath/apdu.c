/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/apdu.h"

#include <string.h>

enum { FIELD_MAX = 0x7f };

void
apdu_begin(struct apdu *a, uint8_t *room, uint8_t ins, uint8_t p1, uint8_t p2)
{
	const uint8_t head[APDU_HEAD] = { 0, ins, p1, p2, 0 };

	*a = (struct apdu){ .room = room, .len = sizeof(head) };
	memcpy(room, head, sizeof(head));
}

void
apdu_add(struct apdu *a, struct bytes data)
{
	if (a->full || data.len > APDU_MAX - a->len) {
		a->full = true;
		return;
	}
	if (data.len > 0)
		memcpy(a->room + a->len, data.p, data.len);
	a->len += data.len;
}

void
apdu_field(struct apdu *a, uint8_t tag, struct bytes value)
{
	const uint8_t head[2] = { tag, (uint8_t)value.len };

	if (value.len > FIELD_MAX)
		a->full = true;
	apdu_add(a, BYTES(head, sizeof(head)));
	apdu_add(a, value);
}

struct bytes
apdu_bytes(struct apdu *a)
{
	if (a->full)
		return BYTES(a->room, 0);
	a->room[APDU_HEAD - 1] = (uint8_t)(a->len - APDU_HEAD);
	return BYTES(a->room, a->len);
}

unsigned int
apdu_status(struct bytes answer)
{
	if (answer.len < 2)
		return 0;
	return (unsigned int)answer.p[answer.len - 2] << 8 |
	       answer.p[answer.len - 1];
}

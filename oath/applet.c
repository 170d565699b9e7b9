/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/applet.h"

#include <string.h>

#include "oath/tlv.h"

enum {
	INS_PUT = 0x01,
	INS_DELETE = 0x02,
	INS_CONFIG = 0x1D,
	INS_LIST = 0xA1,
	INS_CALCULATE = 0xA2,
	INS_VALIDATE = 0xA3,
	INS_SELECT = 0xA4,
	INS_CALCULATE_ALL = 0xA4,
	INS_MORE = 0xA5,
	TAG_NAME = 0x71,
	TAG_LISTED = 0x72,
	TAG_KEY = 0x73,
	TAG_CHALLENGE = 0x74,
	TAG_RESPONSE = 0x75,
	TAG_TRUNCATED = 0x76,
	TAG_HOTP = 0x77,
	TAG_PROPERTY = 0x78,
	TAG_VERSION = 0x79,
	TAG_TOUCH = 0x7C,
	TAG_SERIAL = 0x02,
	TOTP = 0x20,
	DIGITS = 6,
	TOUCH = 0x02,
	TRUNCATED_SIZE = 4,
	SERIAL_SIZE = 4,
};

static const uint8_t aid[] = { 0xA0, 0x00, 0x00, 0x05, 0x27, 0x21, 0x01 };
static const uint8_t management[] = { 0xA0, 0x00, 0x00, 0x05, 0x27, 0x47, 0x11,
	0x17 };

void
applet_select(struct apdu *a, uint8_t *room)
{
	apdu_begin(a, room, INS_SELECT, 0x04, 0x00);
	apdu_add(a, BYTES(aid, sizeof(aid)));
}

void
applet_select_management(struct apdu *a, uint8_t *room)
{
	apdu_begin(a, room, INS_SELECT, 0x04, 0x00);
	apdu_add(a, BYTES(management, sizeof(management)));
}

void
applet_read_config(struct apdu *a, uint8_t *room)
{
	apdu_begin(a, room, INS_CONFIG, 0x00, 0x00);
}

void
applet_list(struct apdu *a, uint8_t *room)
{
	apdu_begin(a, room, INS_LIST, 0x00, 0x00);
}

void
applet_put(struct apdu *a, uint8_t *room, struct bytes name,
    enum oath_algorithm algorithm, struct bytes key, bool touch)
{
	static const uint8_t zeros[OATH_KEY_MIN] = { 0 };
	size_t pad = key.len < OATH_KEY_MIN ? OATH_KEY_MIN - key.len : 0;
	const uint8_t head[] = { TAG_KEY, (uint8_t)(2 + key.len + pad),
		(uint8_t)(TOTP | algorithm), DIGITS };
	const uint8_t property[] = { TAG_PROPERTY, TOUCH }; /* has no length */

	apdu_begin(a, room, INS_PUT, 0x00, 0x00);
	a->full = key.len > OATH_KEY_MAX;
	apdu_field(a, TAG_NAME, name);
	apdu_add(a, BYTES(head, sizeof(head)));
	apdu_add(a, key);
	apdu_add(a, BYTES(zeros, pad));
	if (touch)
		apdu_add(a, BYTES(property, sizeof(property)));
}

void
applet_delete(struct apdu *a, uint8_t *room, struct bytes name)
{
	apdu_begin(a, room, INS_DELETE, 0x00, 0x00);
	apdu_field(a, TAG_NAME, name);
}

void
applet_calculate(
    struct apdu *a, uint8_t *room, struct bytes name, struct bytes challenge)
{
	apdu_begin(a, room, INS_CALCULATE, 0x00, 0x00);
	apdu_field(a, TAG_NAME, name);
	apdu_field(a, TAG_CHALLENGE, challenge);
}

/* Of 1970: the digits that it gives are of no use to anyone. */
void
applet_calculate_all(struct apdu *a, uint8_t *room)
{
	static const uint8_t zero[OATH_CHALLENGE] = { 0 };

	apdu_begin(a, room, INS_CALCULATE_ALL, 0x00, 0x01);
	apdu_field(a, TAG_CHALLENGE, BYTES(zero, sizeof(zero)));
}

void
applet_validate(struct apdu *a, uint8_t *room, struct bytes response,
    struct bytes challenge)
{
	apdu_begin(a, room, INS_VALIDATE, 0x00, 0x00);
	apdu_field(a, TAG_RESPONSE, response);
	apdu_field(a, TAG_CHALLENGE, challenge);
}

void
applet_more(struct apdu *a, uint8_t *room)
{
	apdu_begin(a, room, INS_MORE, 0x00, 0x00);
}

bool
applet_is_info(struct bytes answer, struct applet_info *ret)
{
	struct bytes version = { 0 }, id = { 0 }, challenge = { 0 };

	if (!tlv_find(answer, TAG_VERSION, &version) ||
	    !tlv_find(answer, TAG_NAME, &id) ||
	    version.len != sizeof(ret->version) || id.len != OATH_ID)
		return false;
	if (tlv_find(answer, TAG_CHALLENGE, &challenge) &&
	    challenge.len != OATH_CHALLENGE)
		return false;
	memcpy(ret->version, version.p, sizeof(ret->version));
	ret->id = id;
	ret->challenge = challenge;
	return true;
}

static bool
is_name(struct bytes name)
{
	return name.len > 0 && name.len <= OATH_NAME_MAX;
}

bool
applet_next_listed(struct bytes *rest, struct applet_entry *ret, bool *bad)
{
	struct tlv t = { 0 };
	enum tlv_end end = tlv_next(rest, &t);

	*bad = end == TLV_BAD;
	if (end != TLV_ONE)
		return false;
	*bad = t.tag != TAG_LISTED || t.value.len < 1 ||
	       !is_name(BYTES(t.value.p + 1, t.value.len - 1));
	if (*bad)
		return false;
	*ret = (struct applet_entry){
		.name = BYTES(t.value.p + 1, t.value.len - 1),
		.kind = t.value.p[0],
	};
	return true;
}

bool
applet_next_calculated(struct bytes *rest, struct applet_entry *ret, bool *bad)
{
	struct tlv name = { 0 }, what = { 0 };
	enum tlv_end end = tlv_next(rest, &name);

	*bad = end == TLV_BAD;
	if (end != TLV_ONE)
		return false;
	*bad = tlv_next(rest, &what) != TLV_ONE || name.tag != TAG_NAME ||
	       !is_name(name.value);
	if (*bad)
		return false;
	*ret = (struct applet_entry){
		.name = name.value,
		.use = what.tag == TAG_TOUCH  ? OATH_TOUCH
		       : what.tag == TAG_HOTP ? OATH_HOTP
		                              : OATH_PLAIN,
	};
	return true;
}

bool
applet_is_output(struct bytes answer, struct bytes *ret, bool *truncated)
{
	struct tlv t = { 0 };

	if (tlv_next(&answer, &t) != TLV_ONE || answer.len > 0 ||
	    (t.tag != TAG_RESPONSE && t.tag != TAG_TRUNCATED) ||
	    t.value.len < 1 + TRUNCATED_SIZE)
		return false;
	*ret = BYTES(t.value.p + 1, t.value.len - 1);
	*truncated = t.tag == TAG_TRUNCATED || ret->len == TRUNCATED_SIZE;
	return true;
}

/* A byte of length, and fields. */
bool
applet_is_serial(struct bytes answer, uint32_t *ret)
{
	struct bytes value = { 0 };

	if (answer.len < 1 || answer.p[0] > answer.len - 1 ||
	    !tlv_find(BYTES(answer.p + 1, answer.p[0]), TAG_SERIAL, &value) ||
	    value.len != SERIAL_SIZE)
		return false;
	*ret = (uint32_t)value.p[0] << 24 | (uint32_t)value.p[1] << 16 |
	       (uint32_t)value.p[2] << 8 | value.p[3];
	return true;
}

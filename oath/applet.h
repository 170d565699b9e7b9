/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_APPLET_H
#define OATH_APPLET_H

#include "oath/apdu.h"

/*
 * The commands and answers of the YKOATH applet ("YKOATH Protocol
 * Specification", Yubico), and of Yubico's management applet as far as the
 * serial number.  Bytes only: nothing here speaks to a card.
 */

enum {
	OATH_NAME_MAX = 64,
	OATH_KEY_MAX = 64, /* a longer one is hashed first (RFC 2104) */
	OATH_KEY_MIN = 14, /* a shorter one is padded with zeros */
	OATH_CHALLENGE_MAX = 64,
	OATH_ID = 8,
	OATH_CHALLENGE = 8, /* of the access code */
	OATH_CODE = 16,     /* what is derived from the access code */
};

/* Status words. */
enum {
	SW_OK = 0x9000,
	SW_MORE = 0x61,      /* the high byte: so many bytes more */
	SW_DENIED = 0x6982,  /* locked, or not touched in time */
	SW_INVALID = 0x6985, /* CanoKey: an entry of that name is there */
	SW_BAD = 0x6A80,     /* wrong data, and a wrong access code */
	SW_NO_APPLET = 0x6A82,
	SW_NO_SPACE = 0x6A84,
	SW_NO_SUCH = 0x6984,
	SW_NO_INS = 0x6D00,
};

enum oath_algorithm { OATH_SHA1 = 1, OATH_SHA256 = 2 };

/* What SELECT answers.  Bytes are within the answer. */
struct applet_info {
	uint8_t version[3];
	struct bytes id;        /* OATH_ID bytes, new after each reset */
	struct bytes challenge; /* len 0: no access code is set */
};

/* What a use of an entry asks for. */
enum oath_use { OATH_PLAIN, OATH_TOUCH, OATH_HOTP };

struct applet_entry {
	struct bytes name;
	enum oath_use use; /* of CALCULATE ALL */
	uint8_t kind;      /* of LIST: 0x10 HOTP, 0x20 TOTP, and algorithm */
};

void applet_select(struct apdu *a, uint8_t *room);
void applet_list(struct apdu *a, uint8_t *room);
void applet_put(struct apdu *a, uint8_t *room, struct bytes name,
    enum oath_algorithm algorithm, struct bytes key, bool touch);
void applet_delete(struct apdu *a, uint8_t *room, struct bytes name);
/* The whole output, not six digits of it. */
void applet_calculate(
    struct apdu *a, uint8_t *room, struct bytes name, struct bytes challenge);
void applet_calculate_all(struct apdu *a, uint8_t *room);
void applet_validate(struct apdu *a, uint8_t *room, struct bytes response,
    struct bytes challenge);
void applet_more(struct apdu *a, uint8_t *room); /* SEND REMAINING */
void applet_select_management(struct apdu *a, uint8_t *room);
void applet_read_config(struct apdu *a, uint8_t *room);

/* Of the answers, without their status word.  false: they are no such thing. */
bool applet_is_info(struct bytes answer, struct applet_info *ret);
/* Entry by entry: begin with *rest the answer.  false: the end, or *bad. */
bool applet_next_listed(
    struct bytes *rest, struct applet_entry *ret, bool *bad);
bool applet_next_calculated(
    struct bytes *rest, struct applet_entry *ret, bool *bad);
/* Nothing may follow.  *truncated: it is what is left of an output for six digits. */
bool applet_is_output(struct bytes answer, struct bytes *ret, bool *truncated);
bool applet_is_serial(struct bytes answer, uint32_t *ret);

#endif

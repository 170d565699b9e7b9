/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/applet.h"
#include "oath/tlv.h"
#include "tests/check.h"

#define NAME "_hidden:aws-sigv4:AKIDEXAMPLE"
/* AWS General Reference, "Examples of how to derive a signing key". */
#define KEY "AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define KDATE "0138c7a6cbd60aa727b2f653a522567439dfb9f3e72b21f9b25941a42f04a7cd"

static void
check_apdu(struct apdu *a, const char *want)
{
	AUTO_BUF struct buf hex = BUF_INIT(1024);

	buf_hex(&hex, apdu_bytes(a));
	CHECK_MEM(hex, want);
}

/* Of what is typed in hex. */
static struct bytes
raw(const char *hex, uint8_t room[static 256])
{
	size_t n = 0;

	for (; hex[2 * n] != '\0'; n++) {
		const char two[] = { hex[2 * n], hex[2 * n + 1], '\0' };

		room[n] = (uint8_t)strtoul(two, NULL, 16);
	}
	return BYTES(room, n);
}

static void
test_commands(void)
{
	uint8_t room[APDU_MAX];
	struct apdu a;

	applet_select(&a, room);
	check_apdu(&a, "00a4040007a0000005272101");
	applet_put(
	    &a, room, BYTES_STR(NAME), OATH_SHA256, BYTES_STR(KEY), true);
	check_apdu(&a,
	    "0001000051711d5f68696464656e3a6177732d73696776343a414b49444558414d"
	    "504c45732e220641575334774a616c725855746e46454d492f4b374d44454e472b"
	    "62507852666943594558414d504c454b45597802");
	applet_calculate(&a, room, BYTES_STR(NAME), BYTES_STR("20150830"));
	check_apdu(&a,
	    "00a2000029711d5f68696464656e3a6177732d73696776343a414b49444558414d"
	    "504c4574083230313530383330");
	applet_list(&a, room);
	check_apdu(&a, "00a1000000");
	applet_more(&a, room);
	check_apdu(&a, "00a5000000");
	applet_delete(&a, room, BYTES_STR("x"));
	check_apdu(&a, "0002000003710178");
}

/* Fourteen bytes at least, and no touch where none was wanted. */
static void
test_pads(void)
{
	uint8_t room[APDU_MAX];
	struct apdu a;

	applet_put(&a, room, BYTES_STR("x"), OATH_SHA1, BYTES_STR("0123456789"),
	    false);
	check_apdu(&a, "0001000015710178731021063031323334353637383900000000");
}

static void
test_too_long(void)
{
	static const uint8_t zeros[OATH_KEY_MAX + 1] = { 0 };
	static const uint8_t much[200] = { 0 };
	uint8_t room[APDU_MAX];
	struct apdu a;

	applet_put(&a, room, BYTES_STR("x"), OATH_SHA1,
	    BYTES(zeros, sizeof(zeros)), false);
	CHECK_EQ(apdu_bytes(&a).len, 0);
	applet_delete(&a, room, BYTES(much, sizeof(much)));
	CHECK_EQ(apdu_bytes(&a).len, 0);
}

static void
test_output(void)
{
	AUTO_BUF struct buf hex = BUF_INIT(256);
	uint8_t room[256];
	struct bytes out = { 0 };
	bool truncated = true;

	CHECK(applet_is_output(raw("752106" KDATE, room), &out, &truncated));
	CHECK(!truncated);
	buf_hex(&hex, out);
	CHECK_MEM(hex, KDATE);
	CHECK(applet_is_output(raw("76050601020304", room), &out, &truncated));
	CHECK(truncated);
	/* A full answer that is none. */
	CHECK(applet_is_output(raw("75050601020304", room), &out, &truncated));
	CHECK(truncated);
	CHECK(!applet_is_output(
	    raw("7505060102030475050601020304", room), &out, &truncated));
	CHECK(!applet_is_output(raw("752106", room), &out, &truncated));
	CHECK(!applet_is_output(raw("42050601020304", room), &out, &truncated));
	CHECK(!applet_is_output(raw("", room), &out, &truncated));
}

static void
test_info(void)
{
	struct applet_info info = { 0 };
	uint8_t room[256];

	CHECK(
	    applet_is_info(raw("790305040371080102030405060708", room), &info));
	CHECK_EQ(info.version[1], 4);
	CHECK_EQ(info.id.len, OATH_ID);
	CHECK_EQ(info.challenge.len, 0);
	CHECK(applet_is_info(raw("790305040371080102030405060708"
				 "7408a1a2a3a4a5a6a7a87b0101",
				 room),
	    &info));
	CHECK_EQ(info.challenge.len, OATH_CHALLENGE);
	CHECK(!applet_is_info(raw("7903050403", room), &info));
	CHECK(!applet_is_info(
	    raw("7903050403710801020304050607087401aa", room), &info));
}

static void
test_entries(void)
{
	uint8_t room[256];
	struct bytes rest = raw("7203216162720222ff", room);
	struct applet_entry entry = { 0 };
	bool bad = false;

	CHECK(applet_next_listed(&rest, &entry, &bad));
	CHECK(bytes_is(entry.name, "ab"));
	CHECK_EQ(entry.kind, 0x21);
	CHECK(applet_next_listed(&rest, &entry, &bad));
	CHECK(!applet_next_listed(&rest, &entry, &bad) && !bad);
	rest = raw("710261627c0106710163770106710164760506010203047101", room);
	CHECK(applet_next_calculated(&rest, &entry, &bad));
	CHECK_EQ(entry.use, OATH_TOUCH);
	CHECK(applet_next_calculated(&rest, &entry, &bad));
	CHECK_EQ(entry.use, OATH_HOTP);
	CHECK(applet_next_calculated(&rest, &entry, &bad));
	CHECK_EQ(entry.use, OATH_PLAIN);
	CHECK(!applet_next_calculated(&rest, &entry, &bad) && bad);
	rest = raw("7201", room);
	CHECK(!applet_next_listed(&rest, &entry, &bad) && bad);
}

static void
test_serial(void)
{
	uint32_t serial = 0;
	uint8_t room[256];

	CHECK(applet_is_serial(raw("0a0102023f02040012d687", room), &serial));
	CHECK_EQ(serial, 1234567);
	CHECK(!applet_is_serial(raw("0b0102023f02040012d687", room), &serial));
	CHECK(!applet_is_serial(raw("040202d687", room), &serial));
	CHECK(!applet_is_serial(raw("", room), &serial));
}

static void
test_lengths(void)
{
	uint8_t room[256];
	struct bytes rest = raw("71810261627182000163718201", room);
	struct tlv t = { 0 };

	CHECK_EQ(tlv_next(&rest, &t), TLV_ONE);
	CHECK(bytes_is(t.value, "ab"));
	CHECK_EQ(tlv_next(&rest, &t), TLV_ONE);
	CHECK(bytes_is(t.value, "c"));
	CHECK_EQ(tlv_next(&rest, &t), TLV_BAD);
	rest = raw("7180", room);
	CHECK_EQ(tlv_next(&rest, &t), TLV_BAD);
}

int
main(void)
{
	test_commands();
	test_pads();
	test_too_long();
	test_output();
	test_info();
	test_entries();
	test_serial();
	test_lengths();
	return 0;
}

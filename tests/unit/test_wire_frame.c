/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/frame.h"

#include "tests/check.h"

static void
round_trip(void)
{
	AUTO_BUF struct buf b = BUF_INIT(100);
	struct bytes frame = { 0 };
	struct err e;

	CHECK_EQ(frame_put(&b, BYTES_STR("{}"), &e), RC_OK);
	CHECK_EQ(frame_put(&b, BYTES_STR("{\"a\":1}"), &e), RC_OK);
	CHECK_EQ(b.len, 2 * FRAME_HEAD + 2 + 7);
	CHECK(memcmp(b.p, "\0\0\0\2{}\0\0\0\7{", 11) == 0);
	CHECK_EQ(frame_peek(buf_bytes(&b), FRAME_MAX, &frame, &e), RC_OK);
	CHECK_MEM(frame, "{}");
	frame_drop(&b, frame);
	CHECK_EQ(frame_peek(buf_bytes(&b), FRAME_MAX, &frame, &e), RC_OK);
	CHECK_MEM(frame, "{\"a\":1}");
	frame_drop(&b, frame);
	CHECK_EQ(b.len, 0);
	/* What was dropped is wiped. */
	for (size_t i = 0; i < 2 * FRAME_HEAD + 2 + 7; i++)
		CHECK_EQ(b.p[i], 0);
}

static void
byte_by_byte(void)
{
	static const char whole[] = "\0\0\0\3abc";
	struct bytes frame = { 0 };
	struct err e;

	for (size_t n = 0; n < 7; n++)
		CHECK_EQ(
		    frame_peek(BYTES(whole, n), 3, &frame, &e), RC_NOTFOUND);
	CHECK(frame.p == NULL);
	CHECK_EQ(frame_peek(BYTES(whole, 7), 3, &frame, &e), RC_OK);
	CHECK_MEM(frame, "abc");
}

static void
wrong_lengths(void)
{
	AUTO_BUF struct buf b = BUF_INIT(8);
	AUTO_BUF struct buf big = BUF_INIT(FRAME_MAX + 1);
	struct bytes frame;
	struct err e;

	CHECK_EQ(frame_peek(BYTES("\0\0\0\0", 4), 3, &frame, &e), RC_HELPER);
	CHECK_EQ(frame_peek(BYTES("\0\0\0\4", 4), 3, &frame, &e), RC_HELPER);
	CHECK_EQ(
	    frame_peek(BYTES("\377\377\377\377", 4), FRAME_MAX, &frame, &e),
	    RC_HELPER);
	CHECK_EQ(frame_peek(
		     BYTES("\0\1\0\1x", 5), FRAME_MAX_BEFORE_HELLO, &frame, &e),
	    RC_HELPER);
	CHECK_EQ(frame_put(&b, BYTES("", 0), &e), RC_HELPER);
	CHECK_EQ(frame_put(&b, BYTES_STR("12345"), &e), RC_HELPER);
	CHECK(buf_room(&big, FRAME_MAX + 1) != NULL);
	CHECK_EQ(frame_put(&b, buf_bytes(&big), &e), RC_HELPER);
}

int
main(void)
{
	round_trip();
	byte_by_byte();
	wrong_lengths();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/node.h"
#include "tests/check.h"

#define IS_KEY(...) \
	is_key((const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }))

static bool
is_key(const uint8_t *p, size_t len)
{
	return node_is_key(BYTES(p, len));
}

static void
test_keys(void)
{
	/* A YubiKey's, and the same with what may come before it. */
	CHECK(IS_KEY(0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01));
	CHECK(IS_KEY(0x05, 0x01, 0x06, 0xd0, 0xf1));
	CHECK(IS_KEY(0xfe, 0x02, 0x00, 0x06, 0xd0, 0x06, 0xd0, 0xf1));
	CHECK(IS_KEY(0x07, 0xd0, 0xf1, 0x00, 0x00));
}

static void
test_others(void)
{
	CHECK(!is_key(NULL, 0));
	/* A mouse, and a vendor's page. */
	CHECK(!IS_KEY(0x05, 0x01, 0x09, 0x02, 0xa1, 0x01));
	CHECK(!IS_KEY(0x06, 0x00, 0xff, 0x09, 0x01));
	/* The number as data of something else, or cut short. */
	CHECK(!IS_KEY(0x26, 0xd0, 0xf1));
	CHECK(!IS_KEY(0x26, 0x06, 0xd0, 0xf1));
	CHECK(!IS_KEY(0x06, 0xd0));
	CHECK(!IS_KEY(0x06));
	CHECK(!IS_KEY(0x07, 0xd0, 0xf1, 0x01, 0x00));
	CHECK(!IS_KEY(0xfe));
	CHECK(!IS_KEY(0xfe, 0xff, 0x00, 0x06, 0xd0, 0xf1));
}

int
main(void)
{
	test_keys();
	test_others();
	return 0;
}

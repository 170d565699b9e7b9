/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/buf.h"

#include "tests/check.h"

static void
test_append(void)
{
	AUTO_BUF struct buf b = BUF_INIT(1000);

	buf_add(&b, BYTES(NULL, 0));
	CHECK_EQ(b.len, 0);
	buf_str(&b, "ab");
	buf_chr(&b, 'c');
	buf_add(&b, BYTES("d\0e", 3));
	CHECK(bytes_eq(buf_bytes(&b), BYTES("abcd\0e", 6)));
	buf_clear(&b);
	buf_hex(&b, BYTES("\x00\x7f\xa5\xff", 4));
	buf_fmt(&b, " %d %s", 42, "x");
	CHECK_MEM(b, "007fa5ff 42 x");
	CHECK(buf_ok(&b));
}

static void
test_growth(void)
{
	AUTO_BUF struct buf b = BUF_INIT(100000);

	for (size_t i = 0; i < 10000; i++)
		buf_str(&b, "0123456789");
	CHECK(buf_ok(&b));
	CHECK_EQ(b.len, 100000);
	CHECK(memcmp(b.p + 99990, "0123456789", 10) == 0);
	buf_chr(&b, 'x');
	CHECK(!buf_ok(&b));
	CHECK_EQ(b.len, 100000);
}

/* What does not fit is not cut: the buffer is full from then on. */
static void
test_sticky(void)
{
	AUTO_BUF struct buf b = BUF_INIT(5);

	buf_str(&b, "abc");
	buf_str(&b, "def");
	CHECK(!buf_ok(&b));
	buf_chr(&b, 'd');
	CHECK(!buf_ok(&b));
	CHECK_MEM(b, "abc");
	CHECK(buf_room(&b, 1) == NULL);
	CHECK(strcmp(buf_cstr(&b), "") == 0);
	buf_clear(&b);
	CHECK(buf_ok(&b));
	buf_str(&b, "abcde"); /* exactly what it holds */
	CHECK(buf_ok(&b));
	CHECK_MEM(b, "abcde");
}

static void
test_no_overflow(void)
{
	AUTO_BUF struct buf b = BUF_INIT(10);

	buf_str(&b, "abc");
	CHECK(buf_room(&b, SIZE_MAX) == NULL);
	CHECK(!buf_ok(&b));
	CHECK_EQ(b.len, 3);
}

static void
test_cstr(void)
{
	AUTO_BUF struct buf b = BUF_INIT(10);

	CHECK(strcmp(buf_cstr(&b), "") == 0);
	buf_str(&b, "abc");
	CHECK(strcmp(buf_cstr(&b), "abc") == 0);
	CHECK_EQ(b.len, 3);
	buf_str(&b, "d");
	CHECK(strcmp(buf_cstr(&b), "abcd") == 0);
}

static void
test_fmt_too_long(void)
{
	AUTO_BUF struct buf b = BUF_INIT(10000);

	buf_fmt(&b, "%1023d", 1);
	CHECK(buf_ok(&b));
	CHECK_EQ(b.len, 1023);
	buf_fmt(&b, "%1024d", 1);
	CHECK(!buf_ok(&b));
	CHECK_EQ(b.len, 1023);
}

static void
test_wiped(void)
{
	AUTO_BUF struct buf b = BUF_INIT(100);
	const uint8_t *place;
	size_t cap;

	buf_str(&b, "a password");
	place = b.p;
	cap = b.cap;
	buf_clear(&b);
	CHECK(b.p == place);
	CHECK_EQ(b.len, 0);
	for (size_t i = 0; i < cap; i++)
		CHECK_EQ(place[i], 0);
	buf_done(&b);
	CHECK(b.p == NULL);
	buf_str(&b, "again"); /* done is as good as new */
	CHECK_MEM(b, "again");
}

static void
test_bytes(void)
{
	CHECK(bytes_eq(BYTES(NULL, 0), BYTES("x", 0)));
	CHECK(bytes_eq(BYTES("ab", 2), BYTES("abc", 2)));
	CHECK(!bytes_eq(BYTES("ab", 2), BYTES("ab", 1)));
	CHECK(!bytes_eq(BYTES("ab", 2), BYTES("aB", 2)));
	CHECK(bytes_is(BYTES("abc", 2), "ab"));
	CHECK(!bytes_is(BYTES("ab\0", 3), "ab"));
}

int
main(void)
{
	test_append();
	test_growth();
	test_sticky();
	test_no_overflow();
	test_cstr();
	test_fmt_too_long();
	test_wiped();
	test_bytes();
	return 0;
}

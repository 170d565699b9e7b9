/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/enc.h"

#include "tests/check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { TEXT_MAX = 1 << 16 };

/* RFC 4648 section 10. */
static const char *const base64_cases[][2] = { { "", "" }, { "f", "Zg==" },
	{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	{ "\xfb\xef\xff", "++//" } };

static void
test_base64(void)
{
	struct err e = { 0 };

	for (size_t i = 0; i < COUNT(base64_cases); i++) {
		AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
		AUTO_BUF struct buf back = BUF_INIT(TEXT_MAX);
		AUTO_SECRET struct secret secret = { 0 };

		enc_base64(&text, BYTES_STR(base64_cases[i][0]));
		CHECK_MEM(text, base64_cases[i][1]);
		CHECK_EQ(enc_unbase64(&back, buf_bytes(&text), &e), RC_OK);
		CHECK_MEM(back, base64_cases[i][0]);
		CHECK_EQ(
		    enc_unbase64_secret(&secret, buf_bytes(&text), &e), RC_OK);
		CHECK_MEM(secret, base64_cases[i][0]);
	}
}

static void
test_base64_all_bytes(void)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	AUTO_BUF struct buf back = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };
	uint8_t all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	for (size_t n = 0; n <= sizeof(all); n++) {
		buf_clear(&text);
		buf_clear(&back);
		enc_base64(&text, BYTES(all, n));
		CHECK_EQ(enc_unbase64(&back, buf_bytes(&text), &e), RC_OK);
		CHECK(bytes_eq(buf_bytes(&back), BYTES(all, n)));
	}
}

static void
test_base64_wrong(void)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zm9",
		"Zg= ", "Zm 9", "Zm9\n", "Zg==Zg==", "Z===", "====", "=",
		"Zh==", "Zm9=", "Zm-_", "Zm\xc3\xa9", "Zm8=\n", "Zm=v" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO_BUF struct buf back = BUF_INIT(TEXT_MAX);
		AUTO_SECRET struct secret secret = { 0 };
		struct err e = { 0 };

		CHECK_EQ(enc_unbase64(&back, BYTES_STR(bad[i]), &e), RC_FORMAT);
		CHECK(e.msg[0] != '\0');
		CHECK_EQ(back.len, 0);
		CHECK_EQ(enc_unbase64_secret(&secret, BYTES_STR(bad[i]), &e),
		    RC_FORMAT);
		CHECK(secret.p == NULL);
	}
}

static void
test_base64_too_long(void)
{
	AUTO_BUF struct buf small = BUF_INIT(5);
	struct err e = { 0 };

	CHECK_EQ(enc_unbase64(&small, BYTES_STR("Zm9vYmFy"), &e), RC_FORMAT);
}

/* The secret may be decoded where it lies. */
static void
test_base64_in_place(void)
{
	AUTO_SECRET struct secret s = { 0 };
	struct err e = { 0 };

	secret_set(&s, BYTES_STR("Zm9vYmFy"));
	CHECK_EQ(enc_unbase64_secret(&s, secret_bytes(&s), &e), RC_OK);
	CHECK_MEM(s, "foobar");
}

/* RFC 4648 section 10, and as people paste it. */
static void
test_base32(void)
{
	static const char *const cases[][2] = { { "MY======", "f" },
		{ "MZXQ====", "fo" }, { "MZXW6===", "foo" },
		{ "MZXW6YQ=", "foob" }, { "MZXW6YTB", "fooba" },
		{ "MZXW6YTBOI======", "foobar" }, { "MZXW6YTBOI", "foobar" },
		{ "mzxw6ytboi", "foobar" }, { "MZXW 6YTB OI", "foobar" },
		{ " mzxw-6ytb-oi \r\n", "foobar" },
		{ "MZXW6YTBOI====== \n", "foobar" },
		{ "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		    "12345678901234567890" } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO_SECRET struct secret seed = { 0 };
		struct err e = { 0 };

		CHECK_EQ(
		    enc_unbase32(&seed, BYTES_STR(cases[i][0]), &e), RC_OK);
		CHECK_MEM(secret_bytes(&seed), cases[i][1]);
	}
}

/* RFC 4648 section 10, less the padding. */
static void
test_to_base32(void)
{
	static const char *const cases[][2] = { { "", "" }, { "MY", "f" },
		{ "MZXQ", "fo" }, { "MZXW6", "foo" }, { "MZXW6YQ", "foob" },
		{ "MZXW6YTB", "fooba" }, { "MZXW6YTBOI", "foobar" } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO_SECRET struct secret text = { 0 };

		enc_base32(&text, BYTES_STR(cases[i][1]));
		CHECK_MEM(secret_bytes(&text), cases[i][0]);
	}
}

static void
test_base32_wrong(void)
{
	static const char *const bad[] = { "", " ", "====", "M", "MZX",
		"MZXW6Y", "MZXW0YTB", "MZXW1YTB", "MZXW8YTB", "MZXW9YTB",
		"MZ=W6YTB", "MZXW6YT!", "MZXW6YT\xc3\xa9", "otpauth://totp/x" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO_SECRET struct secret seed = { 0 };
		struct err e = { 0 };

		secret_set(&seed, BYTES_STR("before"));
		CHECK_EQ(enc_unbase32(&seed, BYTES_STR(bad[i]), &e), RC_FORMAT);
		CHECK(e.msg[0] != '\0');
		CHECK_MEM(secret_bytes(&seed), "before");
	}
}

/* The sentence says where, and holds nothing of what was read. */
static void
test_base32_sentence(void)
{
	AUTO_SECRET struct secret seed = { 0 };
	struct err e = { 0 };

	CHECK_EQ(enc_unbase32(&seed, BYTES_STR("QQQQ QQ!Q"), &e), RC_FORMAT);
	CHECK(strstr(e.msg, "character 8 ") != NULL);
	CHECK(strchr(e.msg, 'Q') == NULL);
	CHECK(strchr(e.msg, '!') == NULL);
}

static void
test_percent(void)
{
	static const struct {
		const char *in, *keep, *out;
	} cases[] = {
		{ "", "", "" },
		{ "AZaz09-_.~", "", "AZaz09-_.~" },
		{ " /?#%+&=", "", "%20%2F%3F%23%25%2B%26%3D" },
		{ "/a b/", "/", "/a%20b/" },
		{ "\xe1\x88\xb4\xff\x01\x7f", "", "%E1%88%B4%FF%01%7F" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO_BUF struct buf out = BUF_INIT(TEXT_MAX);

		enc_percent(&out, BYTES_STR(cases[i].in), cases[i].keep);
		CHECK_MEM(out, cases[i].out);
	}
}

/* NUL ends no string here, though strchr(3) finds it in every one. */
static void
test_percent_nul(void)
{
	AUTO_BUF struct buf out = BUF_INIT(TEXT_MAX);

	enc_percent(&out, BYTES("a\0b", 3), "/");
	CHECK_MEM(out, "a%00b");
}

/* Test vectors of the FNV reference code (Noll). */
static void
test_fnv1a(void)
{
	CHECK(enc_fnv1a(BYTES_STR("")) == 0xcbf29ce484222325);
	CHECK(enc_fnv1a(BYTES_STR("a")) == 0xaf63dc4c8601ec8c);
	CHECK(enc_fnv1a(BYTES_STR("foobar")) == 0x85944171f73967e8);
	CHECK(enc_fnv1a(BYTES("\0", 1)) == 0xaf63bd4c8601b7df);
}

static void
test_json(void)
{
	AUTO_BUF struct buf b = BUF_INIT(256);

	enc_json(&b, BYTES_STR(""));
	CHECK_MEM(buf_bytes(&b), "\"\"");
	buf_clear(&b);
	enc_json(&b, BYTES_STR("a\"b\\c/\n\t\x1b\x7f \xc3\xbc"));
	CHECK_MEM(buf_bytes(&b),
	    "\"a\\\"b\\\\c/\\u000a\\u0009\\u001b\\u007f \xc3\xbc\"");
	buf_clear(&b);
	enc_json(&b, BYTES("a\0b", 3));
	CHECK_MEM(buf_bytes(&b), "\"a\\u0000b\"");
}

int
main(void)
{
	test_base64();
	test_base64_all_bytes();
	test_base64_wrong();
	test_base64_too_long();
	test_base64_in_place();
	test_base32();
	test_to_base32();
	test_base32_wrong();
	test_base32_sentence();
	test_percent();
	test_percent_nul();
	test_fnv1a();
	test_json();
	return 0;
}

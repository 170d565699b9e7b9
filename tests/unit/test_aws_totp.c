/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/totp.h"

#include "signer/crypto/crypto.h"
#include "tests/check.h"

/* RFC 6238 appendix B and RFC 4226 appendix D use this seed. */
#define SEED "12345678901234567890"

static void
code_at(int64_t step, char ret[static TOTP_CODE_SIZE])
{
	AUTO_SECRET struct secret mac = { 0 };
	uint8_t message[TOTP_MESSAGE];

	totp_message(step, message);
	crypto_openssl.mac(MAC_HMAC_SHA1, BYTES_STR(SEED),
	    BYTES(message, sizeof(message)), &mac);
	totp_code(secret_bytes(&mac), ret);
}

/* The RFC prints eight digits; ours are the last six of them. */
static void
test_rfc6238(void)
{
	static const struct {
		int64_t time;
		const char *code;
	} cases[] = {
		{ 59, "287082" },
		{ 1111111109, "081804" },
		{ 1111111111, "050471" },
		{ 1234567890, "005924" },
		{ 2000000000, "279037" },
		{ 20000000000, "353130" },
	};
	char code[TOTP_CODE_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		code_at(totp_step(cases[i].time), code);
		CHECK_MEM(BYTES_STR(code), cases[i].code);
		CHECK(totp_is_code(BYTES_STR(code)));
	}
}

static void
test_rfc4226(void)
{
	static const char *const codes[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	char code[TOTP_CODE_SIZE];

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		code_at((int64_t)i, code);
		CHECK_MEM(BYTES_STR(code), codes[i]);
	}
}

/* The worked example of RFC 4226 section 5.4: 0x50ef7f19 -> 872921. */
static void
test_truncation(void)
{
	static const uint8_t mac[SHA1_SIZE] = { 0x1f, 0x86, 0x98, 0x69, 0x0e,
		0x02, 0xca, 0x16, 0x61, 0x85, 0x50, 0xef, 0x7f, 0x19, 0xda,
		0x8e, 0x94, 0x5b, 0x55, 0x5a };
	uint8_t last[SHA1_SIZE] = { 0 };
	char code[TOTP_CODE_SIZE];

	totp_code(BYTES(mac, sizeof(mac)), code);
	CHECK_MEM(BYTES_STR(code), "872921");

	/* The highest offset, the sign bit masked, leading zeros kept. */
	last[15] = 0x80;
	last[18] = 0x07;
	last[19] = 0xff;
	totp_code(BYTES(last, sizeof(last)), code);
	CHECK_MEM(BYTES_STR(code), "000007");
}

static void
test_wrong_length(void)
{
	uint8_t mac[SHA256_SIZE] = { 0 };
	char code[TOTP_CODE_SIZE] = "123456";

	totp_code(BYTES(mac, SHA1_SIZE - 1), code);
	CHECK_MEM(BYTES_STR(code), "");
	totp_code(BYTES(mac, sizeof(mac)), code);
	CHECK_MEM(BYTES_STR(code), "");
	totp_code(BYTES(NULL, 0), code);
	CHECK_MEM(BYTES_STR(code), "");
}

static void
test_steps(void)
{
	uint8_t message[TOTP_MESSAGE];

	CHECK_EQ(totp_step(0), 0);
	CHECK_EQ(totp_step(29), 0);
	CHECK_EQ(totp_step(30), 1);
	CHECK_EQ(totp_step(-1), -1);
	CHECK_EQ(totp_step(-30), -1);
	CHECK_EQ(totp_step(-31), -2);
	CHECK_EQ(totp_step_begins(totp_step(1234567890)), 1234567890);
	CHECK_EQ(totp_step_begins(totp_step(1234567919)), 1234567890);
	totp_message(0x0102030405060708, message);
	CHECK_MEM(BYTES(message, sizeof(message)), "\1\2\3\4\5\6\7\10");
}

static void
test_is_code(void)
{
	static const char *const wrong[] = { "", "12345", "1234567", "12345a",
		" 23456", "12345 ", "-12345", "12345\n",
		"\xd9\xa1\xd9\xa2\xd9\xa3" };

	CHECK(totp_is_code(BYTES_STR("000000")));
	CHECK(totp_is_code(BYTES_STR("987654")));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!totp_is_code(BYTES_STR(wrong[i])));
	CHECK(!totp_is_code(BYTES("12345\0", 6)));
	CHECK(!totp_is_code(BYTES(NULL, 0)));
}

int
main(void)
{
	test_rfc6238();
	test_rfc4226();
	test_truncation();
	test_wrong_length();
	test_steps();
	test_is_code();
	return 0;
}

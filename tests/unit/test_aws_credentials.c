/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/credentials.h"
#include "tests/check.h"

/* The example of AWS's "Process credential provider" page, with an account. */
static const char json[] =
    "{\"Version\":1,\"AccessKeyId\":\"ASIAIOSFODNN7EXAMPLE\","
    "\"SecretAccessKey\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\","
    "\"SessionToken\":\"AQoDYXdzEJr=\","
    "\"Expiration\":\"2026-01-02T03:04:05Z\","
    "\"AccountId\":\"123456789012\"}\n";

enum { EXPIRES = 1767323045 };

static struct credentials
example(void)
{
	return (struct credentials){ BYTES_STR("ASIAIOSFODNN7EXAMPLE"),
		BYTES_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
		BYTES_STR("AQoDYXdzEJr="), BYTES_STR("123456789012"), EXPIRES };
}

static void
test_format(void)
{
	AUTO_BUF struct buf got = BUF_INIT(4096);
	struct credentials c = example();
	struct err e = { "" };

	CHECK_EQ(credentials_format(&c, &got, &e), RC_OK);
	CHECK_MEM(got, json);
	c.account_id.len = 0;
	buf_clear(&got);
	CHECK_EQ(credentials_format(&c, &got, &e), RC_OK);
	CHECK(strstr(buf_cstr(&got), "AccountId") == NULL);
	CHECK(strstr(buf_cstr(&got), "05Z\"}\n") != NULL);
}

static void
test_parse(void)
{
	AUTO_BUF struct buf again = BUF_INIT(4096);
	struct credentials c = { 0 };
	struct err e = { "" };

	CHECK_EQ(credentials_parse(BYTES_STR(json), &c, &e), RC_OK);
	CHECK_MEM(c.access_key_id, "ASIAIOSFODNN7EXAMPLE");
	CHECK_MEM(c.session_token, "AQoDYXdzEJr=");
	CHECK_MEM(c.account_id, "123456789012");
	CHECK_EQ(c.expiration, EXPIRES);
	CHECK(c.secret_access_key.p > (const uint8_t *)json &&
	      c.secret_access_key.p < (const uint8_t *)json + sizeof(json));
	CHECK_EQ(credentials_format(&c, &again, &e), RC_OK);
	CHECK_MEM(again, json);
}

/* Every proper beginning, and every text with one byte changed. */
static void
test_torn(void)
{
	struct err e = { "" };

	for (size_t len = 0; len < sizeof(json) - 1; len++) {
		struct credentials c = { .expiration = -1 };

		CHECK_EQ(
		    credentials_parse(BYTES(json, len), &c, &e), RC_FORMAT);
		CHECK_EQ(c.expiration, -1);
		CHECK(strstr(e.msg, "wJalr") == NULL);
	}
	for (size_t i = 0; i < sizeof(json) - 1; i++) {
		char torn[sizeof(json)];
		struct credentials c;

		memcpy(torn, json, sizeof(json));
		torn[i] = torn[i] == '"' ? 'x' : '"';
		CHECK_EQ(
		    credentials_parse(BYTES(torn, sizeof(json) - 1), &c, &e),
		    RC_FORMAT);
	}
}

static void
test_refuses(void)
{
	static const char *const bad[] = { "", "a\"b", "a\\b", "a b", "a\nb",
		"\xc3\xa9" };
	AUTO_BUF struct buf ret = BUF_INIT(4096), small = BUF_INIT(100);
	struct credentials c;
	struct err e = { "" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = example();
		c.access_key_id = BYTES_STR(bad[i]);
		CHECK_EQ(credentials_format(&c, &ret, &e), RC_FORMAT);
		c = example();
		c.secret_access_key = BYTES_STR(bad[i]);
		CHECK_EQ(credentials_format(&c, &ret, &e), RC_FORMAT);
		c = example();
		c.session_token = BYTES_STR(bad[i]);
		CHECK_EQ(credentials_format(&c, &ret, &e), RC_FORMAT);
		if (bad[i][0] == '\0')
			continue;
		c = example();
		c.account_id = BYTES_STR(bad[i]);
		CHECK_EQ(credentials_format(&c, &ret, &e), RC_FORMAT);
	}
	CHECK_EQ(ret.len, 0);
	c = example();
	CHECK_EQ(credentials_format(&c, &small, &e), RC_FORMAT);
}

static void
test_strange_times(void)
{
	static const char *const times[] = { "2026-01-02T03:04:05+00:00",
		"2026-01-02T03:04:05.5Z", "2026-02-31T00:00:00Z", "soon" };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		AUTO_BUF struct buf text = BUF_INIT(4096);
		struct credentials c;
		struct err e;

		buf_fmt(&text,
		    "{\"Version\":1,\"AccessKeyId\":\"A\","
		    "\"SecretAccessKey\":\"B\",\"SessionToken\":\"C\","
		    "\"Expiration\":\"%s\"}\n",
		    times[i]);
		CHECK_EQ(
		    credentials_parse(buf_bytes(&text), &c, &e), RC_FORMAT);
	}
}

int
main(void)
{
	test_format();
	test_parse();
	test_torn();
	test_refuses();
	test_strange_times();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/sealed_file.h"
#include "tests/check.h"

/* As docs/SEALED.md says it; AAAA… are 32 zero bytes. */
#define SALT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define SEAL \
	"{\"kind\": \"fido2\", \"device\": \"Test key\"," \
	" \"aaguid\": \"000102030405060708090a0b0c0d0e0f\"," \
	" \"credential_id\": \"AQID\", \"user_verification\": true," \
	" \"salt\": \"" SALT "\", \"closed\": \"Zm9vYmFy\"}"
#define HEAD \
	"{\"stskey\": \"sealed\", \"version\": 1, \"name\": \"desk-key\"," \
	" \"for\": \"HMAC-SHA1\", "
#define GOOD HEAD "\"id\": \"arn:x\", \"seals\": [" SEAL "]}"

static enum rc
parse(const char *json, struct sealed_file *f, struct err *e)
{
	e->msg[0] = '\0';
	return sealed_file_parse(BYTES_STR(json), "desk-key", f, e);
}

static void
reads_what_the_page_says(void)
{
	AUTO(sealed_file_done) struct sealed_file f = { 0 };
	struct err e;

	CHECK_EQ(parse(GOOD, &f, &e), RC_OK);
	CHECK(strcmp(f.name, "desk-key") == 0);
	CHECK(strcmp(f.id, "arn:x") == 0);
	CHECK_EQ(f.mac, MAC_HMAC_SHA1);
	CHECK_EQ(f.n, 1);
	CHECK(f.at[0].seal.pin);
	CHECK(f.at[0].seal.model[15] == 0x0f);
	CHECK(strcmp(f.at[0].seal.device, "Test key") == 0);
	CHECK_MEM(buf_bytes(&f.at[0].seal.id), "\1\2\3");
	CHECK_MEM(buf_bytes(&f.at[0].closed), "foobar");
}

static void
write_anew(const char *json, struct buf *ret)
{
	AUTO(sealed_file_done) struct sealed_file f = { 0 };
	struct err e;

	CHECK_EQ(parse(json, &f, &e), RC_OK);
	CHECK_EQ(sealed_file_format(&f, ret, &e), RC_OK);
}

static void
writes_what_it_reads(void)
{
	AUTO_BUF struct buf one = BUF_INIT(SEALED_FILE_MAX);
	AUTO_BUF struct buf two = BUF_INIT(SEALED_FILE_MAX);

	write_anew(GOOD, &one);
	write_anew(buf_cstr(&one), &two);
	CHECK(bytes_eq(buf_bytes(&one), buf_bytes(&two)));
}

static void
binds_everything(void)
{
	AUTO(sealed_file_done) struct sealed_file f = { 0 };
	AUTO_BUF struct buf beside = BUF_INIT(SEALED_FILE_MAX);
	struct err e;

	CHECK_EQ(parse(GOOD, &f, &e), RC_OK);
	sealed_file_beside(&f, &f.at[0], &beside);
	CHECK(buf_ok(&beside));
	CHECK(strcmp(buf_cstr(&beside),
		  "stskey sealed 1\nname desk-key\nfor HMAC-SHA1\nid arn:x\n"
		  "kind fido2\nuser_verification true\n"
		  "aaguid 000102030405060708090a0b0c0d0e0f\n"
		  "device Test key\n"
		  "salt 0000000000000000000000000000000000000000000000000000"
		  "000000000000\ncredential_id 010203\n") == 0);
}

static void
refuses(const char *json, const char *word)
{
	AUTO(sealed_file_done) struct sealed_file f = { 0 };
	struct err e;

	CHECK_EQ(parse(json, &f, &e), RC_FORMAT);
	if (strstr(e.msg, word) == NULL)
		(void)fprintf(stderr, "%s: %s\n", json, e.msg);
	CHECK(strstr(e.msg, word) != NULL);
}

static void
refuses_anything_else(void)
{
	static const char *const damaged[] = { "", "{}", "[]", "null", "{",
		GOOD "x", HEAD "\"seals\": []}", HEAD "\"seals\": [{}]}",
		HEAD "\"seals\": [" SEAL "], \"more\": 1}",
		HEAD "\"id\": \"a\\nb\", \"seals\": [" SEAL "]}",
		HEAD "\"id\": \"a\", \"id\": \"a\", \"seals\": [" SEAL "]}",
		HEAD "\"seals\": [" SEAL "," SEAL "," SEAL "," SEAL "," SEAL
		     "," SEAL "," SEAL "," SEAL "," SEAL "]}" };

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
		refuses(damaged[i], "damaged");
	refuses("{\"version\": 2, \"stskey\": \"sealed\", \"new\": 1}",
	    "later version");
	refuses("{\"stskey\": \"sealed\", \"version\": 1, \"name\": \"other\","
		" \"for\": \"HMAC-SHA1\", \"seals\": [" SEAL "]}",
	    "'other'");
}

/* One member of a seal at a time. */
static void
refuses_wrong_members(void)
{
	static const char *const wrong[][2] = { { "fido2", "fido3" },
		{ "000102", "00010" }, { "000102", "00010x" }, { "AQID", "" },
		{ "AQID", "AQI" }, { "true", "1" }, { "Zm9vYmFy", "Zm9vYmF" },
		{ "AAAA=", "AAA=" } };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		AUTO_BUF struct buf json = BUF_INIT(SEALED_FILE_MAX);
		const char *at = strstr(GOOD, wrong[i][0]);

		CHECK(at != NULL);
		buf_add(&json, BYTES(GOOD, (size_t)(at - GOOD)));
		buf_str(&json, wrong[i][1]);
		buf_str(&json, at + strlen(wrong[i][0]));
		refuses(buf_cstr(&json), "damaged");
	}
}

static void
names(void)
{
	static const char *const bad[] = { "", ".", ".hidden", "a/b", "a b",
		"\xc3\xa9", "12345678901234567890123456789012345678901" };
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(sealed_file_check_name(bad[i], &e), RC_CONFIG);
	CHECK_EQ(sealed_file_check_name("desk-key_2.old", &e), RC_OK);
}

int
main(void)
{
	reads_what_the_page_says();
	writes_what_it_reads();
	binds_everything();
	refuses_anything_else();
	refuses_wrong_members();
	names();
	return 0;
}

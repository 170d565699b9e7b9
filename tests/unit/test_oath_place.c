/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/place.h"
#include "tests/check.h"

/* As many letters. */
#define SIXTY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static enum rc
parse(const char *uri, struct place *ret)
{
	struct err e = { "" };
	enum rc rc = place_parse(uri, ret, &e);

	CHECK((rc == RC_OK) == (e.msg[0] == '\0'));
	return rc;
}

static void
test_parts(void)
{
	AUTO_PLACE struct place p = { 0 }, q = { 0 }, r = { 0 };

	CHECK_EQ(parse("oath:serial=12;name=a%20b%3bc?touch=no&pin-source="
		       "file:/x",
		     &p),
	    RC_OK);
	CHECK(strcmp(p.serial, "12") == 0);
	CHECK(strcmp(p.name, "a b;c") == 0);
	CHECK(strcmp(p.pin_source, "file:/x") == 0);
	CHECK(p.no_touch);
	CHECK_EQ(parse("oath:", &q), RC_OK);
	CHECK(q.serial == NULL && q.name == NULL && !q.no_touch);
	CHECK_EQ(parse("oath:?pin-source=prompt", &r), RC_OK);
	CHECK(strcmp(r.pin_source, "prompt") == 0);
}

static void
test_wrong(void)
{
	static const char too_long[] = "oath:name=" SIXTY "aaaaa";
	static const char *const wrong[] = { "pkcs11:serial=1",
		"oath:serial=", "oath:object=x", "oath:serial=1;serial=2",
		"oath:name=a%", "oath:name=a%0", "oath:name=%00",
		"oath:name=%zz", "oath:name=a?touch=yes",
		"oath:name=a?touch=no&touch=no", "oath:name=a;;serial=1",
		"oath:touch=no", "oath:name=a?name=b", too_long };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		AUTO_PLACE struct place p = { 0 };

		CHECK_EQ(parse(wrong[i], &p), RC_CONFIG);
		CHECK(p.name == NULL && p.serial == NULL);
	}
}

static void
test_written(void)
{
	AUTO_BUF struct buf b = BUF_INIT(1024);

	place_uri("12", "_hidden:aws-sigv4:AKIA", false, &b);
	CHECK_MEM(b, "oath:serial=12;name=_hidden:aws-sigv4:AKIA");
	buf_clear(&b);
	place_uri("12", "a b;c?d&e%f/", true, &b);
	CHECK_MEM(b, "oath:serial=12;name=a%20b%3Bc%3Fd%26e%25f%2F?touch=no");
	buf_clear(&b);
	place_uri("12", NULL, true, &b);
	CHECK_MEM(b, "oath:serial=12");
}

int
main(void)
{
	test_parts();
	test_wrong();
	test_written();
	return 0;
}

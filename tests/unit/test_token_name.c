/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/name.h"

#include "tests/check.h"

static void
is(const char *got, const char *want)
{
	CHECK_MEM(BYTES_STR(got), want);
}

static void
test_tokens(void)
{
	AUTO_POOL struct pool p = POOL_INIT;

	is(name_token(&p, "pkcs11:token=work"), "pkcs11:token=work");
	is(name_token(&p,
	       "pkcs11:object=AKIA;type=secret-key;serial=0a;token=work"
	       "?module-name=softhsm2&pin-source=/x"),
	    "pkcs11:token=work");
	is(name_token(&p, "pkcs11:token=w%6frk;object=x"), "pkcs11:token=work");
	is(name_token(&p, "pkcs11:object=x;serial=77?module-name=a"),
	    "pkcs11:serial=77");
	is(name_token(&p, "pkcs11:model=x?module-name=a"), "pkcs11:model=x");
	is(name_token(&p, "pkcs11:"), "pkcs11:");
	is(name_token(&p, "nonsense"), "nonsense");
	is(name_token(&p, "pkcs11:mytoken=a;token=b"), "pkcs11:token=b");
}

static void
test_attributes(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *uri = "pkcs11:token=a%20b;object=?module-name=c&x=%zz%00";

	is(name_attribute(&p, uri, "token"), "a b");
	is(name_attribute(&p, uri, "object"), "");
	is(name_attribute(&p, uri, "module-name"), "c");
	is(name_attribute(&p, uri, "x"), "%zz%00");
	CHECK(name_attribute(&p, uri, "serial") == NULL);
	CHECK(name_attribute(&p, uri, "pkcs11") == NULL);
	CHECK(name_attribute(&p, "", "token") == NULL);
}

static void
test_files(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *a = name_file(&p, "mfa", "arn:aws:iam::1:mfa/dev laptop");
	const char *b = name_file(&p, "mfa", "arn:aws:iam::2:mfa/dev laptop");

	CHECK(strncmp(a, "mfa.dev-laptop-", 15) == 0);
	CHECK_EQ(strlen(a), 15 + 16);
	CHECK(strcmp(a, b) != 0);
	CHECK(strchr(name_file(&p, "x", "../../etc/passwd/.."), '/') == NULL);
	CHECK(strlen(name_file(&p, "x",
		  "0123456789012345678901234567890123456789012345678901234567"
		  "8901234567890123456789")) < 64);
	is(name_file(&p, "x", ""), "x.-cbf29ce484222325");
}

static void
test_printable(void)
{
	AUTO_POOL struct pool p = POOL_INIT;

	is(name_printable(&p, "plain \xc3\xa9"), "plain \xc3\xa9");
	is(name_printable(&p, "a\x1b[2J\n\x7f"), "a?[2J??");
	is(name_printable(&p, "a\xc2\x9b"
			      "b"),
	    "a??b");
	is(name_printable(&p, "\xc2"), "?");
}

int
main(void)
{
	test_tokens();
	test_attributes();
	test_files();
	test_printable();
	return 0;
}

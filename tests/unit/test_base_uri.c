/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/uri.h"
#include "tests/check.h"

static const char uri[] =
    "pkcs11:token=my%20hsm;object=AKIA;type=secret-key?module-name=x";

static void
test_same(void)
{
	CHECK(uri_same(uri, uri));
	CHECK(uri_same("pkcs11:token=a;object=b?module-name=x",
	    "pkcs11:object=b;token=a?module-name=x"));
	CHECK(uri_same("AKIA=pkcs11:token=a", "pkcs11:token=a"));
	CHECK(!uri_same("pkcs11:token=a", "pkcs11:token=a;object=b"));
	CHECK(!uri_same("pkcs11:token=a;object=b", "pkcs11:token=a"));
	CHECK(!uri_same("pkcs11:token=a?module-name=x", "x"));
	CHECK(!uri_same("x", "x"));
	CHECK(uri_same("pkcs11:token=a;object=b;type=secret-key?module-name=x",
	    "pkcs11:object=b;token=a?module-name=x"));
	CHECK(uri_same("pkcs11:token=a;object=b",
	    "AKIA=pkcs11:token=a;object=b;type=secret-key"));
	CHECK(!uri_same("pkcs11:token=a;object=b;type=cert",
	    "pkcs11:token=a;object=b;type=secret-key"));
	CHECK(!uri_same("pkcs11:token=a;object=b?type=x", "pkcs11:token=a"));
	CHECK(uri_same("AKIA=sealed:a?pin-source=prompt", "sealed:a"));
	CHECK(!uri_same("sealed:a", "sealed:b"));
	CHECK(!uri_same("sealed:a", "a"));
}

/* Of one object, as far as the text can tell. */
static void
test_alike(void)
{
	CHECK(uri_alike("pkcs11:token=a;object=b?module-name=x",
	    "AKIA=pkcs11:serial=7;object=b;type=secret-key?module-path=/y"));
	CHECK(uri_alike("pkcs11:id=%01", "pkcs11:token=a;object=b;id=%01"));
	CHECK(!uri_alike("pkcs11:token=a;object=b", "pkcs11:token=c;object=b"));
	CHECK(!uri_alike("pkcs11:token=a;object=b;id=%01",
	    "pkcs11:token=a;object=b;id=%02"));
	CHECK(!uri_alike("pkcs11:token=a", "pkcs11:token=a"));
	CHECK(!uri_alike("sealed:a", "sealed:a"));
	CHECK(!uri_alike("prompt", "prompt"));
}

int
main(void)
{
	CHECK_MEM(uri_scheme(uri), "pkcs11");
	CHECK_EQ(uri_scheme("prompt").len, 0);
	CHECK_MEM(uri_attribute(uri, "token"), "my%20hsm");
	CHECK_MEM(uri_attribute(uri, "type"), "secret-key");
	CHECK_EQ(uri_attribute(uri, "module-name").len, 0);
	CHECK_EQ(uri_attribute(uri, "tok").len, 0);
	CHECK_EQ(uri_attribute("pkcs11:", "token").len, 0);
	CHECK_EQ(uri_attribute("prompt", "token").len, 0);

	CHECK(uri_same_device("pkcs11:token=a;object=x", "pkcs11:token=a"));
	CHECK(uri_same_device("AKIA=pkcs11:token=a", "pkcs11:token=a"));
	CHECK(uri_same_device(
	    "arn:aws:iam::1:mfa/d=pkcs11:token=a", "pkcs11:token=a"));
	CHECK(!uri_same_device("pkcs11:token=a", "pkcs11:token=b"));
	CHECK(!uri_same_device(
	    "pkcs11:token=a;serial=1", "pkcs11:token=a;serial=2"));
	CHECK(!uri_same_device("pkcs11:object=a", "pkcs11:object=a"));
	CHECK(!uri_same_device("pkcs11:token=a", "prompt"));
	/* Two files may be sealed by one token: that only the token knows. */
	CHECK(uri_same_device("sealed:desk", "sealed:desk?pin-source=file:/p"));
	CHECK(
	    uri_same_device("arn:aws:iam::1:mfa/d=sealed:desk", "sealed:desk"));
	CHECK(!uri_same_device("sealed:desk", "sealed:desk2"));
	CHECK(!uri_same_device("sealed:desk", "pkcs11:token=desk"));
	CHECK(!uri_same_device("sealed:", "sealed:"));

	test_same();
	test_alike();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/uri.h"
#include "tests/check.h"

static void
takes(const char *text)
{
	AUTO_URI struct uri u = { 0 };
	struct err e = { 0 };
	enum rc rc = uri_parse(text, &u, &e);

	if (rc != RC_OK)
		(void)fprintf(stderr, "%s: %s\n", text, e.msg);
	CHECK_EQ(rc, RC_OK);
	CHECK(strcmp(u.text, text) == 0);
}

/* Refused, in a sentence that has this in it. */
static void
refuses(const char *text, const char *say)
{
	AUTO_URI struct uri u = { 0 };
	struct err e = { 0 };

	if (uri_parse(text, &u, &e) != RC_CONFIG || strstr(e.msg, say) == NULL)
		(void)fprintf(stderr, "%s: [%s]\n", text, e.msg);
	CHECK_EQ(uri_parse(text, &u, &e), RC_CONFIG);
	CHECK(strstr(e.msg, say) != NULL);
	CHECK(u.p11 == NULL && u.text == NULL);
}

static void
well_formed(void)
{
	takes("pkcs11:token=work");
	takes("PKCS11:token=work");
	takes("pkcs11:serial=12ab");
	takes("pkcs11:token=a%20b;object=AKIA;type=secret-key"
	      "?module-name=softhsm2");
	takes("pkcs11:token=work;id=%01%FF?pin-source=file:/x&module-path=/y");
	takes("pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project");
	/* 32 bytes: as long as a label may be. */
	takes("pkcs11:token=12345678901234567890123456789012");
}

static void
badly_formed(void)
{
	refuses("", "begin with 'pkcs11:'");
	refuses("fake:token=work", "begin with 'pkcs11:'");
	refuses("pkcs11:", "any token");
	refuses("pkcs11:?module-name=softhsm2", "any token");
	refuses("pkcs11:object=AKIA", "any token");
	refuses("pkcs11:token=%zz", "not a PKCS#11 URI");
	refuses("pkcs11:token", "not a PKCS#11 URI");
	refuses("pkcs11:token=a b", "%20");
	refuses("pkcs11:token=a\n", "%20");
	refuses("pkcs11:token=\xc3\xa4", "percent-encoded");
	refuses("pkcs11:token=a%00b", "%00");
}

/* Each of these p11-kit takes, and means something wider than was written. */
static void
widened(void)
{
	refuses("pkcs11:token=work;colour=red", "unknown or too long");
	refuses("pkcs11:token=123456789012345678901234567890123",
	    "unknown or too long");
	refuses("pkcs11:token=work;type=secrets", "unknown or too long");
	refuses("pkcs11:token=work;token=desk", "'token' twice");
	refuses("pkcs11:token=a?module-name=x&module-name=y",
	    "'module-name' twice");
	refuses("pkcs11:token=work;slot-id=3", "leave 'slot-id' out");
	refuses("pkcs11:token=work;slot-description=x", "slot-description");
	refuses("pkcs11:token=work;library-version=3", "library-version");
	refuses("pkcs11:token=work;type=private", "type=secret-key");
	refuses("pkcs11:token=work;type=cert", "type=secret-key");
}

static void
with_a_pin(const char *text)
{
	AUTO_URI struct uri u = { 0 };
	struct err e = { 0 };

	CHECK_EQ(uri_parse(text, &u, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "pin-source=file:") != NULL);
	CHECK(strstr(e.msg, "98765") == NULL);
}

static void
never_repeats_a_pin(void)
{
	with_a_pin("pkcs11:token=work?pin-value=98765");
	with_a_pin("pkcs11:token=%zz?pin-value=98765");
	with_a_pin("pkcs11:token=work;pin-value=98765");
	with_a_pin("pkcs11:token=a b?PIN-VALUE=98765");
	with_a_pin("pkcs11:token=a?module-name=x&pin-value=98765;y");
}

static void
meaning(void)
{
	CK_TOKEN_INFO info;
	AUTO_URI struct uri u = { 0 };
	struct err e = { 0 };

	memset(&info, ' ', sizeof(info));
	memcpy(info.label, "work", 4);
	memcpy(info.serialNumber, "12ab", 4);
	CHECK_EQ(uri_parse("pkcs11:token=work;serial=12ab;object=o;id=%01"
			   "?module-name=m&pin-source=file:/p",
		     &u, &e),
	    RC_OK);
	CHECK(uri_matches(&u, &info));
	CHECK(u.object);
	CHECK(strcmp(u.module_name, "m") == 0);
	CHECK(strcmp(u.pin_source, "file:/p") == 0);
	CHECK(u.module_path == NULL);
	CHECK_EQ(uri_wants(&u, CKA_LABEL)->ulValueLen, 1);
	CHECK_EQ(uri_wants(&u, CKA_ID)->ulValueLen, 1);
	memcpy(info.serialNumber, "34cd", 4);
	CHECK(!uri_matches(&u, &info));
}

int
main(void)
{
	well_formed();
	badly_formed();
	widened();
	never_repeats_a_pin();
	meaning();
	return 0;
}

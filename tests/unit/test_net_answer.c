/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/answer.h"
#include "tests/check.h"

/* What IAM answers, as its API Reference has it. */

#define NS " xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\""
#define METADATA \
	"<ResponseMetadata><RequestId>7a62c49f</RequestId></ResponseMetadata>"
#define SERIAL "arn:aws:iam::123456789012:mfa/dev"
#define SEED "R0VaREdOQlZHWTNUUU9KUQ=="
#define DEVICE(inner) \
	"<CreateVirtualMFADeviceResponse" NS "><CreateVirtualMFADeviceResult>" \
	"<VirtualMFADevice>" inner "</VirtualMFADevice>" \
	"</CreateVirtualMFADeviceResult>" METADATA \
	"</CreateVirtualMFADeviceResponse>"
#define ACCESS_KEY(inner) \
	"<CreateAccessKeyResponse" NS "><CreateAccessKeyResult><AccessKey>" \
	"<UserName>dev</UserName>" inner "</AccessKey>" \
	"</CreateAccessKeyResult></CreateAccessKeyResponse>"

static void
list(void *ctx, const char *name, const char *value)
{
	buf_fmt(ctx, "%s=%s;", name, value);
}

static void
read_fine(const char *body, const char *action, struct answer *ret)
{
	struct err e = { 0 };

	CHECK_EQ(answer_read(200, BYTES_STR(body), action, ret, &e), RC_OK);
	CHECK(ret->code == NULL);
}

/* No leaf of the tree has that text. */
static bool
is_gone(const struct answer *a, const char *text)
{
	for (size_t i = 0; xml_path(a->xml, i) != NULL; i++)
		if (strstr(xml_text(a->xml, i), text) != NULL)
			return false;
	return true;
}

struct hidden {
	const char *body, *action;
	const char *values, *secret; /* NULL: there is none to be had */
};

static const struct hidden hidden[] = {
	{ DEVICE(
	      "<SerialNumber>" SERIAL "</SerialNumber><Base32StringSeed>" SEED
	      "</Base32StringSeed><QRCodePNG>iVBO</QRCodePNG>"),
	    "CreateVirtualMFADevice",
	    "VirtualMFADevice.SerialNumber=" SERIAL ";", SEED },
	/* Whatever comes first, the picture is sealed to nobody. */
	{ DEVICE("<QRCodePNG>iVBO</QRCodePNG><Base32StringSeed>" SEED
		 "</Base32StringSeed><Tags/>"),
	    "CreateVirtualMFADevice", "VirtualMFADevice.Tags=;", SEED },
	{ DEVICE("<QRCodePNG>iVBO</QRCodePNG>"), "CreateVirtualMFADevice", "",
	    NULL },
	{ DEVICE("<Base32StringSeed/><a>b</a>"), "CreateVirtualMFADevice",
	    "VirtualMFADevice.a=b;", NULL },
	/* The names in any spelling, and on any place of a path. */
	{ DEVICE("<NewQRCodePNGs>iVBO</NewQRCodePNGs>"),
	    "CreateVirtualMFADevice", "", NULL },
	{ DEVICE("<x:base32StringSEED>" SEED "</x:base32StringSEED>"),
	    "CreateVirtualMFADevice", "", SEED },
	{ DEVICE("<Base32StringSeed><Text>" SEED "</Text></Base32StringSeed>"),
	    "CreateVirtualMFADevice", "", SEED },
	{ DEVICE("<Base32StringSeed>" SEED "</Base32StringSeed>"
		 "<Base32StringSeed>" SEED "</Base32StringSeed>"),
	    "CreateVirtualMFADevice", "", SEED },
	{ ACCESS_KEY("<SecretAccessKey>wJalr</SecretAccessKey>"), NULL,
	    "AccessKey.UserName=dev;", "wJalr" },
	{ ACCESS_KEY("<Credentials><SecretAccessKey>wJalr</SecretAccessKey>"
		     "</Credentials>"),
	    NULL, "AccessKey.UserName=dev;", "wJalr" },
};

static void
check_hidden(const struct hidden *h)
{
	AUTO_ANSWER struct answer a = { 0 };
	AUTO_SECRET struct secret secret = { 0 }, again = { 0 };
	AUTO_BUF struct buf b = BUF_INIT(1024);

	read_fine(h->body, h->action, &a);
	answer_values(&a, list, &b);
	CHECK_MEM(b, h->values);
	answer_take_secret(&a, &secret);
	CHECK((secret.p == NULL) == (h->secret == NULL));
	if (h->secret != NULL) {
		CHECK_MEM(secret, h->secret);
		CHECK(is_gone(&a, h->secret));
	}
	CHECK(is_gone(&a, "iVBO"));
	answer_take_secret(&a, &again);
	CHECK(again.p == NULL);
	buf_clear(&b);
	answer_values(&a, list, &b);
	CHECK_MEM(b, h->values);
}

/* A session's is what the conductor keeps. */
static void
test_session(void)
{
	AUTO_ANSWER struct answer a = { 0 };
	AUTO_SECRET struct secret secret = { 0 };
	AUTO_BUF struct buf b = BUF_INIT(1024);

	read_fine("<GetSessionTokenResponse><GetSessionTokenResult>"
		  "<Credentials><SecretAccessKey>wJalr</SecretAccessKey>"
		  "</Credentials></GetSessionTokenResult>"
		  "</GetSessionTokenResponse>",
	    "GetSessionToken", &a);
	answer_take_secret(&a, &secret);
	CHECK(secret.p == NULL);
	answer_values(&a, list, &b);
	CHECK_MEM(b, "Credentials.SecretAccessKey=wJalr;");
}

#define DONE(action) \
	"<" action "Response" NS ">" METADATA "</" action "Response>"

static enum rc
read_as(const char *body, const char *action)
{
	AUTO_ANSWER struct answer a = { 0 };
	struct err e = { 0 };
	enum rc rc = answer_read(200, BYTES_STR(body), action, &a, &e);

	CHECK(rc == RC_OK || strstr(e.msg, "another kind") != NULL);
	CHECK(rc != RC_OK || (a.code == NULL && a.request_id != NULL));
	return rc;
}

/* Where IAM has nothing to tell, and nowhere else. */
static void
test_done(void)
{
	CHECK_EQ(read_as(DONE("EnableMFADevice"), "EnableMFADevice"), RC_OK);
	CHECK_EQ(read_as(DONE("EnableMFADevice"), NULL), RC_OK);
	CHECK_EQ(read_as(DONE("ResyncMFADevice"), "ResyncMFADevice"), RC_OK);
	CHECK_EQ(
	    read_as(DONE("DeactivateMFADevice"), "DeactivateMFADevice"), RC_OK);
	CHECK_EQ(
	    read_as(DONE("DeleteVirtualMFADevice"), "DeleteVirtualMFADevice"),
	    RC_OK);
	CHECK_EQ(
	    read_as(DONE("EnableMFADevice"), "ResyncMFADevice"), RC_FORMAT);
	CHECK_EQ(
	    read_as(DONE("CreateVirtualMFADevice"), "CreateVirtualMFADevice"),
	    RC_FORMAT);
	CHECK_EQ(read_as(DONE("ListMFADevices"), "ListMFADevices"), RC_FORMAT);
	CHECK_EQ(
	    read_as(DONE("GetSessionToken"), "GetSessionToken"), RC_FORMAT);
	CHECK_EQ(
	    read_as(DONE("EnableMFADevice"), "GetSessionToken"), RC_FORMAT);
	CHECK_EQ(read_as(DONE("XEnableMFADevice"), NULL), RC_FORMAT);
	CHECK_EQ(read_as(DONE("Enable"), NULL), RC_FORMAT);
}

/* The same names in each item of a list are told apart. */
static void
test_list(void)
{
	AUTO_ANSWER struct answer a = { 0 };
	AUTO_BUF struct buf b = BUF_INIT(1024);

	read_fine("<ListMFADevicesResponse" NS "><ListMFADevicesResult>"
		  "<MFADevices><member><S>a</S><T><member>x</member>"
		  "<member>y</member></T></member><member><S>b</S>"
		  "<T><member>z</member></T></member></MFADevices>"
		  "<IsTruncated>false</IsTruncated></ListMFADevicesResult>"
		  "</ListMFADevicesResponse>",
	    "ListMFADevices", &a);
	answer_values(&a, list, &b);
	CHECK_MEM(b, "MFADevices.member.1.S=a;MFADevices.member.1.T.member.1=x;"
		     "MFADevices.member.1.T.member.2=y;MFADevices.member.2.S=b;"
		     "MFADevices.member.2.T.member.1=z;IsTruncated=false;");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		check_hidden(&hidden[i]);
	test_session();
	test_done();
	test_list();
	return 0;
}

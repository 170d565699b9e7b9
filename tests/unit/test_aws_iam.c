/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/iam.h"
#include "signer/aws/sts.h"
#include "tests/check.h"

#define SERIAL "arn:aws:iam::123456789012:mfa/d e"
#define SERIAL_CODED "arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fd+e"
#define CODES \
	"&UserName=dev%40x&SerialNumber=" SERIAL_CODED \
	"&AuthenticationCode1=012345&AuthenticationCode2=678901"

/* What botocore 1.29 serializes from the same parameters. */
static void
test_devices(void)
{
	AUTO_BUF struct buf b = BUF_INIT(4096);

	iam_create_virtual_mfa_device(&b, "desk-key+=,.@_");
	CHECK_MEM(b, "Action=CreateVirtualMFADevice&Version=2010-05-08"
		     "&VirtualMFADeviceName=desk-key%2B%3D%2C.%40_");
	buf_clear(&b);
	iam_delete_virtual_mfa_device(&b, SERIAL);
	CHECK_MEM(b, "Action=DeleteVirtualMFADevice&Version=2010-05-08"
		     "&SerialNumber=" SERIAL_CODED);
	buf_clear(&b);
	iam_deactivate_mfa_device(&b, "dev", SERIAL);
	CHECK_MEM(b,
	    "Action=DeactivateMFADevice&Version=2010-05-08&UserName=dev"
	    "&SerialNumber=" SERIAL_CODED);
	buf_clear(&b);
	iam_list_mfa_devices(&b, "dev", "a/b+c=");
	CHECK_MEM(b, "Action=ListMFADevices&Version=2010-05-08&UserName=dev"
		     "&Marker=a%2Fb%2Bc%3D");
	buf_clear(&b);
	iam_list_mfa_devices(&b, NULL, NULL);
	CHECK_MEM(b, "Action=ListMFADevices&Version=2010-05-08");
	buf_clear(&b);
	iam_list_virtual_mfa_devices(&b, "a/b");
	CHECK_MEM(b, "Action=ListVirtualMFADevices&Version=2010-05-08"
		     "&AssignmentStatus=Unassigned&Marker=a%2Fb");
	buf_clear(&b);
	iam_list_account_aliases(&b);
	CHECK_MEM(b, "Action=ListAccountAliases&Version=2010-05-08");
}

static void
test_codes(void)
{
	static const struct iam_codes codes = { "dev@x", SERIAL, "012345",
		"678901" };
	AUTO_BUF struct buf b = BUF_INIT(4096);

	iam_enable_mfa_device(&b, &codes);
	CHECK_MEM(b, "Action=EnableMFADevice&Version=2010-05-08" CODES);
	buf_clear(&b);
	iam_resync_mfa_device(&b, &codes);
	CHECK_MEM(b, "Action=ResyncMFADevice&Version=2010-05-08" CODES);
	buf_clear(&b);
	iam_resync_mfa_device(
	    &b, &(struct iam_codes){ NULL, "GAHT12345678", "1", "2" });
	CHECK_MEM(b, "Action=ResyncMFADevice&Version=2010-05-08"
		     "&SerialNumber=GAHT12345678"
		     "&AuthenticationCode1=1&AuthenticationCode2=2");
}

static enum rc
check(const char *name, const char *want)
{
	struct err e = { "" };
	enum rc rc = iam_check_device_name(BYTES_STR(name), &e);

	CHECK(strstr(e.msg, want) != NULL);
	CHECK(strstr(e.msg, "wJalr") == NULL);
	return rc;
}

static void
test_names(void)
{
	static char name[130];

	CHECK_EQ(check("d", ""), RC_OK);
	CHECK_EQ(check("Desk_key-1+=,.@", ""), RC_OK);
	CHECK_EQ(
	    check("", "1 to 128 characters, and this one has 0"), RC_CONFIG);
	CHECK_EQ(check("wJalr/x", "character 6 "), RC_CONFIG);
	CHECK_EQ(check("a b", "character 2 "), RC_CONFIG);
	CHECK_EQ(check("a\n", "character 2 "), RC_CONFIG);
	CHECK_EQ(check("\xc3\xa9", "character 1 "), RC_CONFIG);
	CHECK_EQ(check("a:b", "character 2 "), RC_CONFIG);
	memset(name, 'n', 128);
	CHECK_EQ(check(name, ""), RC_OK);
	name[128] = 'n';
	CHECK_EQ(check(name, "has 129"), RC_CONFIG);
}

struct said {
	const char *action, *code, *message;
	int64_t status;
	const char *key;
	enum sts_verdict verdict;
	enum rc rc;
	const char *part[2]; /* of our sentence */
};

#define CREATE "CreateVirtualMFADevice"
#define ENABLE "EnableMFADevice"
#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SESSION "ASIAIOSFODNN7EXAMPLE"
#define NOT_ALLOWED \
	"User: arn:aws:iam::123456789012:user/dev is not authorized to " \
	"perform: iam:CreateVirtualMFADevice on resource: " \
	"arn:aws:iam::123456789012:mfa/dev because no identity-based policy " \
	"allows the iam:CreateVirtualMFADevice action"

static const struct said said[] = {
	{ CREATE, "AccessDenied", NOT_ALLOWED, 403, KEY, STS_REFUSED, RC_DENIED,
	    { "bootstrap policy", "'CreateVirtualMFADevice'" } },
	{ CREATE, "AccessDenied", NOT_ALLOWED, 403, SESSION, STS_REFUSED,
	    RC_DENIED, { "daily policy", "MFA session" } },
	{ ENABLE, "InvalidAuthenticationCode",
	    "Authentication code for device is not valid.", 403, KEY,
	    STS_REFUSED, RC_MFA, { "two codes", "mfa/d e'" } },
	{ CREATE, "EntityAlreadyExists",
	    "MFADevice entity at the same path and name already exists.", 409,
	    KEY, STS_REFUSED, RC_DENIED, { "--name", "--resume" } },
	{ ENABLE, "EntityAlreadyExists", NULL, 409, KEY, STS_REFUSED, RC_DENIED,
	    { "belongs to a user", "mfa/d e'" } },
	{ CREATE, "LimitExceeded", "Cannot exceed quota", 409, KEY, STS_REFUSED,
	    RC_DENIED, { "virtual MFA devices", "'dev'" } },
	{ ENABLE, "LimitExceeded", "Cannot exceed quota", 409, KEY, STS_REFUSED,
	    RC_DENIED, { "(8)", "stskey mfa deactivate" } },
	{ "DeactivateMFADevice", "LimitExceeded", NULL, 409, KEY, STS_REFUSED,
	    RC_DENIED, { "quota", "'DeactivateMFADevice'" } },
	{ ENABLE, "NoSuchEntity", "The user with name dev cannot be found.",
	    404, KEY, STS_REFUSED, RC_DENIED, { "stskey_user" } },
	{ "DeactivateMFADevice", "NoSuchEntity",
	    "MFA Device with serial number " SERIAL " does not exist.", 404,
	    SESSION, STS_REFUSED, RC_DENIED,
	    { "stskey mfa list", "mfa/d e'" } },
	{ "DeleteVirtualMFADevice", "DeleteConflict",
	    "MFA VirtualDevice in use. Must deactivate first.", 409, KEY,
	    STS_REFUSED, RC_DENIED, { "stskey mfa deactivate", "mfa/d e'" } },
	{ ENABLE, "EntityTemporarilyUnmodifiable", NULL, 409, KEY, STS_AGAIN,
	    RC_NET, { "few minutes" } },
	{ ENABLE, "ConcurrentModification", NULL, 409, KEY, STS_AGAIN, RC_NET,
	    { "few minutes" } },
	{ "ListMFADevices", "InvalidClientTokenId",
	    "The security token included in the request is invalid", 403,
	    SESSION, STS_REFUSED, RC_DENIED, { "with an MFA code" } },
	{ "ListMFADevices", "InvalidClientTokenId",
	    "The security token included in the request is invalid", 403, KEY,
	    STS_REFUSED, RC_DENIED, { "IAM console" } },
	{ CREATE, "ValidationError", "1 validation error detected", 400, KEY,
	    STS_REFUSED, RC_DENIED, { "name of the device" } },
	{ CREATE, "InvalidInput", NULL, 400, KEY, STS_REFUSED, RC_DENIED,
	    { "name of the device" } },
	{ ENABLE, "InvalidAction", NULL, 400, KEY, STS_REFUSED, RC_DENIED,
	    { "that of IAM?" } },
	{ ENABLE, "SignatureDoesNotMatch", "Signature expired: now earlier",
	    403, KEY, STS_CLOCK, RC_CLOCK, { "timedatectl" } },
	{ ENABLE, "Throttling", "Rate exceeded", 400, KEY, STS_AGAIN, RC_NET,
	    { "wait a minute" } },
	{ ENABLE, "ServiceFailure", NULL, 500, KEY, STS_AGAIN, RC_NET,
	    { "IAM in region 'us-east-1' has trouble" } },
	/* The rows of IAM are for IAM. */
	{ "GetSessionToken", "AccessDenied", NULL, 403, KEY, STS_REFUSED,
	    RC_DENIED, { "ask whoever manages" } },
	{ "GetSessionToken", "NoSuchEntity", NULL, 404, KEY, STS_REFUSED,
	    RC_DENIED, { "AWS refused 'GetSessionToken'" } },
	{ "GetSessionToken", NULL, NULL, 503, KEY, STS_AGAIN, RC_NET,
	    { "STS in region" } },
};

static void
explained(const struct said *s, const struct sts_asked *who)
{
	struct sts_answer a = { s->status, s->code, s->message, "0f-1e", 0 };
	struct err e = { "" };

	CHECK_EQ(sts_judge(&a), s->verdict);
	CHECK_EQ(sts_explain(&a, who, &e), s->rc);
	for (size_t i = 0; i < 2 && s->part[i] != NULL; i++) {
		if (strstr(e.msg, s->part[i]) == NULL)
			(void)fprintf(stderr, "%s\n", e.msg);
		CHECK(strstr(e.msg, s->part[i]) != NULL);
	}
	CHECK(strchr(e.msg, '{') == NULL);
	CHECK(strstr(e.msg, "0f-1e") != NULL);
	CHECK(e.msg[strlen(e.msg) - 1] == ')');
}

static void
test_explain(void)
{
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct sts_asked who = { .action = said[i].action,
			.profile = "dev",
			.serial = SERIAL,
			.region = "us-east-1",
			.access_key_id = said[i].key };

		explained(&said[i], &who);
	}
}

int
main(void)
{
	test_devices();
	test_codes();
	test_names();
	test_explain();
	return 0;
}

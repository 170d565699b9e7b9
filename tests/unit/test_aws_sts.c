/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sts.h"
#include "signer/aws/sts_text.h"
#include "tests/check.h"

#define HAS(text, part) CHECK(strstr(text, part) != NULL)
#define HAS_NOT(text, part) CHECK(strstr(text, part) == NULL)

static const struct sts_asked dev = {
	.action = "GetSessionToken",
	.profile = "dev",
	.serial = "arn:aws:iam::123456789012:mfa/dev-laptop",
	.region = "eu-central-1",
	.access_key_id = "AKIAIOSFODNN7EXAMPLE",
};

static const struct sts_asked admin = {
	.action = "AssumeRole",
	.profile = "admin",
	.role_arn = "arn:aws:iam::999999999999:role/Admin",
	.region = "eu-central-1",
	.access_key_id = "ASIAIOSFODNN7EXAMPLE",
};

/* What botocore 1.29 serializes from the same parameters in that order. */
static void
test_bodies(void)
{
	AUTO_BUF struct buf b = BUF_INIT(4096);

	sts_get_caller_identity(&b);
	CHECK_MEM(b, "Action=GetCallerIdentity&Version=2011-06-15");

	buf_clear(&b);
	sts_get_session_token(&b, &(struct sts_session){ 0 });
	CHECK_MEM(b, "Action=GetSessionToken&Version=2011-06-15");

	buf_clear(&b);
	sts_get_session_token(
	    &b, &(struct sts_session){ 43200,
		    "arn:aws:iam::123456789012:mfa/dev laptop", "123456" });
	CHECK_MEM(b,
	    "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=43200"
	    "&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2F"
	    "dev+laptop&TokenCode=123456");

	buf_clear(&b);
	sts_assume_role(
	    &b, &(struct sts_role){
		    .role_arn = "arn:aws:iam::999999999999:role/A \xc3\xa9",
		    .session_name = "a+b=c,d.e@f-g_h~*",
		    .external_id = "x:/y&z",
		    .seconds = 900,
		    .serial = "GAHT12345678",
		    .code = "000000",
		});
	CHECK_MEM(b,
	    "Action=AssumeRole&Version=2011-06-15"
	    "&RoleArn=arn%3Aaws%3Aiam%3A%3A999999999999%3Arole%2FA+%C3%A9"
	    "&RoleSessionName=a%2Bb%3Dc%2Cd.e%40f-g_h~%2A"
	    "&DurationSeconds=900&ExternalId=x%3A%2Fy%26z"
	    "&SerialNumber=GAHT12345678&TokenCode=000000");
}

struct said {
	const char *code, *message;
	int64_t status, skew;
	const struct sts_asked *who;
	enum sts_verdict verdict;
	enum rc rc;
	const char *part[3]; /* of our sentence */
};

static const struct said said[] = {
	{ "AccessDenied",
	    "MultiFactorAuthentication failed with invalid MFA one time pass "
	    "code. ",
	    403, 0, &dev, STS_REFUSED, RC_MFA,
	    { "already used", "'dev'", "mfa/dev-laptop'" } },
	{ "AccessDenied",
	    "MultiFactorAuthentication failed, unable to validate MFA code.  "
	    "Please verify your MFA serial number is valid and associated "
	    "with this user.",
	    403, 0, &dev, STS_REFUSED, RC_MFA,
	    { "mfa_serial", "mfa/dev-laptop'" } },
	{ "AccessDenied",
	    "MultiFactorAuthentication failed, must provide both MFA serial "
	    "number and one time pass code.",
	    403, 0, &dev, STS_REFUSED, RC_MFA, { "mfa_serial", "stskey_mfa" } },
	{ "AccessDenied", "MultiFactorAuthentication failed some new way", 403,
	    0, &dev, STS_REFUSED, RC_MFA, { "mfa_serial" } },
	{ "AccessDenied",
	    "Cannot call GetSessionToken with session credentials", 403, 0,
	    &dev, STS_REFUSED, RC_DENIED, { "long-term", "stskey_key" } },
	{ "AccessDenied",
	    "User: arn:aws:iam::123456789012:user/dev is not authorized to "
	    "perform: sts:AssumeRole on resource: "
	    "arn:aws:iam::999999999999:role/Admin",
	    403, 0, &admin, STS_REFUSED, RC_DENIED,
	    { "'arn:aws:iam::999999999999:role/Admin'", "'admin'",
		"trust policy" } },
	{ "AccessDeniedException", "no", 403, 0, &dev, STS_REFUSED, RC_DENIED,
	    { "'GetSessionToken'", "policy" } },
	{ "SignatureDoesNotMatch",
	    "Signature expired: 20260101T000000Z is now earlier than "
	    "20260101T010000Z (20260101T011500Z - 15 min.)",
	    403, 4500, &dev, STS_CLOCK, RC_CLOCK,
	    { "75 minutes behind", "timedatectl" } },
	{ "SignatureDoesNotMatch",
	    "Signature not yet current: 20260101T020000Z is still later than "
	    "20260101T011500Z (20260101T010000Z + 15 min.)",
	    403, 0, &dev, STS_CLOCK, RC_CLOCK, { "ahead" } },
	{ "SignatureDoesNotMatch",
	    "The request signature we calculated does not match the signature "
	    "you provided.",
	    403, -7200, &dev, STS_CLOCK, RC_CLOCK, { "2 hours ahead" } },
	{ "RequestExpired", NULL, 400, 0, &dev, STS_CLOCK, RC_CLOCK,
	    { "behind" } },
	{ "SignatureDoesNotMatch",
	    "The request signature we calculated does not match the signature "
	    "you provided.",
	    403, 3, &dev, STS_REFUSED, RC_DENIED,
	    { "secret", "'AKIAIOSFODNN7EXAMPLE'", "key import" } },
	{ "SignatureDoesNotMatch", "", 403, 0, &admin, STS_REFUSED, RC_DENIED,
	    { "stskey clear" } },
	{ "InvalidClientTokenId",
	    "The security token included in the request is invalid", 403, 0,
	    &dev, STS_REFUSED, RC_DENIED,
	    { "inactive", "'AKIAIOSFODNN7EXAMPLE'", "'dev'" } },
	{ "InvalidClientTokenId",
	    "The security token included in the request is invalid", 403, 0,
	    &admin, STS_REFUSED, RC_DENIED, { "stskey clear" } },
	{ "ExpiredToken",
	    "The security token included in the request is expired", 403, 0,
	    &admin, STS_REFUSED, RC_DENIED, { "stskey clear" } },
	{ "ExpiredTokenException", "x", 400, 0, &admin, STS_REFUSED, RC_DENIED,
	    { "is over" } },
	{ "RegionDisabledException",
	    "STS is not activated in this region for account:123456789012. "
	    "Your account administrator can activate STS in this region using "
	    "the IAM Console.",
	    403, 0, &dev, STS_REFUSED, RC_DENIED,
	    { "'eu-central-1'", "switched off" } },
	{ "PackedPolicyTooLarge",
	    "Packed size of session tags consumes 142% of allotted space.", 400,
	    0, &admin, STS_REFUSED, RC_DENIED, { "too large", "142%" } },
	{ "MalformedPolicyDocument",
	    "Unexpected character ('i' (code 105)): expected a valid value",
	    400, 0, &admin, STS_REFUSED, RC_DENIED, { "JSON" } },
	{ "ValidationError",
	    "The requested DurationSeconds exceeds the 1 hour session limit "
	    "for roles assumed by role chaining.",
	    400, 0, &admin, STS_REFUSED, RC_DENIED,
	    { "3600", "stskey_role_direct" } },
	{ "ValidationError",
	    "The requested DurationSeconds exceeds the MaxSessionDuration set "
	    "for this role.",
	    400, 0, &admin, STS_REFUSED, RC_DENIED, { "duration_seconds" } },
	{ "ValidationError",
	    "1 validation error detected: Value '901000' at 'durationSeconds' "
	    "failed to satisfy constraint",
	    400, 0, &dev, STS_REFUSED, RC_DENIED,
	    { "stskey_session_seconds" } },
	{ "ValidationError",
	    "1 validation error detected: Value at 'durationSeconds' failed",
	    400, 0, &admin, STS_REFUSED, RC_DENIED, { "duration_seconds" } },
	{ "ValidationError", "Invalid SerialNumber", 400, 0, &dev, STS_REFUSED,
	    RC_DENIED, { "mfa_serial" } },
	{ "ValidationError", "1 validation error", 400, 0, &admin, STS_REFUSED,
	    RC_DENIED, { "role_session_name" } },
	{ "OptInRequired", "sign up", 403, 0, &dev, STS_REFUSED, RC_DENIED,
	    { "signed up" } },
	{ "InvalidAction", "Could not find operation", 400, 0, &dev,
	    STS_REFUSED, RC_DENIED, { "endpoint_url" } },
	{ "BrandNewCode", "All is otherwise", 400, 0, &dev, STS_REFUSED,
	    RC_DENIED, { "BrandNewCode", "All is otherwise" } },
	{ NULL, NULL, 404, 0, &dev, STS_REFUSED, RC_DENIED, { "HTTP 404" } },
	{ "Throttling", "Rate exceeded", 400, 0, &dev, STS_AGAIN, RC_NET,
	    { "wait a minute", "Rate exceeded" } },
	{ "ThrottlingException", NULL, 400, 0, &dev, STS_AGAIN, RC_NET,
	    { "wait" } },
	{ "RequestLimitExceeded", NULL, 503, 0, &dev, STS_AGAIN, RC_NET,
	    { "wait" } },
	{ NULL, NULL, 429, 0, &dev, STS_AGAIN, RC_NET, { "wait" } },
	{ NULL, NULL, 503, 0, &dev, STS_AGAIN, RC_NET,
	    { "trouble", "'eu-central-1'", "HTTP 503" } },
	{ "InternalFailure", "x", 500, 0, &dev, STS_AGAIN, RC_NET,
	    { "trouble" } },
	/* No wrong clock makes another failure out of these. */
	{ "AccessDenied", "no", 403, 90000, &dev, STS_REFUSED, RC_DENIED,
	    { "policy" } },
};

static void
test_explain(void)
{
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		const struct said *s = &said[i];
		struct sts_answer a = { s->status, s->code, s->message,
			"c6104cbe-af31-11e0-8154-cbc7ccf896c7", s->skew };
		struct err e = { 0 };

		CHECK_EQ(sts_judge(&a), s->verdict);
		CHECK_EQ(sts_explain(&a, s->who, &e), s->rc);
		for (size_t j = 0; j < 3 && s->part[j] != NULL; j++)
			HAS(e.msg, s->part[j]);
		HAS(e.msg, "c6104cbe-af31-11e0-8154-cbc7ccf896c7");
		HAS_NOT(e.msg, "{");
		if (s->code != NULL)
			HAS(e.msg, s->code);
		CHECK(e.msg[strlen(e.msg) - 1] == ')');
	}
}

static void
test_fine(void)
{
	struct sts_answer a = { .status = 200 };

	CHECK_EQ(sts_judge(&a), STS_FINE);
	a.code = "AccessDenied"; /* some stand-ins answer 200 to everything */
	CHECK_EQ(sts_judge(&a), STS_REFUSED);
	a = (struct sts_answer){ .status = 302 };
	CHECK_EQ(sts_judge(&a), STS_REFUSED);
	a = (struct sts_answer){ 0 };
	CHECK_EQ(sts_judge(&a), STS_REFUSED);
}

/* Nothing is known but a code: still a sentence, and nothing is read. */
static void
test_nameless(void)
{
	struct sts_asked nobody = { 0 };
	struct err e;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct sts_answer a = { .status = said[i].status,
			.code = said[i].code,
			.message = said[i].message };

		(void)sts_explain(&a, &nobody, &e);
		HAS_NOT(e.msg, "(null)");
		HAS_NOT(e.msg, "''");
	}
}

static void
check_one_line(const char *s)
{
	for (; *s != '\0'; s++)
		CHECK((unsigned char)*s >= ' ' && *s != 0x7f);
}

static void
test_hostile(void)
{
	static const char start[] =
	    "\x1b[2J\x1b]0;owned\x07\r\nrm \xc2\x9b\x33\x31m \xff";
	static char message[100001], role[2049];
	struct sts_asked who = admin;
	struct sts_answer a = { .status = 403 };
	struct err e;

	memset(message, 'x', sizeof(message) - 1);
	for (size_t i = 0; start[i] != '\0'; i++)
		message[i] = start[i];
	memset(role, 'r', sizeof(role) - 1);
	a.code = "AccessDenied\x1b[31m";
	a.message = message;
	a.request_id = message;
	who.role_arn = role;
	CHECK_EQ(sts_explain(&a, &who, &e), RC_DENIED);
	check_one_line(e.msg);
	HAS_NOT(e.msg, "\xc2\x9b");
	HAS_NOT(e.msg, "\xff");
	HAS(e.msg, "?[2J?]0;owned? rm ?31m ?");
	CHECK(strlen(e.msg) < ERR_MAX);

	/* The next step is said whatever AWS talks. */
	a.code = "AccessDenied";
	CHECK_EQ(sts_explain(&a, &who, &e), RC_DENIED);
	HAS(e.msg, "trust policy");
	HAS(e.msg, "...");
	check_one_line(e.msg);

	a = (struct sts_answer){ .status = 403,
		.code = "SignatureDoesNotMatch",
		.skew = INT64_MIN };
	CHECK_EQ(sts_explain(&a, &who, &e), RC_CLOCK);
	HAS(e.msg, "ahead");
}

static void
cleaned(const char *from, size_t max, const char *want)
{
	AUTO_BUF struct buf b = BUF_INIT(1024);

	buf_str(&b, "<");
	sts_text_clean(&b, from, max);
	CHECK(b.len <= max + 1);
	buf_str(&b, ">");
	if (strlen(want) != b.len - 2 || memcmp(b.p + 1, want, b.len - 2) != 0)
		check_mem_at(__FILE__, __LINE__, b.p + 1, b.len - 2, want);
}

static void
test_clean(void)
{
	cleaned("", 10, "");
	cleaned("  a \t\r\n b  ", 10, "a b");
	cleaned("0123456789", 10, "0123456789");
	cleaned("0123456789a", 10, "0123456...");
	cleaned("012345678\xc3\xa9", 10, "0123456...");
	cleaned("01234567\xc3\xa9", 10, "01234567\xc3\xa9");
	cleaned("abcd", 2, "");
	cleaned("abcd", 3, "...");
	cleaned("\xe2\x80\xae"
		"evil\xe2\x80\x8b",
	    20, "?evil?");
	cleaned("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80", 20, "?????????");
	cleaned("cut \xf0\x9f", 20, "cut ??");
	cleaned("\xf0\x9f\x94\x91", 20, "\xf0\x9f\x94\x91");
}

static enum rc
on(enum rc (*check)(struct bytes, struct err *), const char *s)
{
	struct err e = { 0 };
	enum rc rc = check(BYTES_STR(s), &e);

	CHECK(rc == RC_OK || (rc == RC_CONFIG && e.msg[0] != '\0'));
	/* What does not fit may be a secret in the wrong place. */
	if (rc != RC_OK && strlen(s) > 5)
		HAS_NOT(e.msg, s);
	return rc;
}

static void
test_shapes(void)
{
	static char longer[2100];

	memset(longer, 'a', sizeof(longer) - 1);
	CHECK_EQ(on(sts_check_access_key_id, "AKIAIOSFODNN7EXAMPLE"), RC_OK);
	CHECK_EQ(on(sts_check_access_key_id, "AKIA"), RC_CONFIG);
	CHECK_EQ(on(sts_check_access_key_id, ""), RC_CONFIG);
	CHECK_EQ(on(sts_check_access_key_id,
		     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
	    RC_CONFIG);
	CHECK_EQ(on(sts_check_access_key_id, longer), RC_CONFIG);

	CHECK_EQ(on(sts_check_serial, dev.serial), RC_OK);
	CHECK_EQ(on(sts_check_serial, "GAHT12345678"), RC_OK);
	CHECK_EQ(on(sts_check_serial, "arn:aws:iam::1:mfa/a b"), RC_CONFIG);
	CHECK_EQ(on(sts_check_serial, "123456"), RC_CONFIG);

	CHECK_EQ(on(sts_check_role_arn, admin.role_arn), RC_OK);
	CHECK_EQ(on(sts_check_role_arn, "arn:aws:iam:::role/Admin"), RC_OK);
	CHECK_EQ(on(sts_check_role_arn, "arn:aws:iam::999999999999:user/Admin"),
	    RC_CONFIG);
	CHECK_EQ(
	    on(sts_check_role_arn, "arn:aws:iam::9:role/A\ndmin"), RC_CONFIG);
	CHECK_EQ(on(sts_check_role_arn, "Admin"), RC_CONFIG);
	CHECK_EQ(on(sts_check_role_arn, longer), RC_CONFIG);

	CHECK_EQ(on(sts_check_session_name, "dev_1+=,.@-"), RC_OK);
	CHECK_EQ(on(sts_check_session_name, "d"), RC_CONFIG);
	CHECK_EQ(on(sts_check_session_name, "dev user"), RC_CONFIG);
	CHECK_EQ(on(sts_check_session_name, "d\xc3\xa9v"), RC_CONFIG);

	CHECK_EQ(on(sts_check_external_id, "a:/b"), RC_OK);
	CHECK_EQ(on(sts_check_external_id, "a#b"), RC_CONFIG);
	CHECK_EQ(on(sts_check_external_id, ""), RC_CONFIG);

	CHECK_EQ(
	    on(sts_check_secret, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
	    RC_OK);
	CHECK_EQ(
	    on(sts_check_secret, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE"),
	    RC_CONFIG);
	CHECK_EQ(
	    on(sts_check_secret, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE KEY"),
	    RC_CONFIG);
	CHECK_EQ(
	    on(sts_check_secret, "wJalrXUtnFEMI-K7MDENG/bPxRfiCYEXAMPLEKEY"),
	    RC_CONFIG);
}

int
main(void)
{
	test_bodies();
	test_explain();
	test_fine();
	test_nameless();
	test_hostile();
	test_clean();
	test_shapes();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/policy.h"

#include <stdio.h>

#include "signer/aws/iam.h"
#include "signer/aws/sts.h"
#include "tests/check.h"

enum { NOW = 1440938160 };

#define IDENTITY "Action=GetCallerIdentity&Version=2011-06-15"

static struct policy_request
request(const char *body)
{
	return (struct policy_request){
		.access_key_id = "AKIAIOSFODNN7EXAMPLE",
		.method = "POST",
		.host = "sts.eu-central-1.amazonaws.com",
		.path = "/",
		.content_type = STS_CONTENT_TYPE,
		.body = BYTES_STR(body),
		.region = "eu-central-1",
		.service = "sts",
		.time = NOW,
	};
}

static enum rc
check(const struct policy_request *r)
{
	struct err e = { 0 };
	enum rc rc = policy_check(r, NOW, &e);

	CHECK(rc == RC_OK || strlen(e.msg) > 0);
	CHECK(strstr(e.msg, "123456") == NULL);
	return rc;
}

static void
test_our_own(void)
{
	AUTO_BUF struct buf session = BUF_INIT(4096);
	AUTO_BUF struct buf role = BUF_INIT(4096);
	AUTO_BUF struct buf who = BUF_INIT(4096);
	struct policy_request r;

	sts_get_session_token(
	    &session, &(struct sts_session){ .seconds = 43200,
			  .serial = "arn:aws:iam::123456789012:mfa/dev",
			  .code = "123456" });
	sts_assume_role(
	    &role, &(struct sts_role){ .role_arn = "arn:aws:iam::1:role/a b",
		       .session_name = "dev+x=y,@-.",
		       .external_id = "a:b/c@d",
		       .seconds = 900 });
	sts_get_caller_identity(&who);
	r = request(buf_cstr(&session));
	CHECK_EQ(check(&r), RC_OK);
	r = request(buf_cstr(&role));
	CHECK_EQ(check(&r), RC_OK);
	r = request(buf_cstr(&who));
	CHECK_EQ(check(&r), RC_OK);
}

#define SERIAL "arn:aws:iam::123456789012:mfa/dev"

static enum rc
check_iam(const char *body)
{
	struct policy_request r = request(body);

	r.service = "iam";
	r.region = "us-east-1";
	r.host = "iam.amazonaws.com";
	return check(&r);
}

static void
test_our_own_iam(void)
{
	static const struct iam_codes codes = { "dev", SERIAL, "123456",
		"234567" };
	AUTO_BUF struct buf b = BUF_INIT(4096);

	iam_create_virtual_mfa_device(&b, "dev desk+,.@=_-");
	CHECK_EQ(check_iam(buf_cstr(&b)), RC_OK);
	buf_clear(&b);
	iam_delete_virtual_mfa_device(&b, SERIAL);
	CHECK_EQ(check_iam(buf_cstr(&b)), RC_OK);
	buf_clear(&b);
	iam_enable_mfa_device(&b, &codes);
	CHECK_EQ(check_iam(buf_cstr(&b)), RC_OK);
	buf_clear(&b);
	iam_resync_mfa_device(&b, &codes);
	CHECK_EQ(check_iam(buf_cstr(&b)), RC_OK);
	buf_clear(&b);
	iam_deactivate_mfa_device(&b, NULL, SERIAL);
	CHECK_EQ(check_iam(buf_cstr(&b)), RC_OK);
	buf_clear(&b);
	iam_list_mfa_devices(&b, "dev", "a/b+c=");
	CHECK_EQ(check_iam(buf_cstr(&b)), RC_OK);
	buf_clear(&b);
	iam_list_virtual_mfa_devices(&b, "a/b+c=");
	CHECK_EQ(check_iam(buf_cstr(&b)), RC_OK);
}

/* Each service has its own actions, in its own version. */
static void
test_services(void)
{
	static const char *const hostile[] = {
		"",
		"Action=GetSessionToken&Version=2011-06-15",
		"Action=GetSessionToken&Version=2010-05-08",
		IDENTITY,
		"Action=EnableMFADevice&Version=2011-06-15",
		"Action=EnableMFADevice",
		"Action=EnableMFADevice&Version=",
		"Action=CreateAccessKey&Version=2010-05-08",
		"Action=CreateUser&Version=2010-05-08",
		"Action=AttachUserPolicy&Version=2010-05-08",
		"Action=ListVirtualMFADevices&Version=2011-06-15",
		"Action=enablemfadevice&Version=2010-05-08",
		"Action=EnableMFADevices&Version=2010-05-08",
		"Action=ListMFADevices&Version=2010-05-08&Action=CreateUser",
		"Action=ListMFADevices&Version=2010-05-08&action=CreateUser",
		"Action=ListMFADevices&Version=2010-05-08&%41ction=CreateUser",
		"Action=ListMFADevices&Version=2010-05-08&Version=2011-06-15",
	};
	struct policy_request r;

	CHECK_EQ(check_iam("Action=ListMFADevices&Version=2010-05-08"), RC_OK);
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		if (check_iam(hostile[i]) != RC_POLICY) {
			(void)fprintf(stderr, "[%s]\n", hostile[i]);
			exit(1);
		}
	}
	r = request("Action=EnableMFADevice&Version=2010-05-08");
	CHECK_EQ(check(&r), RC_POLICY);
	r = request("Action=EnableMFADevice&Version=2011-06-15");
	CHECK_EQ(check(&r), RC_POLICY);
	r = request("Action=ListMFADevices&Version=2010-05-08");
	r.service = "IAM";
	CHECK_EQ(check(&r), RC_POLICY);
	r.service = "";
	CHECK_EQ(check(&r), RC_POLICY);
	r.service = "iam";
	r.region = "us-east-1/sts";
	CHECK_EQ(check(&r), RC_POLICY);
	r.region = "us-east-1";
	r.time = NOW - POLICY_SKEW_SECONDS - 1;
	CHECK_EQ(check(&r), RC_POLICY);
}

static void
test_bodies(void)
{
	static const char *const hostile[] = {
		"",
		"Version=2011-06-15",
		"Action=GetCallerIdentity",
		"Action=GetCallerIdentity&Version=2010-05-08",
		"Action=CreateUser&Version=2010-05-08",
		"Action=GetFederationToken&Version=2011-06-15",
		"Action=getcalleridentity&Version=2011-06-15",
		IDENTITY "&Action=CreateUser",
		"Action=CreateUser&" IDENTITY,
		IDENTITY "&Action=GetCallerIdentity",
		IDENTITY "&action=CreateUser",
		IDENTITY "&%41ction=CreateUser",
		IDENTITY "&Acti%6fn=CreateUser",
		IDENTITY "&+Action=CreateUser",
		IDENTITY ";Action=CreateUser",
		IDENTITY "\nAction=CreateUser",
		IDENTITY "\r\n\r\n",
		IDENTITY "& Action=CreateUser",
		IDENTITY "&Version=2010-05-08",
		"Action=&Version=2011-06-15",
		"Action&Version=2011-06-15",
		"Action=Get%43allerIdentity&Version=2011-06-15",
		"{\"Action\":\"GetCallerIdentity\"}",
		IDENTITY "&x=\xc3\xa9",
	};
	struct policy_request r;

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		r = request(hostile[i]);
		if (check(&r) != RC_POLICY) {
			(void)fprintf(stderr, "[%s]\n", hostile[i]);
			exit(1);
		}
	}
	r = request(IDENTITY);
	r.body.len = sizeof(IDENTITY); /* with a NUL */
	CHECK_EQ(check(&r), RC_POLICY);
}

static void
test_shape(void)
{
	static const char *const hosts[] = { "", "a@sts.amazonaws.com",
		"sts.amazonaws.com/x", "a b", "a\r\nx-evil: 1", "a?b", "a#b",
		"a%2f" };
	struct policy_request r = request(IDENTITY);

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		r.host = hosts[i];
		CHECK_EQ(check(&r), RC_POLICY);
	}
	CHECK(policy_is_host("127.0.0.1:4711"));
	CHECK(policy_is_host("[::1]:4711"));
	r = request(IDENTITY);
	r.method = "GET";
	CHECK_EQ(check(&r), RC_POLICY);
	r = request(IDENTITY);
	r.path = "/x";
	CHECK_EQ(check(&r), RC_POLICY);
	r = request(IDENTITY);
	r.query = "Action=CreateUser";
	CHECK_EQ(check(&r), RC_POLICY);
	r = request(IDENTITY);
	r.service = "iam";
	CHECK_EQ(check(&r), RC_POLICY);
	r = request(IDENTITY);
	r.service = "s3";
	CHECK_EQ(check(&r), RC_POLICY);
	r = request(IDENTITY);
	r.region = "eu-central-1/s3";
	CHECK_EQ(check(&r), RC_POLICY);
	r.region = "";
	CHECK_EQ(check(&r), RC_POLICY);
	r = request(IDENTITY);
	r.content_type = "";
	CHECK_EQ(check(&r), RC_POLICY);
	r.content_type = "application/json";
	CHECK_EQ(check(&r), RC_POLICY);
	r.content_type = "application/x-www-form-urlencoded; boundary=x";
	CHECK_EQ(check(&r), RC_POLICY);
	r = request(IDENTITY);
	r.access_key_id = "AKIA/../x";
	CHECK(check(&r) != RC_OK);
}

static void
test_times(void)
{
	struct policy_request r = request(IDENTITY);

	r.time = NOW + POLICY_SKEW_SECONDS;
	CHECK_EQ(check(&r), RC_OK);
	r.time = NOW + POLICY_SKEW_SECONDS + 1;
	CHECK_EQ(check(&r), RC_POLICY);
	r.time = NOW - POLICY_SKEW_SECONDS - 1;
	CHECK_EQ(check(&r), RC_POLICY);
	r.corrected = true;
	CHECK_EQ(check(&r), RC_OK);
	r.time = NOW + POLICY_CORRECTED_SECONDS + 1;
	CHECK_EQ(check(&r), RC_CLOCK);
	r.time = INT64_MIN;
	CHECK_EQ(check(&r), RC_POLICY);
	r.time = INT64_MAX;
	CHECK_EQ(check(&r), RC_POLICY);
}

static void
test_codes(void)
{
	struct err e = { 0 };

	CHECK_EQ(policy_code(NOW, NOW, 0, &e), RC_OK);
	CHECK_EQ(policy_code(NOW + 60, NOW, 0, &e), RC_OK);
	CHECK_EQ(policy_code(NOW - 60, NOW, POLICY_CODES - 1, &e), RC_OK);
	CHECK_EQ(policy_code(NOW + 61, NOW, 0, &e), RC_POLICY);
	CHECK_EQ(policy_code(NOW - 61, NOW, 0, &e), RC_POLICY);
	CHECK_EQ(policy_code(NOW, NOW, POLICY_CODES, &e), RC_POLICY);
	CHECK_EQ(policy_code(INT64_MIN, NOW, 0, &e), RC_POLICY);
	CHECK_EQ(policy_code(INT64_MAX, NOW, 0, &e), RC_POLICY);
}

static enum rc
skew(int64_t to, int64_t in_use, int64_t taken)
{
	const struct policy_skew known = { in_use, taken };
	struct err e = { 0 };

	return policy_skew(to, &known, &e);
}

static void
test_skews(void)
{
	CHECK_EQ(skew(0, 0, 0), RC_OK);
	CHECK_EQ(skew(86400, 0, 0), RC_OK);
	CHECK_EQ(skew(-86400, 0, 0), RC_OK);
	CHECK_EQ(skew(86401, 0, 0), RC_CLOCK);
	CHECK_EQ(skew(INT64_MIN, 0, 0), RC_CLOCK);
	CHECK_EQ(skew(INT64_MAX, 0, 0), RC_CLOCK);
	/* What a record told does not count. */
	CHECK_EQ(skew(7200, 3600, 0), RC_OK);
	CHECK_EQ(skew(3600, 3600, 7200), RC_OK);
	/* A second one does. */
	CHECK_EQ(skew(7260, 0, 7200), RC_OK);
	CHECK_EQ(skew(7261, 0, 7200), RC_POLICY);
	CHECK_EQ(skew(-7200, 7200, 7200), RC_POLICY);
	CHECK_EQ(skew(900, 7200, 7200), RC_OK);
	CHECK_EQ(skew(-900, 7200, 7200), RC_OK);
	CHECK_EQ(skew(901, 7200, 7200), RC_POLICY);
}

int
main(void)
{
	test_our_own();
	test_our_own_iam();
	test_services();
	test_bodies();
	test_shape();
	test_times();
	test_codes();
	test_skews();
	return 0;
}

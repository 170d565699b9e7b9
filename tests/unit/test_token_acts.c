/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/acts.h"

#include "signer/aws/sigv4.h"
#include "signer/aws/sts.h"
#include "signer/aws/totp.h"
#include "signer/crypto/crypto.h"
#include "signer/token/backends.h"
#include "signer/token/keychain.h"
#include "signer/token/steps.h"
#include "tests/fake/fake_token.h"
#include "tests/unit/token_world.h"

#define ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define SEED "12345678901234567890"
#define SERIAL "arn:aws:iam::123456789012:mfa/dev"
#define HOST "sts.eu-central-1.amazonaws.com"
#define SIGNED "content-type;host;x-amz-date"
#define KEY "fake:token=work;object=" ID
#define MFA "fake:token=desk;object=mfa-dev"

static const struct token_ops *const backends[] = { &fake_token, NULL };

/* Runs an act; the reply, if any, is of that type.  The request is freed. */
static enum rc
run(act_run *act, struct message *m, const char *type, struct message **ret)
{
	AUTO_MESSAGE struct message *reply = NULL;
	struct err e = { 0 };
	enum rc rc = act(NULL, m, &reply, &e);

	message_free(m);
	CHECK((rc == RC_OK) == (reply != NULL));
	CHECK(rc == RC_OK || e.msg[0] != '\0');
	if (reply != NULL) {
		AUTO_BUF struct buf json = BUF_INIT(65536);

		CHECK(message_is(reply, type));
		CHECK_EQ(message_encode(reply, &json, &e), RC_OK);
	}
	if (ret != NULL)
		*ret = TAKE(reply);
	return rc;
}

static void
begin(int64_t ms)
{
	struct message *m = message_new("begin");

	message_set_str(m, "profile", "dev");
	message_set_str(m, "pin_source", "command:echo 1234");
	message_set_int(m, "deadline_ms", clock_monotonic_ms() + ms);
	CHECK_EQ(run(act_begin, m, "ok", NULL), RC_OK);
}

static enum rc
hold(const char *serial, int64_t skew)
{
	struct message *m = message_new("hold");

	message_add_str(m, "tokens", KEY);
	message_add_str(m, "tokens", MFA);
	message_set_str(m, "serial", serial);
	message_set_int(m, "skew", skew);
	return run(act_hold, m, "held", NULL);
}

static enum rc
code(const char *entry, int64_t time, struct message **ret)
{
	struct message *m = message_new("code");

	message_set_str(m, "entry", entry);
	message_set_str(m, "serial", SERIAL);
	message_set_int(m, "time", time);
	return run(act_code, m, "code_made", ret);
}

static enum rc
unused(int64_t step)
{
	struct message *m = message_new("unused");

	message_set_str(m, "serial", SERIAL);
	message_set_int(m, "step", step);
	return run(act_unused, m, "ok", NULL);
}

/* A request that policy lets pass; tests change one member. */
static struct message *
request(int64_t time)
{
	AUTO_BUF struct buf body = BUF_INIT(4096);
	struct message *m = message_new("sign");

	sts_get_caller_identity(&body);
	message_set_str(m, "key", KEY);
	message_set_str(m, "access_key_id", ID);
	message_set_str(m, "method", "POST");
	message_set_str(m, "host", HOST);
	message_set_str(m, "path", "/");
	message_set_pair(m, "headers", "Content-Type", STS_CONTENT_TYPE);
	message_set_bytes(m, "body", buf_bytes(&body));
	message_set_str(m, "region", "eu-central-1");
	message_set_str(m, "service", "sts");
	message_set_int(m, "time", time);
	return m;
}

static enum rc
sign(struct message *m, struct message **ret)
{
	return run(act_sign, m, "signed", ret);
}

/* The six digits that the seed in hand gives. */
static void
is_code(const struct message *made)
{
	AUTO_SECRET struct secret mac = { 0 };
	uint8_t msg[TOTP_MESSAGE];
	char want[TOTP_CODE_SIZE];

	totp_message(message_int(made, "step"), msg);
	crypto_openssl.mac(
	    MAC_HMAC_SHA1, BYTES_STR(SEED), BYTES(msg, sizeof(msg)), &mac);
	totp_code(secret_bytes(&mac), want);
	CHECK_MEM(BYTES_STR(message_str(made, "code")), want);
}

static void
test_code(void)
{
	AUTO_MESSAGE struct message *made = NULL;
	int64_t step;

	CHECK_EQ(hold(SERIAL, 0), RC_OK);
	CHECK_EQ(code(MFA, clock_now(), &made), RC_OK);
	is_code(made);
	step = message_int(made, "step");
	CHECK(totp_step(clock_now()) - step <= 1);
	/* The same step is never handed out again, unless it is given back. */
	CHECK_EQ(code(MFA, totp_step_begins(step), NULL), RC_MFA);
	CHECK_EQ(
	    code("command:echo 123456", totp_step_begins(step), NULL), RC_MFA);
	CHECK_EQ(unused(step - 1), RC_OK);
	CHECK_EQ(code(MFA, totp_step_begins(step), NULL), RC_MFA);
	CHECK_EQ(unused(step), RC_OK);
	message_free(TAKE(made));
	CHECK_EQ(code(MFA, clock_now(), &made), RC_OK);
	/* So that no test below waits for the next one. */
	CHECK_EQ(unused(message_int(made, "step")), RC_OK);
}

/* With the clock corrected by the service, another step is the present one. */
static void
test_code_skewed(void)
{
	AUTO_MESSAGE struct message *made = NULL;
	int64_t ahead = clock_now() + 7200;

	CHECK_EQ(code(MFA, ahead, NULL), RC_POLICY);
	CHECK_EQ(hold(SERIAL, 7200), RC_OK);
	CHECK_EQ(code(MFA, ahead, &made), RC_OK);
	CHECK(message_int(made, "step") >= totp_step(ahead));
	is_code(made);
	/* Back at our own time, the record is of the future. */
	CHECK_EQ(hold(SERIAL, 0), RC_CLOCK);
	CHECK_EQ(hold(SERIAL, 90000), RC_CLOCK);
	/* A clock that was ahead: what it gave out was never good. */
	CHECK_EQ(hold(SERIAL, -1), RC_OK);
	CHECK_EQ(code(MFA, clock_now(), NULL), RC_OK);
}

/* Nobody gets a day's codes by saying what the time is. */
static void
test_codes_of_a_day(void)
{
	CHECK_EQ(hold(NULL, 7200 + 90), RC_POLICY);
	CHECK_EQ(hold(NULL, -7200), RC_POLICY);
	CHECK_EQ(hold(NULL, 7200 + 30), RC_OK);
	CHECK_EQ(code(MFA, clock_now(), NULL), RC_POLICY);
	CHECK_EQ(code(MFA, clock_now() + 7200 + 120, NULL), RC_POLICY);
	CHECK_EQ(code(MFA, clock_now() + 7200 - 60, NULL), RC_POLICY);
	CHECK_EQ(hold(NULL, 1), RC_OK);
}

/* Counted is what was handed out, whatever is given back. */
static void
test_few_codes(void)
{
	unsigned int before = state_get()->codes;
	enum rc rc = RC_OK;

	CHECK(before > 0 && before < 8);
	begin(10000); /* which makes nothing forgotten */
	CHECK_EQ(unused(totp_step(clock_now()) - 1), RC_OK);
	CHECK_EQ(unused(totp_step(clock_now())), RC_OK);
	for (unsigned int i = before; i < 8; i++) {
		AUTO_MESSAGE struct message *made = NULL;

		rc = code("command:echo 123456", clock_now(), &made);
		CHECK_EQ(rc, RC_OK);
		CHECK_EQ(unused(message_int(made, "step")), RC_OK);
	}
	CHECK_EQ(code("command:echo 123456", clock_now(), NULL), RC_POLICY);
	CHECK_EQ(code(MFA, clock_now(), NULL), RC_POLICY);
}

static void
test_typed_codes(void)
{
	AUTO_MESSAGE struct message *made = NULL;
	int64_t step = totp_step(clock_now());

	CHECK_EQ(unused(step), RC_OK);
	CHECK_EQ(unused(step + 1), RC_OK);
	CHECK_EQ(code("command:echo 12345", clock_now(), NULL), RC_MFA);
	CHECK_EQ(code("command:echo 1234567", clock_now(), NULL), RC_MFA);
	CHECK_EQ(code("command:echo abcdef", clock_now(), NULL), RC_MFA);
	CHECK_EQ(code("command:exit 1", clock_now(), NULL), RC_MFA);
	CHECK_EQ(code("secret", clock_now(), NULL), RC_CONFIG);
	CHECK_EQ(
	    code("fake:token=none;object=x", clock_now(), NULL), RC_NOTFOUND);
	CHECK_EQ(
	    code("command:printf ' 123456 \\r\\nrest'", clock_now(), &made),
	    RC_OK);
	CHECK_MEM(BYTES_STR(message_str(made, "code")), "123456");
	/* They are recorded as well. */
	CHECK_EQ(code(MFA, totp_step_begins(message_int(made, "step")), NULL),
	    RC_MFA);
}

/* A step ahead was used: the wait for the next is not longer than allowed. */
static void
test_wait(void)
{
	struct steps_last none = { .step = -1 };
	struct err e = { 0 };

	CHECK_EQ(
	    steps_reserve(SERIAL, totp_step(clock_now()) + 1, 0, &none, &e),
	    RC_OK);
	begin(200);
	CHECK_EQ(hold(SERIAL, 0), RC_TIMEOUT);
	CHECK_EQ(hold(NULL, 0), RC_OK);
	CHECK_EQ(hold("not a serial", 0), RC_CONFIG);
	begin(10000);
}

/* The four lines that AWS would sign for that request. */
static void
text_to_sign(const struct sigv4_scope *scope, struct buf *ret)
{
	AUTO_BUF struct buf body = BUF_INIT(4096), canon = BUF_INIT(4096);
	AUTO_BUF struct buf names = BUF_INIT(4096);
	struct sigv4_header headers[] = {
		{ BYTES_STR("Content-Type"), BYTES_STR(STS_CONTENT_TYPE) },
		{ BYTES_STR("Host"), BYTES_STR(HOST) },
		{ BYTES_STR("X-Amz-Date"), BYTES_STR(scope->time) },
	};
	struct sigv4_request r = { .method = BYTES_STR("POST"),
		.path = BYTES_STR("/"),
		.headers = headers,
		.nheaders = 3,
		.normalize = true };
	struct err e = { 0 };

	sts_get_caller_identity(&body);
	r.body = buf_bytes(&body);
	CHECK_EQ(
	    sigv4_canonical(&crypto_openssl, &r, &canon, &names, &e), RC_OK);
	CHECK_MEM(buf_bytes(&names), SIGNED);
	sigv4_string_to_sign(&crypto_openssl, scope, buf_bytes(&canon), ret);
}

static void
is_signed(const struct message *got)
{
	AUTO_BUF struct buf text = BUF_INIT(4096), hex = BUF_INIT(4096);
	AUTO_BUF struct buf want = BUF_INIT(4096);
	AUTO_SECRET struct secret kdate = { 0 }, key = { 0 };
	struct sigv4_scope scope = { message_pair(got, "headers", "X-Amz-Date"),
		"eu-central-1", "sts" };

	text_to_sign(&scope, &text);
	sigv4_kdate(&crypto_openssl, &scope, BYTES_STR(SECRET), &kdate);
	sigv4_signing_key(&crypto_openssl, &scope, secret_bytes(&kdate), &key);
	sigv4_signature(
	    &crypto_openssl, secret_bytes(&key), buf_bytes(&text), &hex);
	sigv4_authorization(
	    &scope, ID, BYTES_STR(SIGNED), buf_bytes(&hex), &want);
	CHECK_MEM(BYTES_STR(message_pair(got, "headers", "Authorization")),
	    buf_cstr(&want));
}

static void
test_sign(void)
{
	AUTO_MESSAGE struct message *a = NULL, *b = NULL;
	unsigned int before = fake_macs();
	int64_t now = clock_now();

	CHECK_EQ(sign(request(now), &a), RC_OK);
	is_signed(a);
	/* A retry on the same date troubles nobody. */
	CHECK_EQ(sign(request(now), &b), RC_OK);
	is_signed(b);
	CHECK_EQ(fake_macs(), before + 1);
	CHECK_EQ(fake_logins(), 2); /* one a token, code and signature */
}

static void
test_sign_refused(void)
{
	unsigned int before = fake_macs();
	struct message *m = request(clock_now());

	message_set_bytes(
	    m, "body", BYTES_STR("Action=CreateUser&Version=2010-05-08"));
	CHECK_EQ(sign(m, NULL), RC_POLICY);
	m = request(clock_now());
	message_set_pair(m, "headers", "X-Amz-Target", "x");
	CHECK_EQ(sign(m, NULL), RC_POLICY);
	m = request(clock_now());
	message_set_pair(m, "headers", "content-type", "text/plain");
	CHECK_EQ(sign(m, NULL), RC_POLICY);
	m = request(clock_now());
	message_set_str(m, "region", "us-east-1\ns3");
	CHECK_EQ(sign(m, NULL), RC_POLICY);
	CHECK_EQ(sign(request(clock_now() + 3600), NULL), RC_POLICY);
	m = request(clock_now());
	message_set_str(m, "key", "fake:token=work;object=none");
	CHECK_EQ(sign(m, NULL), RC_NOTFOUND);
	m = request(clock_now());
	message_set_str(m, "key", SECRET);
	CHECK_EQ(sign(m, NULL), RC_CONFIG);
	CHECK_EQ(fake_macs(), before);
	/* The service's own time, once. */
	m = request(clock_now() + 3600);
	message_set_bool(m, "skewed", true);
	CHECK_EQ(sign(m, NULL), RC_OK);
	m = request(clock_now() + 3600);
	message_set_bool(m, "skewed", true);
	CHECK_EQ(sign(m, NULL), RC_POLICY);
}

static void
test_key(void)
{
	AUTO_MESSAGE struct message *about = NULL, *listed = NULL;
	struct message *m = message_new("describe");

	message_set_str(m, "key", KEY);
	CHECK_EQ(run(act_describe, m, "described", &about), RC_OK);
	CHECK_MEM(
	    BYTES_STR(message_str(about, "algorithm")), "AWS4-HMAC-SHA256");
	CHECK_MEM(BYTES_STR(message_str(about, "held")), "hmac");
	CHECK_MEM(BYTES_STR(message_str(about, "uri")), KEY);
	CHECK_EQ(message_int(about, "seals"), 0);
	m = message_new("list");
	message_set_str(m, "uri", "fake:token=work");
	CHECK_EQ(run(act_list, m, "listed", &listed), RC_OK);
	CHECK_EQ(message_count(listed, "items"), 1);
	CHECK_MEM(BYTES_STR(message_item(listed, "items", 0, "object")), ID);
	CHECK_MEM(BYTES_STR(message_item(listed, "items", 0, "seals")), "0");
	m = message_new("remove");
	message_set_str(m, "key", KEY);
	CHECK_EQ(run(act_remove, m, "ok", NULL), RC_OK);
	m = message_new("remove");
	message_set_str(m, "key", KEY);
	CHECK_EQ(run(act_remove, m, "ok", NULL), RC_NOTFOUND);
}

int
main(void)
{
	world_begin();
	backends_use(backends);
	fake_plug("work", "01", "1234");
	fake_plug("desk", "02", "1234");
	fake_put("work", ID, BYTES_STR("AWS4" SECRET));
	fake_put("desk", "mfa-dev", BYTES_STR(SEED));
	begin(10000);
	test_code();
	test_code_skewed();
	test_codes_of_a_day();
	test_typed_codes();
	test_few_codes();
	test_wait();
	test_sign();
	test_sign_refused();
	test_key();
	acts_end();
	fake_unplug();
	return 0;
}

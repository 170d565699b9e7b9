/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "signer/aws/sigv4.h"
#include "signer/base/clock.h"
#include "signer/crypto/crypto.h"
#include "signer/token/acts.h"
#include "signer/token/keychain.h"
#include "signer/token/policy.h"
#include "signer/token/signing_key.h"

enum {
	BODY_MAX = 256 * 1024, /* of what STS takes */
	CANONICAL_MAX = 16 * 1024,
	VALUE_MAX = 4096,
};

/* The headers of a request: Content-Type, and nothing that policy never read. */
struct seen {
	const char *content_type;
	bool other;
};

static void
see_header(void *ctx, const char *name, const char *value)
{
	struct seen *s = ctx;

	if (strcasecmp(name, "content-type") != 0 || s->content_type != NULL)
		s->other = true;
	else
		s->content_type = value;
}

static enum rc
allow(struct state *s, const struct message *m, struct policy_request *r,
    struct err *e)
{
	int64_t now = clock_now(), off = r->time - now;
	struct seen seen = { 0 };
	enum rc rc;

	message_pairs(m, "headers", see_header, &seen);
	if (seen.other)
		return err_set(e, RC_POLICY,
		    "the token signs content-type, host and x-amz-date, and no "
		    "other header");
	if (seen.content_type != NULL)
		r->content_type = seen.content_type;
	rc = policy_check(r, now, e);
	if (rc != RC_OK ||
	    (off <= POLICY_SKEW_SECONDS && off >= -POLICY_SKEW_SECONDS))
		return rc;
	if (s->skew_signed)
		return err_set(e, RC_POLICY,
		    "a second request at a corrected time is not signed; set "
		    "the clock");
	s->skew_signed = true;
	state_say(s,
	    "this clock is more than 15 minutes from that of AWS: signing once "
	    "with the time of AWS; set the clock",
	    0);
	return RC_OK;
}

static void
add_authorization(struct message *reply, const struct policy_request *r,
    const struct sigv4_scope *scope, struct bytes names, struct bytes signature)
{
	AUTO_BUF struct buf value = BUF_INIT(VALUE_MAX);

	sigv4_authorization(scope, r->access_key_id, names, signature, &value);
	message_set_pair(reply, "headers", "X-Amz-Date", scope->time);
	message_set_pair(reply, "headers", "Authorization", buf_cstr(&value));
}

/* What is signed is built here, from what policy has read. */
static enum rc
sign(const struct policy_request *r, const struct sigv4_scope *scope,
    struct bytes key, struct message *reply, struct err *e)
{
	AUTO_BUF struct buf canonical = BUF_INIT(CANONICAL_MAX);
	AUTO_BUF struct buf names = BUF_INIT(VALUE_MAX);
	AUTO_BUF struct buf to_sign = BUF_INIT(VALUE_MAX);
	AUTO_BUF struct buf signature = BUF_INIT(VALUE_MAX);
	struct sigv4_header headers[] = {
		{ BYTES_STR("content-type"), BYTES_STR(r->content_type) },
		{ BYTES_STR("host"), BYTES_STR(r->host) },
		{ BYTES_STR("x-amz-date"), BYTES_STR(scope->time) },
	};
	struct sigv4_request request = {
		.method = BYTES_STR(r->method),
		.path = BYTES_STR(r->path),
		.query = BYTES_STR(""),
		.headers = headers,
		.nheaders = sizeof(headers) / sizeof(headers[0]),
		.body = r->body,
		.normalize = true,
	};
	enum rc rc =
	    sigv4_canonical(&crypto_openssl, &request, &canonical, &names, e);

	if (rc != RC_OK)
		return rc;
	sigv4_string_to_sign(
	    &crypto_openssl, scope, buf_bytes(&canonical), &to_sign);
	sigv4_signature(&crypto_openssl, key, buf_bytes(&to_sign), &signature);
	if (!buf_ok(&to_sign) || !buf_ok(&signature) || !buf_ok(&names))
		return err_set(e, RC_FORMAT, "a request too long to sign");
	add_authorization(
	    reply, r, scope, buf_bytes(&names), buf_bytes(&signature));
	return RC_OK;
}

enum rc
act_sign(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_BUF struct buf body = BUF_INIT(BODY_MAX);
	AUTO_MESSAGE struct message *out = message_new("signed");
	struct policy_request r = {
		.access_key_id = message_str(request, "access_key_id"),
		.method = message_str(request, "method"),
		.host = message_str(request, "host"),
		.path = message_str(request, "path"),
		.query = message_str(request, "query"),
		.content_type = "",
		.region = message_str(request, "region"),
		.service = message_str(request, "service"),
		.time = message_int(request, "time"),
		.corrected = message_bool(request, "skewed"),
	};
	char time[CLOCK_BASIC_SIZE];
	struct sigv4_scope scope = { time, r.region, r.service };
	struct state *s = state_get();
	struct bytes key;
	enum rc rc = message_bytes(request, "body", &body, e);

	s->h = h;
	r.body = buf_bytes(&body);
	if (rc == RC_OK)
		rc = allow(s, request, &r, e);
	if (rc != RC_OK)
		return rc;
	clock_basic(r.time, time);
	rc = signing_key_get(s, message_str(request, "key"), &scope, &key, e);
	if (rc == RC_OK)
		rc = sign(&r, &scope, key, out, e);
	if (rc == RC_OK)
		*reply = TAKE(out);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/acts.h"

#include <stdio.h>

#include "signer/aws/sts.h"
#include "signer/base/clock.h"
#include "signer/base/wiped.h"
#include "signer/crypto/box.h"
#include "signer/crypto/memory.h"
#include "signer/net/answer.h"
#include "signer/net/http.h"
#include "signer/net/retry.h"
#include "signer/net/sign.h"

enum {
	MAX_ACTION = 64,
	MAX_ID = 256,
	MAX_MESSAGE = 4096,
	NOTICE_MS = 1500, /* shorter pauses go by without a word */
	WARM_MS = 5000,   /* a `send` may be waiting behind a silent host */
};

/* One a process: the wire's acts know no context but the helper. */
static struct http *http;

/* One `send`, up to its reply. */
struct sending {
	struct helper *helper;
	struct http_stop stop;
	struct http_request request;
	struct pool strings;
	struct http_answer http;
	bool once;
	bool sent; /* in any of the tries */
	char action[MAX_ACTION];
	struct buf seal_to; /* a public key; empty: nothing is sealed */
	struct buf sealed;
};

static void
sending_done(struct sending *s)
{
	http_answer_done(&s->http);
	buf_done(&s->seal_to);
	buf_done(&s->sealed);
	pool_done(&s->strings);
}

static enum rc
act_warm(struct helper *h, const struct message *m, struct message **reply,
    struct err *e)
{
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	struct http_stop stop = { helper_cancelled, h };
	int64_t soon = clock_monotonic_ms() + WARM_MS;
	struct http_request r = {
		.url = message_str(m, "url"),
		.method = "HEAD",
		.ca_bundle = message_str(m, "ca_bundle"),
		.deadline_ms = message_int(m, "deadline_ms"),
	};

	(void)reply;
	if (r.deadline_ms > soon)
		r.deadline_ms = soon;
	/* What is wrong will be wrong at `send`, and be said there. */
	(void)http_send(http, &r, &stop, &answer, e);
	return RC_OK;
}

static void
add_header(void *ctx, const char *name, const char *value)
{
	struct http_request *r = ctx;

	/* One too many is counted, so that it is refused and not dropped. */
	if (r->nheaders < HTTP_MAX_HEADERS)
		r->headers[r->nheaders] = (struct http_header){ name, value };
	r->nheaders++;
}

/* "AssumeRole" of the form Action=AssumeRole&..., or "". */
static void
read_action(struct sending *s)
{
	static const char head[] = "Action=";
	size_t n = sizeof(head) - 1, len = 0;
	struct bytes body = s->request.body;

	if (body.len <= n || memcmp(body.p, head, n) != 0)
		return;
	while (n + len < body.len && body.p[n + len] != '&')
		len++;
	if (len < sizeof(s->action))
		memcpy(s->action, body.p + n, len);
}

static enum rc
sign(struct sending *s, const struct message *m, struct err *e)
{
	struct session_key key = {
		.access_key_id = message_str(m, "access_key_id"),
		.secret_access_key = message_str(m, "secret_access_key"),
		.session_token = message_str(m, "session_token"),
		.region = message_str(m, "region"),
		.service = message_str(m, "service"),
		.time = message_has(m, "time") ? message_int(m, "time")
		                               : clock_now(),
	};

	if (key.access_key_id == NULL)
		return RC_OK; /* stskey-token has signed it */
	if (key.secret_access_key == NULL || key.region == NULL ||
	    key.service == NULL)
		return err_set(e, RC_HELPER,
		    "`send` lacks a part of the key to sign with");
	return sign_request(&key, &s->request, &s->strings, e);
}

/* Before anything is sent, as what is answered comes only once. */
static enum rc
read_seal_to(struct sending *s, const struct message *m, struct err *e)
{
	enum rc rc = message_bytes(m, "seal_to", &s->seal_to, e);

	if (rc != RC_OK || !message_has(m, "seal_to"))
		return rc;
	rc =
	    box_close_to(buf_bytes(&s->seal_to), BYTES(NULL, 0), &s->sealed, e);
	buf_clear(&s->sealed);
	return rc == RC_OK ? RC_OK : err_in(e, RC_HELPER, "`seal_to`");
}

static enum rc
read_request(
    struct sending *s, const struct message *m, struct buf *body, struct err *e)
{
	enum rc rc = message_bytes(m, "body", body, e);

	if (rc != RC_OK)
		return rc;
	s->request.url = message_str(m, "url");
	s->request.method = message_str(m, "method");
	s->request.ca_bundle = message_str(m, "ca_bundle");
	s->request.deadline_ms = message_int(m, "deadline_ms");
	s->request.body = buf_bytes(body);
	s->once = message_bool(m, "once");
	message_pairs(m, "headers", add_header, &s->request);
	if (s->request.nheaders > HTTP_MAX_HEADERS)
		return err_set(e, RC_HELPER, "`send` has more than %d headers",
		    HTTP_MAX_HEADERS);
	read_action(s);
	rc = read_seal_to(s, m, e);
	return rc == RC_OK ? sign(s, m, e) : rc;
}

/* Whether what was answered may be answered otherwise to the same request. */
static bool
is_passing(const struct answer *a)
{
	struct sts_answer judged = {
		.status = a->status,
		.code = a->code,
		.message = a->message,
	};

	return sts_judge(&judged) == STS_AGAIN;
}

static void
tell(struct helper *h, int64_t ms)
{
	char text[96];

	(void)snprintf(text, sizeof(text),
	    "no answer of AWS yet: trying again in %lld s",
	    (long long)(ms + 999) / 1000);
	helper_progress(h, text, clock_now() + ms / 1000);
}

/* Waits before the next try; false when there is none. */
static bool
wait_to_retry(struct sending *s, unsigned int tries)
{
	int64_t ms = retry_pause_ms(tries, s->http.retry_after, retry_random());
	int64_t left = s->request.deadline_ms - clock_monotonic_ms();
	struct err ignored;

	if (tries >= RETRY_TRIES || ms >= left || (s->once && s->sent))
		return false;
	if (ms >= NOTICE_MS)
		tell(s->helper, ms);
	return http_pause(http, ms, &s->stop, &ignored) == RC_OK;
}

/* What nobody but the token process may read is closed, or forgotten. */
static enum rc
seal(struct sending *s, struct answer *a, struct err *e)
{
	AUTO_SECRET struct secret secret = { 0 };

	answer_take_secret(a, &secret);
	buf_clear(&s->sealed);
	if (secret.p == NULL || s->seal_to.len == 0)
		return RC_OK;
	return box_close_to(
	    buf_bytes(&s->seal_to), secret_bytes(&secret), &s->sealed, e);
}

static enum rc
try_once(struct sending *s, struct answer *ret, struct err *e)
{
	enum rc rc = http_send(http, &s->request, &s->stop, &s->http, e);

	s->sent |= s->http.sent;
	if (rc != RC_OK)
		return rc;
	if (strcmp(s->request.method, "HEAD") == 0) {
		ret->status = s->http.status; /* and there is no more of it */
		return RC_OK;
	}
	rc = answer_read(s->http.status, buf_bytes(&s->http.body),
	    s->action[0] != '\0' ? s->action : NULL, ret, e);
	buf_clear(&s->http.body);
	if (rc == RC_OK)
		rc = seal(s, ret, e);
	wiped_stack();
	return rc;
}

static enum rc
try_all(struct sending *s, struct answer *ret, struct err *e)
{
	bool again = true;
	enum rc rc = RC_OK;

	for (unsigned int tries = 1; again; tries++) {
		answer_done(ret);
		rc = try_once(s, ret, e);
		again = rc == RC_OK ? is_passing(ret) : s->http.passing;
		again = again && wait_to_retry(s, tries);
	}
	if (helper_cancelled(s->helper))
		return err_set(e, RC_CANCELLED, "called off");
	return rc;
}

static void
add_value(void *ctx, const char *name, const char *value)
{
	message_set_pair(ctx, "values", name, value);
}

/* A hostile or broken service's long text ends here; none is that long. */
static void
set_cut(struct message *m, const char *name, const char *value, size_t max)
{
	AUTO_BUF struct buf cut = BUF_INIT(max + 1);

	if (value == NULL)
		return;
	buf_add(&cut, BYTES(value, strnlen(value, max)));
	message_set_str(m, name, buf_cstr(&cut));
}

static struct message *
answer_message(const struct sending *s, const struct answer *a)
{
	struct message *m = message_new("answer");

	message_set_int(m, "status", a->status);
	message_set_bool(m, "sent", s->sent);
	if (s->http.date != 0)
		message_set_int(m, "date", s->http.date);
	set_cut(m, "code", a->code, MAX_ID);
	set_cut(m, "message", a->message, MAX_MESSAGE);
	set_cut(m, "request_id", a->request_id, MAX_ID);
	answer_values(a, add_value, m);
	if (s->sealed.len > 0)
		message_set_bytes(m, "sealed", buf_bytes(&s->sealed));
	return m;
}

static struct message *
unsent_message(const struct sending *s, enum rc rc, const struct err *e)
{
	struct message *m = message_new("unsent");

	message_set_int(m, "rc", rc);
	message_set_str(m, "message", e->msg);
	message_set_bool(m, "sent", s->sent);
	return m;
}

static enum rc
act_send(struct helper *h, const struct message *m, struct message **reply,
    struct err *e)
{
	AUTO_BUF struct buf body = BUF_INIT(HTTP_MAX_ANSWER);
	AUTO_ANSWER struct answer answer = { 0 };
	AUTO(sending_done)
	struct sending s = {
		.helper = h,
		.stop = { helper_cancelled, h },
		.http = HTTP_ANSWER_INIT,
		.seal_to = BUF_INIT(BOX_KEY + 1),
		.sealed = BUF_INIT(XML_MAX_BYTES + BOX_TO_OVERHEAD),
	};
	enum rc rc = read_request(&s, m, &body, e);

	if (rc == RC_OK)
		rc = try_all(&s, &answer, e);
	*reply = rc == RC_OK ? answer_message(&s, &answer)
	                     : unsent_message(&s, rc, e);
	return rc;
}

const struct act net_acts[] = {
	{ "warm", act_warm },
	{ "send", act_send },
	{ 0 },
};

enum rc
acts_begin(const char *agent, struct err *e)
{
	crypto_wipe_freed();
	return http_new(agent, &http, e);
}

void
acts_cancel(void)
{
	http_wake(http);
}

void
acts_end(void)
{
	http_free(http);
	http = NULL;
}

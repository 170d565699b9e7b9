/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/call.h"

#include <stdlib.h>

#include "signer/base/pool.h"
#include "signer/cmd/audit.h"
#include "signer/host/term.h"

static const char *
service(const struct call *call)
{
	return call->service != NULL ? call->service : "sts";
}

static void
add_header(void *ctx, const char *name, const char *value)
{
	message_set_pair(ctx, "headers", name, value);
}

/* The headers that the token adds for its signature. */
static enum rc
sign(struct crew *c, const struct call *call, struct message *send,
    struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("sign");
	AUTO_MESSAGE struct message *made = NULL;
	enum rc rc;

	message_set_str(m, "key", call->key);
	message_set_str(m, "access_key_id", call->access_key_id);
	message_set_str(m, "method", "POST");
	message_set_str(m, "host", call->endpoint->host);
	message_set_str(m, "path", "/");
	message_set_pair(m, "headers", "Content-Type", STS_CONTENT_TYPE);
	message_set_bytes(m, "body", call->body);
	message_set_str(m, "region", call->endpoint->region);
	message_set_str(m, "service", service(call));
	message_set_int(m, "time", call->time);
	message_set_bool(m, "skewed", call->skewed);
	rc = child_call(&c->token, m, "signed", &made, e);
	if (rc == RC_OK)
		message_pairs(made, "headers", add_header, send);
	return rc;
}

/* The session that stskey-net signs with. */
static void
set_session(struct message *m, const struct call *call)
{
	const struct credentials *s = call->session;
	AUTO_POOL struct pool pool = POOL_INIT;

	message_set_str(m, "access_key_id", pool_add(&pool, s->access_key_id));
	message_set_str(
	    m, "secret_access_key", pool_add(&pool, s->secret_access_key));
	message_set_str(m, "session_token", pool_add(&pool, s->session_token));
	message_set_str(m, "region", call->endpoint->region);
	message_set_str(m, "service", service(call));
	message_set_int(m, "time", call->time);
}

static enum rc
hear(struct crew *c, struct call *call, const struct message *m,
    struct message **ret, struct err *e)
{
	AUTO_MESSAGE struct message *answer = NULL;
	enum rc rc;

	call->sent = true; /* until net says otherwise */
	if ((rc = child_send(&c->net, m, e)) != RC_OK ||
	    (rc = child_recv(&c->net, &answer, e)) != RC_OK)
		return rc;
	call->sent = message_bool(answer, "sent");
	if (message_is(answer, "unsent"))
		return message_to_error(answer, e);
	if (!message_is(answer, "answer"))
		return err_set(e, RC_HELPER, "stskey-net answered '%s'",
		    message_type(answer));
	term_step("HTTP %d, request id %s", (int)message_int(answer, "status"),
	    message_has(answer, "request_id")
		? message_str(answer, "request_id")
		: "unknown");
	*ret = TAKE(answer);
	return RC_OK;
}

enum rc
call_send(
    struct crew *c, struct call *call, struct message **ret, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("send");
	AUTO_MESSAGE struct message *answer = NULL;
	enum rc rc = RC_OK;

	call->sent = false;
	term_step("signing %s by %s", call->action,
	    call->session == NULL ? "the key" : "the session");
	message_set_str(m, "url", call->endpoint->url);
	message_set_str(m, "method", "POST");
	message_set_pair(m, "headers", "Content-Type", STS_CONTENT_TYPE);
	message_set_bytes(m, "body", call->body);
	message_set_bool(m, "once", call->once);
	message_set_str(m, "ca_bundle", c->ca_bundle);
	message_set_int(m, "deadline_ms", c->deadline_ms);
	if (call->seal_to.len > 0)
		message_set_bytes(m, "seal_to", call->seal_to);
	if (call->session != NULL)
		set_session(m, call);
	else
		rc = sign(c, call, m, e);
	if (rc != RC_OK)
		return rc;

	term_step("sending it");
	rc = hear(c, call, m, &answer, e);
	audit_request(c, call, answer);
	if (rc == RC_OK)
		message_move(ret, &answer);
	return rc;
}

struct sts_answer
call_answer(const struct message *answer, const struct call *call)
{
	return (struct sts_answer){
		.status = message_int(answer, "status"),
		.code = message_str(answer, "code"),
		.message = message_str(answer, "message"),
		.request_id = message_str(answer, "request_id"),
		.skew = message_has(answer, "date")
		            ? message_int(answer, "date") - call->time
		            : 0,
	};
}

void
call_tell_clock(int64_t skew)
{
	if (skew != 0)
		term_say(
		    "warning: this clock is %lld seconds %s STS's; trying once "
		    "with STS's time; set the clock",
		    llabs((long long)skew), skew > 0 ? "behind" : "ahead of");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/audit.h"

#include <syslog.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/host/term.h"
#include "signer/store/log.h"

static void
say_once(const struct err *e)
{
	static bool said;

	if (!said)
		term_say("warning: this is not in the log: %s", e->msg);
	said = true;
}

/* To those who may read what concerns who was let in. */
static void
tell_system(struct bytes line)
{
	openlog("stskey", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_INFO, "%.*s", (int)line.len - 1, (const char *)line.p);
	closelog();
}

static void
write_line(const struct event *ev)
{
	AUTO_BUF struct buf line = BUF_INIT(EVENT_MAX);
	struct err e;

	if (event_encode(ev, &line, &e) != RC_OK) {
		say_once(&e);
		return;
	}
	tell_system(buf_bytes(&line));
	if (log_append(buf_bytes(&line), &e) != RC_OK)
		say_once(&e);
}

void
audit_event(struct crew *c, struct event *ev)
{
	ev->time = clock_now();
	ev->program = c->program;
	ev->pid = getppid();
	ev->profile = c->profile;
	for (size_t i = 0; i < c->ntouches; i++)
		ev->touched[ev->ntouched++] = c->touches[i];
	write_line(ev);
	c->ntouches = 0;
}

static const char *
outcome(const struct call *call, const struct message *answer)
{
	const char *code = NULL;

	if (answer == NULL)
		return call->sent ? "no answer" : "not sent";
	if (message_int(answer, "status") == 200)
		return "ok";
	code = message_str(answer, "code");
	return code != NULL ? code : "refused";
}

void
audit_request(
    struct crew *c, const struct call *call, const struct message *answer)
{
	struct event ev = {
		.action = call->action,
		.outcome = outcome(call, answer),
		.service = call->service != NULL ? call->service : "sts",
		.role_arn = call->role_arn,
		.mfa_serial = call->serial,
		.signed_by = call->access_key_id,
	};

	if (call->session != NULL && call->service == NULL)
		return;
	if (answer != NULL) {
		ev.request_id = message_str(answer, "request_id");
		ev.access_key_id =
		    message_pair(answer, "values", "Credentials.AccessKeyId");
	}
	audit_event(c, &ev);
}

void
audit_touches(struct crew *c)
{
	struct event ev = { .action = "touch", .outcome = "ok" };

	if (c->ntouches == 0)
		return;
	if (c->token.last == RC_TOUCH)
		ev.outcome = "not touched";
	else if (c->token.last != RC_OK)
		ev.outcome = "failed";
	audit_event(c, &ev);
}

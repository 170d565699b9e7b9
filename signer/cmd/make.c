/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/make.h"

#include <stdlib.h>
#include <string.h>

#include "signer/aws/entry.h"
#include "signer/base/clock.h"
#include "signer/cmd/call.h"
#include "signer/cmd/choose.h"

enum { BODY_MAX = 64 * 1024, ANSWER_MAX = 128 * 1024, TRIES = 3, FAR = 60 };

/* One link while it is being made. */
struct making {
	struct crew *crew;
	const struct plan *plan;
	const struct link *link;
	const struct link_mfa
	    *mfa; /* the device that gives the code, or NULL */
	struct credentials session; /* signs, unless by key */
	int64_t skew;
	bool corrected;
	int64_t step; /* of the code that is out */
	struct call call;
};

static const char *
action(const struct link *l)
{
	return l->kind == LINK_SESSION ? "GetSessionToken" : "AssumeRole";
}

/*
 * The helpers it needs, side by side, before anything is waited for; then the
 * MFA device, once for all tries.
 */
static enum rc
start(struct making *m, struct err *e)
{
	enum rc rc = RC_OK;

	if (m->link->by_key)
		rc = crew_token(m->crew, false, e);
	if (rc == RC_OK)
		rc = crew_net(m->crew, m->link->endpoint.url, e);
	if (rc == RC_OK && m->link->nmfa > 0)
		rc = choose_mfa(m->crew, m->link, &m->mfa, e);
	return rc;
}

static const char *
serial(const struct making *m)
{
	return m->mfa != NULL ? m->mfa->serial : NULL;
}

static enum rc
hold(struct making *m, struct err *e)
{
	bool both = m->mfa != NULL && entry_is_hardware(m->mfa->entry);
	struct hold h = {
		.tokens = { m->plan->key, both ? m->mfa->entry : NULL },
		.serial = serial(m),
		.skew = m->skew,
		.exact = m->corrected,
	};
	enum rc rc = crew_hold(m->crew, &h, e);

	if (rc == RC_OK)
		m->skew = h.skew;
	return rc;
}

static void
body(const struct making *m, const char *code, struct buf *ret)
{
	const struct link *l = m->link;
	const struct sts_session session = {
		.seconds = l->seconds,
		.serial = serial(m),
		.code = code,
	};
	const struct sts_role role = {
		.role_arn = l->role_arn,
		.session_name = l->session_name,
		.external_id = l->external_id,
		.seconds = l->seconds,
		.serial = serial(m),
		.code = code,
	};

	if (l->kind == LINK_SESSION)
		sts_get_session_token(ret, &session);
	else
		sts_assume_role(ret, &role);
}

/* The form, with a code of its own where the link wants one. */
static enum rc
fill(struct making *m, struct buf *form, struct err *e)
{
	struct code code = { .serial = serial(m) };
	enum rc rc = m->link->by_key ? hold(m, e) : RC_OK;

	code.now = clock_now() + m->skew;
	if (rc == RC_OK && m->mfa != NULL) {
		code.entry = m->mfa->entry;
		rc = crew_code(m->crew, &code, e);
	}
	if (rc != RC_OK)
		return rc;
	m->step = code.step;
	body(m, m->mfa != NULL ? code.digits : NULL, form);
	explicit_bzero(&code, sizeof(code));
	return RC_OK;
}

static enum rc
ask_once(struct making *m, struct message **ret, struct err *e)
{
	AUTO_BUF struct buf form = BUF_INIT(BODY_MAX);
	const struct link *l = m->link;
	enum rc rc = fill(m, &form, e);

	if (rc != RC_OK)
		return rc;
	m->call = (struct call){
		.endpoint = &l->endpoint,
		.body = buf_bytes(&form),
		.once = m->mfa != NULL,
		.action = action(l),
		.serial = serial(m),
		.role_arn = l->role_arn,
		.key = m->plan->key,
		.access_key_id = m->plan->access_key_id,
		.session = l->by_key ? NULL : &m->session,
		.time = clock_now() + m->skew,
		.skewed = m->skew != 0,
	};
	rc = call_send(m->crew, &m->call, ret, e);
	if (rc != RC_OK && m->mfa != NULL && !m->call.sent)
		crew_unused(m->crew, m->mfa->serial, m->step);
	return rc;
}

static enum rc
explain(const struct making *m, const struct sts_answer *a, struct err *e)
{
	const struct sts_asked who = {
		.action = action(m->link),
		.profile = m->link->profile,
		.role_arn = m->link->role_arn,
		.serial = serial(m),
		.region = m->link->endpoint.region,
		.access_key_id = m->plan->access_key_id,
	};

	return sts_explain(a, &who, e);
}

/* Seconds that matter, of those between our clock and the service's. */
static int64_t
skew_of(const struct making *m, const struct sts_answer *a)
{
	int64_t skew = m->skew + a->skew;

	return llabs((long long)skew) > FAR ? skew : 0;
}

/* Near enough for a signature, too far for the code that was made by it. */
static bool
is_late_code(const struct making *m, const struct sts_answer *a)
{
	return m->mfa != NULL && entry_is_hardware(m->mfa->entry) &&
	       sts_refused_code(a) && llabs((long long)a->skew) > FAR;
}

/* Whether to ask again; another clock is taken over, once, and said. */
static bool
again(struct making *m, const struct sts_answer *a, int tries)
{
	enum sts_verdict verdict = sts_judge(a);
	bool off = verdict == STS_CLOCK || is_late_code(m, a);

	if (off && !m->corrected && a->skew != 0) {
		m->corrected = true;
		m->skew = skew_of(m, a);
		call_tell_clock(m->skew);
		return true;
	}
	/* Without a code stskey-net has tried again by itself. */
	return verdict == STS_AGAIN && m->mfa != NULL && tries < TRIES;
}

static enum rc
ask(struct making *m, struct message **ret, struct err *e)
{
	enum rc rc = RC_OK;

	for (int tries = 1; rc == RC_OK; tries++) {
		AUTO_MESSAGE struct message *answer = NULL;
		struct sts_answer a;

		rc = ask_once(m, &answer, e);
		if (rc != RC_OK)
			return rc;
		a = call_answer(answer, &m->call);
		if (sts_judge(&a) == STS_FINE) {
			m->skew = skew_of(m, &a);
			message_move(ret, &answer);
			return RC_OK;
		}
		if (!again(m, &a, tries))
			rc = explain(m, &a, e);
	}
	return rc;
}

/* The account of an ARN: its fifth part. */
static struct bytes
account_of(const char *arn)
{
	size_t len;

	for (int i = 0; arn != NULL && i < 4; i++) {
		arn = strchr(arn, ':');
		arn = arn != NULL ? arn + 1 : NULL;
	}
	len = arn != NULL ? strspn(arn, "0123456789") : 0;
	return BYTES(arn, len == 12 ? len : 0);
}

static struct bytes
value(const struct message *answer, const char *name)
{
	const char *s = message_pair(answer, "values", name);

	return s != NULL ? BYTES_STR(s) : BYTES(NULL, 0);
}

static enum rc
read_answer(struct making *m, const struct message *answer, struct grant *g,
    struct err *e)
{
	struct bytes arn = value(answer, "AssumedRoleUser.Arn");
	struct credentials c = {
		.access_key_id = value(answer, "Credentials.AccessKeyId"),
		.secret_access_key =
		    value(answer, "Credentials.SecretAccessKey"),
		.session_token = value(answer, "Credentials.SessionToken"),
		.account_id =
		    account_of(arn.len > 0 ? (const char *)arn.p : serial(m)),
	};
	enum rc rc;

	rc = clock_parse_iso(
	    value(answer, "Credentials.Expiration"), &c.expiration, e);
	if (rc != RC_OK || c.access_key_id.len == 0 ||
	    c.secret_access_key.len == 0 || c.session_token.len == 0)
		return err_set(e, RC_FORMAT,
		    "STS said yes to %s but sent no whole credentials; "
		    "is '%s' an STS endpoint?",
		    action(m->link), m->link->endpoint.url);
	grant_done(g);
	g->text = BUF_INIT(ANSWER_MAX);
	rc = credentials_format(&c, &g->text, e);
	g->answer = buf_bytes(&g->text);
	g->expires = c.expiration;
	g->skew = m->skew;
	return rc;
}

enum rc
make_link(struct crew *c, const struct plan *p, const struct link *l,
    struct grant *g, struct err *e)
{
	AUTO_MESSAGE struct message *answer = NULL;
	struct making m = { .crew = c, .plan = p, .link = l };
	enum rc rc = RC_OK;

	if (!l->by_key) {
		rc = credentials_parse(g->answer, &m.session, e);
		m.skew = g->skew;
	}
	if (rc != RC_OK || (rc = start(&m, e)) != RC_OK ||
	    (rc = ask(&m, &answer, e)) != RC_OK)
		return err_in(e, rc, "%s", l->profile);
	return read_answer(&m, answer, g, e);
}

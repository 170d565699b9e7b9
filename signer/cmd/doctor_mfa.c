/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "signer/aws/iam.h"
#include "signer/aws/sts.h"
#include "signer/base/clock.h"
#include "signer/cmd/call.h"
#include "signer/cmd/doctor.h"
#include "signer/cmd/iam.h"
#include "signer/cmd/quote.h"
#include "signer/host/term.h"

/*
 * Whether a key is good for anything without MFA: IAM is asked a question with
 * the key itself, and with a session without a code, which STS gives to
 * everybody.  Both are to be denied.  That IAM takes no session without MFA
 * for valid, whatever the policy, is no denial.  This one check logs in, and
 * CloudTrail shows it.
 */

enum { FORM_MAX = 1024, TIMEOUT_SECONDS = 120, SESSION_SECONDS = 900 };

/* One try of one key. */
struct trial {
	const struct plan *plan;
	struct crew crew;
	struct message *session; /* owns what credentials points into */
	struct credentials credentials;
};

/* What IAM said. */
enum verdict { ALLOWED, DENIED, INVALID };

static void
trial_done(struct trial *t)
{
	crew_done(&t->crew);
	message_free(t->session);
}

static struct bytes
value(const struct message *m, const char *name)
{
	const char *s = message_pair(m, "values", name);

	return s != NULL ? BYTES_STR(s) : BYTES(NULL, 0);
}

static enum rc
explain(const struct trial *t, const struct endpoint *at, const char *action,
    const struct sts_answer *a, struct err *e)
{
	const struct sts_asked who = {
		.action = action,
		.profile = t->plan->profile,
		.region = at->region,
		.access_key_id = t->plan->access_key_id,
	};

	return sts_explain(a, &who, e);
}

static enum rc
begin(struct trial *t, struct err *e)
{
	struct hold hold = { .tokens = { t->plan->key } };
	enum rc rc;

	if ((rc = crew_token(&t->crew, false, e)) != RC_OK ||
	    (rc = crew_net(&t->crew, t->plan->links[0].endpoint.url, e)) !=
		RC_OK)
		return rc;
	return crew_hold(&t->crew, &hold, e);
}

/* A session without a code, signed by the key. */
static enum rc
ask_session(struct trial *t, struct err *e)
{
	AUTO_BUF struct buf form = BUF_INIT(FORM_MAX);
	const struct sts_session wanted = { .seconds = SESSION_SECONDS };
	struct call call = {
		.endpoint = &t->plan->links[0].endpoint,
		.key = t->plan->key,
		.access_key_id = t->plan->access_key_id,
	};
	struct sts_answer a;
	enum rc rc;

	sts_get_session_token(&form, &wanted);
	call.body = buf_bytes(&form);
	call.time = clock_now();
	rc = call_send(&t->crew, &call, &t->session, e);
	if (rc != RC_OK)
		return rc;
	a = call_answer(t->session, &call);
	if (sts_judge(&a) != STS_FINE)
		return explain(t, call.endpoint, "GetSessionToken", &a, e);
	t->credentials = (struct credentials){
		.access_key_id = value(t->session, "Credentials.AccessKeyId"),
		.secret_access_key =
		    value(t->session, "Credentials.SecretAccessKey"),
		.session_token = value(t->session, "Credentials.SessionToken"),
	};
	return RC_OK;
}

/* With the session, or with the key where that is NULL. */
static enum rc
ask_iam(struct trial *t, const struct credentials *session, enum verdict *ret,
    struct err *e)
{
	AUTO_BUF struct buf form = BUF_INIT(FORM_MAX);
	AUTO_MESSAGE struct message *answer = NULL;
	struct iam iam = { .crew = &t->crew, .plan = t->plan };
	struct call call = {
		.endpoint = &iam.endpoint,
		.service = "iam",
		.session = session,
		.key = session == NULL ? t->plan->key : NULL,
		.access_key_id =
		    session == NULL ? t->plan->access_key_id : NULL,
		.time = clock_now(),
	};
	struct sts_answer a;
	enum rc rc = iam_settle(&iam, e);

	if (rc != RC_OK)
		return rc;
	iam_list_account_aliases(&form);
	call.body = buf_bytes(&form);
	rc = call_send(&t->crew, &call, &answer, e);
	if (rc != RC_OK)
		return rc;
	a = call_answer(answer, &call);
	*ret = ALLOWED;
	if (sts_judge(&a) == STS_FINE)
		return RC_OK;
	*ret = a.code != NULL && strcmp(a.code, "AccessDenied") == 0 ? DENIED
	                                                             : INVALID;
	if (*ret == DENIED || (session != NULL && a.code != NULL &&
				  strcmp(a.code, "InvalidClientTokenId") == 0))
		return RC_OK;
	return explain(t, &iam.endpoint, "ListAccountAliases", &a, e);
}

static void
tell(struct doctor *d, const struct plan *p, const char *who,
    enum verdict verdict)
{
	AUTO_POOL struct pool pool = POOL_INIT;

	if (verdict == DENIED)
		doctor_ok(d,
		    "%s: %s was denied iam:ListAccountAliases (AccessDenied), "
		    "as it should be",
		    p->profile, who);
	else if (verdict == INVALID)
		doctor_ok(d,
		    "%s: IAM takes no session without MFA for valid "
		    "(InvalidClientTokenId), which says nothing of the policy",
		    p->profile);
	else
		doctor_fail(d, RC_MFA,
		    pool_fmt(&pool, "stskey policy --user --profile %s",
			quote_word(&pool, p->profile)),
		    "%s: %s may use iam:ListAccountAliases: nothing asks for "
		    "MFA; attach the policy that this prints in place of what "
		    "allows it",
		    p->profile, who);
}

static enum rc
try_all(struct doctor *d, struct trial *t, struct err *e)
{
	enum verdict verdict = ALLOWED;
	enum rc rc;

	if ((rc = begin(t, e)) != RC_OK ||
	    (rc = ask_iam(t, NULL, &verdict, e)) != RC_OK)
		return rc;
	tell(d, t->plan, "the key without a code", verdict);
	if ((rc = ask_session(t, e)) != RC_OK ||
	    (rc = ask_iam(t, &t->credentials, &verdict, e)) != RC_OK)
		return rc;
	tell(d, t->plan, "a session without a code", verdict);
	return RC_OK;
}

static void
examine(struct doctor *d, const struct plan *p)
{
	AUTO(trial_done)
	struct trial t = { .plan = p, .crew = CREW_INIT };
	struct err e;
	enum rc rc;

	crew_plan(&t.crew, p, NULL, false);
	crew_begin(&t.crew, TIMEOUT_SECONDS);
	rc = try_all(d, &t, &e);
	if (rc != RC_OK)
		doctor_fail(d, rc, NULL, "%s: %s", p->profile, e.msg);
}

/* Each key once. */
static bool
is_done(const struct doctor *d, size_t patient)
{
	for (size_t i = 0; i < patient; i++)
		if (strcmp(d->patients[i].plan.access_key_id,
			d->patients[patient].plan.access_key_id) == 0)
			return true;
	return false;
}

void
doctor_test_mfa(struct doctor *d)
{
	if (!d->test_mfa)
		return;
	term_say("--test-mfa asks for a session without an MFA code, and, with "
		 "the key and with that session, for "
		 "iam:ListAccountAliases, which is to be denied: CloudTrail "
		 "will show the calls");
	for (size_t i = 0; i < d->npatients; i++)
		if (!is_done(d, i))
			examine(d, &d->patients[i].plan);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/iam.h"

#include <stdlib.h>
#include <string.h>

#include "signer/base/clock.h"
#include "signer/cmd/call.h"

enum { BODY_MAX = 8 * 1024, TRIES = 4, PAGES = 16, FAR = 60 };

/* One request of the API, and what goes with it. */
struct request {
	const char *action;
	struct bytes body;
	bool once;  /* not again once it may have been carried out */
	bool codes; /* it carries some, which are of one clock */
	struct bytes seal_to;
	const char *serial; /* for the person */
};

enum rc
iam_settle(struct iam *i, struct err *e)
{
	const struct endpoint *sts = &i->plan->links[0].endpoint;
	const char *url = getenv("AWS_ENDPOINT_URL_IAM");

	/* An endpoint_url of the profile is that of all services. */
	if (url == NULL && strcmp(sts->kind, "regional") != 0)
		url = sts->url;
	return endpoint_iam(sts->region, url, &i->endpoint, e);
}

static enum rc
explain(const struct iam *i, const struct request *r,
    const struct sts_answer *a, struct err *e)
{
	const struct sts_asked who = {
		.action = r->action,
		.profile = i->plan->profile,
		.serial = r->serial,
		.region = i->endpoint.region,
		.access_key_id =
		    i->session == NULL ? i->plan->access_key_id : "ASIA",
	};

	return sts_explain(a, &who, e);
}

static bool
is_code(const struct sts_answer *a, const char *code)
{
	return a->code != NULL && strcmp(a->code, code) == 0;
}

/* It may have been carried out, whatever the answer says. */
static bool
is_open(const struct request *r, const struct sts_answer *a)
{
	return r->once && a->status >= 500;
}

/*
 * Another clock is taken over, and said; one that is so far off that AWS
 * refused only for a session: stskey-token signs one request so, not several.
 */
static bool
follow(struct iam *i, const struct sts_answer *a)
{
	if (llabs((long long)a->skew) <= FAR ||
	    (i->session == NULL && sts_judge(a) == STS_CLOCK))
		return false;
	i->skew += a->skew;
	term_say("warning: this clock is %lld seconds %s IAM's, whose time is "
		 "taken from here on: set the clock",
	    llabs((long long)i->skew), i->skew > 0 ? "behind" : "ahead of");
	return true;
}

static bool
again(
    const struct request *r, const struct sts_answer *a, bool moved, int tries)
{
	enum sts_verdict verdict = sts_judge(a);

	if (verdict == STS_CLOCK)
		return moved && tries == 1 && !r->codes;
	/* stskey-net has tried again by itself what may be sent twice. */
	return verdict == STS_AGAIN && r->once && !r->codes && !is_open(r, a) &&
	       tries < TRIES;
}

static enum rc
send_once(struct iam *i, const struct request *r, struct call *call,
    struct message **ret, struct err *e)
{
	enum rc rc;

	*call = (struct call){
		.endpoint = &i->endpoint,
		.service = "iam",
		.body = r->body,
		.once = r->once,
		.action = r->action,
		.serial = r->codes ? r->serial : NULL,
		.key = i->plan->key,
		.access_key_id =
		    i->session == NULL ? i->plan->access_key_id : NULL,
		.session = i->session,
		.time = clock_now() + i->skew,
		.skewed = i->skew != 0,
		.seal_to = r->seal_to,
	};
	i->gone = i->in_use = false;
	rc = call_send(i->crew, call, ret, e);
	i->unheard = rc != RC_OK && call->sent;
	return rc;
}

static enum rc
send(
    struct iam *i, const struct request *r, struct message **ret, struct err *e)
{
	for (int tries = 1;; tries++) {
		AUTO_MESSAGE struct message *answer = NULL;
		struct call call;
		struct sts_answer a;
		bool moved;
		enum rc rc = send_once(i, r, &call, &answer, e);

		if (rc != RC_OK)
			return rc;
		a = call_answer(answer, &call);
		moved = follow(i, &a);
		if (sts_judge(&a) != STS_FINE && again(r, &a, moved, tries))
			continue;
		i->unheard = is_open(r, &a);
		i->gone = is_code(&a, "NoSuchEntity");
		i->in_use = is_code(&a, "DeleteConflict");
		if (sts_judge(&a) != STS_FINE)
			rc = explain(i, r, &a, e);
		message_move(ret, &answer);
		return rc;
	}
}

static enum rc
do_it(struct iam *i, const struct request *r, struct err *e)
{
	AUTO_MESSAGE struct message *answer = NULL;

	return send(i, r, &answer, e);
}

enum rc
iam_create(struct iam *i, const char *name, struct bytes offered,
    struct pool *p, struct iam_made *ret, struct err *e)
{
	AUTO_BUF struct buf body = BUF_INIT(BODY_MAX);
	AUTO_MESSAGE struct message *answer = NULL;
	/* Once: its second would find the first one's device there. */
	struct request r = { .action = "CreateVirtualMFADevice",
		.once = true,
		.seal_to = offered,
		.serial = name };
	const char *serial;
	enum rc rc;

	iam_create_virtual_mfa_device(&body, name);
	r.body = buf_bytes(&body);
	rc = send(i, &r, &answer, e);
	if (rc != RC_OK)
		return rc;
	serial =
	    message_pair(answer, "values", "VirtualMFADevice.SerialNumber");
	if (serial == NULL || !message_has(answer, "sealed") ||
	    sts_check_serial(BYTES_STR(serial), e) != RC_OK) {
		i->unheard = true;
		return err_set(e, RC_FORMAT,
		    "IAM said yes to CreateVirtualMFADevice but sent no whole "
		    "device; is '%s' an IAM endpoint?",
		    i->endpoint.url);
	}
	ret->serial = pool_add(p, BYTES_STR(serial));
	return message_bytes(answer, "sealed", &ret->sealed, e);
}

/* What is to go; RC_OK as well when it is gone already. */
static enum rc
drop(struct iam *i, const struct request *r, struct err *e)
{
	AUTO_MESSAGE struct message *answer = NULL;
	enum rc rc = send(i, r, &answer, e);

	return i->gone ? RC_OK : rc;
}

enum rc
iam_delete(struct iam *i, const char *serial, struct err *e)
{
	AUTO_BUF struct buf body = BUF_INIT(BODY_MAX);
	struct request r = { .action = "DeleteVirtualMFADevice",
		.serial = serial };

	iam_delete_virtual_mfa_device(&body, serial);
	r.body = buf_bytes(&body);
	return drop(i, &r, e);
}

typedef void form(struct buf *ret, const struct iam_codes *c);

static enum rc
with_codes(struct iam *i, const char *action, form *fill, const char *serial,
    const struct iam_pair *pair, struct err *e)
{
	AUTO_BUF struct buf body = BUF_INIT(BODY_MAX);
	const struct iam_codes codes = { .user = i->user,
		.serial = serial,
		.code1 = pair->codes[0],
		.code2 = pair->codes[1] };
	struct request r = {
		.action = action, .once = true, .codes = true, .serial = serial
	};

	fill(&body, &codes);
	r.body = buf_bytes(&body);
	return do_it(i, &r, e);
}

enum rc
iam_enable(struct iam *i, const char *serial, const struct iam_pair *pair,
    struct err *e)
{
	return with_codes(
	    i, "EnableMFADevice", iam_enable_mfa_device, serial, pair, e);
}

enum rc
iam_resync(struct iam *i, const char *serial, const struct iam_pair *pair,
    struct err *e)
{
	return with_codes(
	    i, "ResyncMFADevice", iam_resync_mfa_device, serial, pair, e);
}

enum rc
iam_deactivate(struct iam *i, const char *serial, struct err *e)
{
	AUTO_BUF struct buf body = BUF_INIT(BODY_MAX);
	struct request r = { .action = "DeactivateMFADevice",
		.serial = serial };

	iam_deactivate_mfa_device(&body, i->user, serial);
	r.body = buf_bytes(&body);
	return drop(i, &r, e);
}

/* A list, one page after the other, and what is looked for in it. */
struct looking {
	const char *action, *head; /* "MFADevices.member." */
	const char *serial;        /* or what one ends with, in any case: */
	const char *ending;
	bool found;
};

static bool
ends_with(const char *value, const char *ending)
{
	size_t n = strlen(value), end = strlen(ending);

	return n >= end && strcasecmp(value + n - end, ending) == 0;
}

/* MFADevices.member.SerialNumber; with a number where there are several. */
static void
look(void *ctx, const char *name, const char *value)
{
	struct looking *l = ctx;
	const char *rest = name + strlen(l->head);

	if (strncmp(name, l->head, strlen(l->head)) != 0)
		return;
	rest += strspn(rest, "0123456789");
	rest += *rest == '.';
	if (strcmp(rest, "SerialNumber") == 0 &&
	    (l->serial != NULL ? strcmp(value, l->serial) == 0
			       : ends_with(value, l->ending)))
		l->found = true;
}

static enum rc
look_at_page(struct iam *i, struct looking *l, struct pool *p,
    const char **marker, struct err *e)
{
	AUTO_BUF struct buf body = BUF_INIT(BODY_MAX);
	AUTO_MESSAGE struct message *answer = NULL;
	struct request r = { .action = l->action, .serial = l->serial };
	const char *next;
	enum rc rc;

	if (l->serial != NULL)
		iam_list_mfa_devices(&body, i->user, *marker);
	else
		iam_list_virtual_mfa_devices(&body, *marker);
	r.body = buf_bytes(&body);
	rc = send(i, &r, &answer, e);
	if (rc != RC_OK)
		return rc;
	message_pairs(answer, "values", look, l);
	next = message_pair(answer, "values", "Marker");
	*marker = next != NULL ? pool_add(p, BYTES_STR(next)) : NULL;
	return RC_OK;
}

static enum rc
look_for(struct iam *i, struct looking *l, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *marker = NULL;
	enum rc rc = RC_OK;

	for (int page = 0; rc == RC_OK && page < PAGES; page++) {
		rc = look_at_page(i, l, &p, &marker, e);
		if (l->found || marker == NULL)
			break;
	}
	/* A question, which changes nothing. */
	i->unheard = false;
	return rc;
}

enum rc
iam_has(struct iam *i, const char *serial, bool *ret, struct err *e)
{
	struct looking l = { .action = "ListMFADevices",
		.head = "MFADevices.member.",
		.serial = serial };
	enum rc rc = look_for(i, &l, e);

	*ret = l.found;
	return rc;
}

enum rc
iam_spare(struct iam *i, const char *name, bool *ret, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct looking l = { .action = "ListVirtualMFADevices",
		.head = "VirtualMFADevices.member.",
		.ending = pool_fmt(&p, ":mfa/%s", name) };
	enum rc rc = look_for(i, &l, e);

	*ret = l.found;
	return rc;
}

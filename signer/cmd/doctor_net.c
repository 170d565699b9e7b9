/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "signer/aws/sts.h"
#include "signer/base/clock.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/doctor.h"

/*
 * STS from here: a HEAD without a signature, which no policy sees, shows its
 * endpoint, its certificate and its clock.
 */

enum { TIMEOUT_SECONDS = 15, FAR_SECONDS = 300, NEAR_SECONDS = 20 };

static enum rc
head(struct crew *c, const char *url, struct message **ret, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("send");
	AUTO_MESSAGE struct message *answer = NULL;
	enum rc rc;

	message_set_str(m, "url", url);
	message_set_str(m, "method", "HEAD");
	message_set_bytes(m, "body", BYTES(NULL, 0));
	message_set_bool(m, "once", false);
	message_set_str(m, "ca_bundle", c->ca_bundle);
	message_set_int(m, "deadline_ms", c->deadline_ms);
	if ((rc = crew_net(c, url, e)) != RC_OK ||
	    (rc = child_send(&c->net, m, e)) != RC_OK ||
	    (rc = child_recv(&c->net, &answer, e)) != RC_OK)
		return rc;
	if (message_is(answer, "unsent"))
		return message_to_error(answer, e);
	if (!message_is(answer, "answer"))
		return err_set(e, RC_HELPER, "stskey-net answered '%s'",
		    message_type(answer));
	*ret = TAKE(answer);
	return RC_OK;
}

/* AWS takes signatures up to five minutes off; a code is good for half one. */
static void
tell_clock(struct doctor *d, const char *url, int64_t date)
{
	static const char mend[] = "sudo timedatectl set-ntp true";
	int64_t off = date - clock_now();
	long long seconds = llabs((long long)off);
	const char *side = off > 0 ? "behind" : "ahead of";

	if (date == 0)
		doctor_warn(d, NULL,
		    "%s says no Date, so this clock cannot be compared: see "
		    "whether it is an STS endpoint",
		    url);
	else if (seconds > FAR_SECONDS)
		doctor_fail(d, RC_CLOCK, mend,
		    "this clock is %lld s %s that of %s: AWS takes no "
		    "signature of that time",
		    seconds, side, url);
	else if (seconds > NEAR_SECONDS)
		doctor_warn(d, mend,
		    "this clock is %lld s %s that of %s: MFA codes of that "
		    "time are wrong",
		    seconds, side, url);
	else
		doctor_ok(d, "this clock and that of %s are %lld s apart", url,
		    seconds);
}

static void
examine(struct doctor *d, const struct plan *p, const char *url)
{
	AUTO_CREW struct crew crew = CREW_INIT;
	AUTO_MESSAGE struct message *answer = NULL;
	struct err e;
	enum rc rc;

	crew.ca_bundle = p->ca_bundle;
	crew_begin(&crew, TIMEOUT_SECONDS);
	rc = head(&crew, url, &answer, &e);
	if (rc != RC_OK) {
		doctor_fail(d, rc, NULL, "%s", e.msg);
		return;
	}
	if (strncmp(url, "https:", 6) != 0)
		doctor_ok(d,
		    "%s answers (no certificate: plain HTTP to this "
		    "machine)",
		    url);
	else
		doctor_ok(d, "%s answers, and its certificate is good by %s",
		    url,
		    p->ca_bundle != NULL ? p->ca_bundle
					 : "the authorities of this system");
	d->check = "clock";
	tell_clock(d, url, message_int(answer, "date"));
	d->check = "endpoint";
}

/* Each once; what the roles of a plan use may differ from the session's. */
static bool
is_done(const struct doctor *d, size_t patient, size_t link)
{
	const char *url = d->patients[patient].plan.links[link].endpoint.url;

	for (size_t i = 0; i <= patient; i++) {
		const struct plan *p = &d->patients[i].plan;
		size_t n = i < patient ? p->n : link;

		for (size_t k = 0; k < n; k++)
			if (strcmp(p->links[k].endpoint.url, url) == 0)
				return true;
	}
	return false;
}

void
doctor_endpoints(struct doctor *d)
{
	for (size_t i = 0; i < d->npatients; i++)
		for (size_t k = 0; k < d->patients[i].plan.n; k++)
			if (!is_done(d, i, k))
				examine(d, &d->patients[i].plan,
				    d->patients[i].plan.links[k].endpoint.url);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "signer/cmd/cmd.h"
#include "signer/cmd/device.h"
#include "signer/host/term.h"

/* A device that is lost, or given up: taken from the user, and deleted. */

struct request {
	struct device device;
	bool yes;
};

const struct option mfa_deactivate_options[] = {
	DEVICE_PROFILE_OPTION(struct request),
	DEVICE_SERIAL_OPTION(struct request),
	DEVICE_PIN_OPTIONS(struct request),
	{ OPTION_FLAG, "yes", offsetof(struct request, yes), "", "do not ask" },
	{ 0 },
};

static void
request_done(struct request *r)
{
	device_done(&r->device);
}

static enum rc
confirm(const struct request *r, const struct link_mfa *mfa, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	bool yes = r->yes;
	bool only = r->device.plan.links[0].nmfa == 1;
	enum rc rc = RC_OK;

	if (!yes)
		rc = term_confirm(
		    pool_fmt(&p,
			"IAM forgets the MFA device %s, and its codes "
			"are good for nothing.%s Sure?",
			mfa->serial,
			only ? " It is the only one of the profile: without "
			       "MFA the daily policy allows nothing."
			     : ""),
		    &yes, e);
	if (rc != RC_OK || yes)
		return rc;
	return err_set(e, RC_CANCELLED,
	    "the device stays as it is, since the answer was no");
}

enum rc
cmd_mfa_deactivate(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .device = DEVICE_INIT };
	struct device *d = &r.device;
	const struct link_mfa *mfa = NULL;
	enum rc rc;

	if ((rc = device_begin(d, v, argv, e)) != RC_OK ||
	    (rc = device_only(d, &mfa, e)) != RC_OK ||
	    (rc = confirm(&r, mfa, e)) != RC_OK ||
	    (rc = device_iam(d, false, e)) != RC_OK ||
	    (rc = iam_deactivate(&d->iam, mfa->serial, e)) != RC_OK ||
	    (rc = iam_delete(&d->iam, mfa->serial, e)) != RC_OK)
		return rc;
	term_say("IAM has forgotten %s; now take it out of stskey_mfa (and "
		 "mfa_serial) of profile '%s', and its seed away: `stskey mfa "
		 "remove %s`",
	    mfa->serial, d->plan.key_profile, mfa->entry);
	return RC_OK;
}

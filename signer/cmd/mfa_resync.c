/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/cmd/cmd.h"
#include "signer/cmd/device.h"
#include "signer/host/term.h"

/* Two codes in a row tell IAM how far the clock of a device is off. */

struct request {
	struct device device;
	bool by_key;
};

const struct option mfa_resync_options[] = {
	DEVICE_PROFILE_OPTION(struct request),
	DEVICE_SERIAL_OPTION(struct request),
	DEVICE_PIN_OPTIONS(struct request),
	{ OPTION_FLAG, "bootstrap", offsetof(struct request, by_key), "",
	    "signed by the key itself, under the bootstrap policy" },
	{ 0 },
};

static void
request_done(struct request *r)
{
	device_done(&r->device);
}

static enum rc
resync(struct request *r, struct err *e)
{
	struct device *d = &r->device;
	const struct link_mfa *mfa = NULL;
	enum rc rc;

	if ((rc = device_only(d, &mfa, e)) == RC_OK &&
	    (rc = device_iam(d, r->by_key, e)) == RC_OK &&
	    (rc = device_pair(d, mfa, iam_resync, e)) == RC_OK)
		term_say("AWS knows the clock of '%s' again", mfa->serial);
	return rc;
}

enum rc
cmd_mfa_resync(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .device = DEVICE_INIT };
	enum rc rc = device_begin(&r.device, v, argv, e);

	if (rc == RC_OK)
		rc = resync(&r, e);
	/* The session is refused for the very reason to resync. */
	if (rc == RC_MFA && !r.by_key)
		return err_in(e, rc,
		    "no session with MFA could be had to resync with; another "
		    "device of the profile can make one, or, under the "
		    "bootstrap policy, give --bootstrap");
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/aws/entry.h"
#include "signer/aws/iam.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/device.h"
#include "signer/cmd/enrolment.h"
#include "signer/cmd/journal.h"
#include "signer/cmd/quote.h"
#include "signer/host/interrupt.h"
#include "signer/host/term.h"

/*
 * A new MFA device, from nothing to a profile that uses it.  What was begun is
 * in the journal before it is done, so that --resume finishes it, or it is
 * undone here.
 */

static const char default_name[] = "desk-key";

struct request {
	struct enrolment enrolment;
	const char *name, *device_name;
	bool pin, backup, resume;
};

#define AT(member) offsetof(struct request, member)

const struct option mfa_enroll_options[] = {
	{ OPTION_STR, "profile", AT(enrolment.device.profile), "NAME",
	    "a profile of ~/.aws/config (default: $AWS_PROFILE)" },
	{ OPTION_STR, "name", AT(name), "NAME",
	    "of the sealed secret here (default: desk-key)" },
	{ OPTION_STR, "device-name", AT(device_name), "NAME",
	    "of the device in IAM (default: USER-NAME)" },
	{ OPTION_FLAG, "pin", AT(pin), "",
	    "every code wants the key's PIN, not a touch alone" },
	{ OPTION_FLAG, "backup", AT(backup), "",
	    "seal it to a second FIDO2 key as well" },
	{ OPTION_FLAG, "show-seed", AT(enrolment.show), "",
	    "draw the seed as a QR code, for an authenticator app too" },
	{ OPTION_FLAG, "resume", AT(resume), "",
	    "finish an enrolment that was cut off" },
	{ OPTION_STR, "pin-source", AT(enrolment.device.pin_source), "SOURCE",
	    "of the token that holds the access key" },
	{ OPTION_FLAG, "retry-pin", AT(enrolment.device.retry_pin), "",
	    "try a stored PIN that was refused once more" },
	{ 0 },
};

static void
request_done(struct request *r)
{
	enrolment_done(&r->enrolment);
}

/* What would be found out only when the device is there. */
static enum rc
look_ahead(const struct request *r, struct err *e)
{
	if (!r->enrolment.show || term_is_there())
		return RC_OK;
	return err_set(e, RC_UNSUPPORTED,
	    "--show-seed draws on a terminal, and there is none in front: run "
	    "it in one, or leave it out");
}

/* An option that would not be followed is not taken. */
static enum rc
check_resumed(const struct request *r, const struct journal *j, struct err *e)
{
	const struct {
		const char *option;
		bool other;
	} all[] = {
		{ "--name", r->name != NULL && strcmp(r->name, j->name) != 0 },
		{ "--device-name", r->device_name != NULL &&
				       strcmp(r->device_name, j->device) != 0 },
		{ "--pin", r->pin && !j->pin },
		{ "--backup", r->backup && !j->backup },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].other)
			return err_set(e, RC_USAGE,
			    "the enrolment of '%s' (in IAM '%s') was begun "
			    "with another %s: resume it without that option",
			    j->name, j->device, all[i].option);
	return RC_OK;
}

/* What is to be done: what the options say, or what the journal says. */
static enum rc
settle(struct request *r, struct err *e)
{
	struct enrolment *n = &r->enrolment;
	struct journal *j = &n->journal;
	const char *profile = n->device.plan.profile;
	enum rc rc = journal_read(profile, &n->device.strings, j, e);

	if (rc == RC_OK && !r->resume)
		return err_set(e, RC_CONFIG,
		    "the enrolment of '%s' for profile '%s' was cut off: "
		    "finish it with `stskey mfa enroll --profile %s --resume`",
		    j->name, profile, quote_word(&n->device.strings, profile));
	if (rc == RC_NOTFOUND && r->resume)
		return err_set(e, rc,
		    "no enrolment for profile '%s' was cut off, so there is "
		    "nothing to resume: run it without --resume",
		    profile);
	if (rc != RC_NOTFOUND)
		return rc == RC_OK ? check_resumed(r, j, e) : rc;
	*j = (struct journal){
		.profile = profile,
		.name = r->name != NULL ? r->name : default_name,
		.device = r->device_name,
		.serial = "",
		.pin = r->pin,
		.backup = r->backup,
	};
	rc = entry_check_sealed(BYTES_STR(j->name), e);
	if (rc == RC_OK && j->device != NULL &&
	    iam_check_device_name(BYTES_STR(j->device), e) != RC_OK)
		return RC_USAGE;
	return rc;
}

enum rc
cmd_mfa_enroll(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done)
	struct request r = { .enrolment = ENROLMENT_INIT };
	struct enrolment *n = &r.enrolment;
	enum rc rc;

	if ((rc = device_begin(&n->device, v, argv, e)) != RC_OK ||
	    (rc = look_ahead(&r, e)) != RC_OK ||
	    (rc = enrolment_lock(n, e)) != RC_OK ||
	    (rc = settle(&r, e)) != RC_OK ||
	    (rc = enrolment_begin(n, e)) != RC_OK)
		return rc;
	rc = r.resume ? enrolment_resume(n, e) : enrolment_start(n, e);
	if (rc != RC_OK)
		return enrolment_failed(n, rc, e);
	return enrolment_finish(n, e);
}

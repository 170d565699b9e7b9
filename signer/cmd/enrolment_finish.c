/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "signer/cmd/enrolment.h"
#include "signer/cmd/mfa_lines.h"
#include "signer/cmd/quote.h"
#include "signer/host/term.h"

static bool
has(const struct link *l, const struct link_mfa *made)
{
	for (size_t i = 0; i < l->nmfa; i++)
		if (strcmp(l->mfa[i].serial, made->serial) == 0 &&
		    strcmp(l->mfa[i].entry, made->entry) == 0)
			return true;
	return false;
}

static enum rc
write_lines(struct enrolment *n, const struct link_mfa *made, struct err *e)
{
	const struct link *l = &n->device.plan.links[0];
	struct world_change c = { .profile = n->device.plan.key_profile };

	/* Cut off between this and the end of the journal. */
	if (has(l, made))
		return RC_OK;
	mfa_lines_add(l->mfa, l->nmfa, made, &n->device.strings, &c);
	return world_write(&n->device.world, &c, 1, e);
}

enum rc
enrolment_finish(struct enrolment *n, struct err *e)
{
	const char *profile = n->device.plan.profile;
	const struct link_mfa made = {
		.serial = n->journal.serial,
		.entry =
		    pool_fmt(&n->device.strings, "sealed:%s", n->journal.name),
	};
	enum rc rc = write_lines(n, &made, e);

	if (rc == RC_OK)
		rc = journal_remove(&n->journal, e);
	if (rc != RC_OK)
		return err_in(e, rc,
		    "IAM has enabled the device, but it is not in the profile "
		    "yet; `stskey mfa enroll --profile %s --resume` finishes "
		    "it",
		    quote_word(&n->device.strings, profile));
	term_say("profile '%s' has the MFA device '%s'; try it with `stskey "
		 "login --profile %s`",
	    profile, made.serial, quote_word(&n->device.strings, profile));
	if (n->device.plan.links[0].nmfa == 0)
		term_say("now put the daily policy in place of the bootstrap "
			 "one (README, \"Two IAM policies\")");
	world_tell_shadows(&n->device.world, profile);
	return RC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "signer/cmd/enrolment_steps.h"
#include "signer/cmd/make.h"
#include "signer/cmd/quote.h"
#include "signer/host/interrupt.h"

/* What is found of an enrolment that did not come to its end, and undone. */

const char *
enrolment_uri(struct enrolment *n)
{
	return pool_fmt(&n->device.strings, "sealed:%s", n->journal.name);
}

/* Whether something is sealed under the name, and for which device. */
enum rc
enrolment_sealed(
    struct enrolment *n, const char **serial, size_t *seals, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("list");
	AUTO_MESSAGE struct message *listed = NULL;
	enum rc rc;

	*serial = NULL;
	*seals = 0;
	message_set_str(m, "uri", "sealed:");
	rc = child_call(&n->device.crew.token, m, "listed", &listed, e);
	for (size_t i = 0; rc == RC_OK && i < message_count(listed, "items");
	     i++) {
		const char *name = message_item(listed, "items", i, "object");
		const char *id = message_item(listed, "items", i, "id");
		const char *keys = message_item(listed, "items", i, "seals");

		if (name == NULL || strcmp(name, n->journal.name) != 0 ||
		    message_item(listed, "items", i, "damage") != NULL)
			continue;
		*serial = pool_add(
		    &n->device.strings, BYTES_STR(id != NULL ? id : ""));
		*seals = keys != NULL ? strtoul(keys, NULL, 10) : 0;
	}
	return rc;
}

/* The device of the journal, from the user as well where he has it already. */
static enum rc
delete_ours(struct enrolment *n, struct err *e)
{
	struct iam *iam = &n->device.iam;
	const char *serial = n->journal.serial;
	enum rc rc = iam_delete(iam, serial, e);

	if (rc == RC_OK || !iam->in_use)
		return rc;
	rc = iam_deactivate(iam, serial, e);
	if (rc == RC_DENIED)
		return err_set(e, rc,
		    "IAM has enabled %s, what was sealed of it is gone, and "
		    "AWS does not let you deactivate it: put sealed:%s back "
		    "where it was, or ask whoever manages the account to "
		    "deactivate the device, and resume then",
		    serial, n->journal.name);
	return rc == RC_OK ? iam_delete(iam, serial, e) : rc;
}

/* A device whose seed nobody has any more; the ARN is as IAM makes them. */
enum rc
enrolment_delete_lost(struct enrolment *n, struct err *e)
{
	struct device *d = &n->device;
	AUTO_IDENTITY struct identity id = { 0 };
	const struct identity_of who = {
		.endpoint = &d->plan.links[0].endpoint,
		.profile = d->plan.profile,
		.key = d->plan.key,
		.access_key_id = d->plan.access_key_id,
	};
	enum rc rc;

	if (n->journal.serial[0] != '\0')
		return delete_ours(n, e);
	n->lost = n->journal.asked;
	/* One that is there may have been there before: Create will tell. */
	if (!n->journal.fresh)
		return RC_OK;
	rc = make_identity(&d->crew, &who, &id, e);
	if (rc == RC_OK)
		rc = iam_delete(&d->iam,
		    pool_fmt(&d->strings, "arn:%s:iam::%s:mfa/%s",
			d->plan.links[0].endpoint.partition, id.account,
			n->journal.device),
		    e);
	/* Ours was nobody's yet: that one had the name before. */
	if (rc != RC_OK && d->iam.in_use)
		rc = RC_OK;
	n->lost = rc != RC_OK;
	return rc;
}

/* Ours, and not what another enrolment has sealed under the name meanwhile. */
enum rc
enrolment_remove_sealed(struct enrolment *n, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("remove");
	const char *serial;
	size_t seals;
	enum rc rc = enrolment_sealed(n, &serial, &seals, e);

	if (rc != RC_OK || serial == NULL ||
	    strcmp(serial, n->journal.serial) != 0)
		return rc;
	message_set_str(m, "key", enrolment_uri(n));
	return child_call(&n->device.crew.token, m, "ok", NULL, e);
}

/* IAM first: a device without a seed is worse than a seed without device. */
static enum rc
undo(struct enrolment *n, struct err *e)
{
	bool made = n->journal.serial[0] != '\0';
	enum rc rc = RC_OK;

	/* What IAM refused to make is not ours to delete. */
	if (made)
		rc = delete_ours(n, e);
	if (rc == RC_OK && made)
		rc = enrolment_remove_sealed(n, e);
	if (rc == RC_OK)
		rc = journal_remove(&n->journal, e);
	return rc;
}

enum rc
enrolment_failed(struct enrolment *n, enum rc rc, struct err *e)
{
	struct err why;

	if (!n->written)
		return rc;
	/* Where the outcome is open, or nobody is there to wait for more. */
	if (!n->journal.enabled && !n->device.iam.unheard && !n->lost &&
	    !interrupt_caught(NULL) && undo(n, &why) == RC_OK)
		return err_in(e, rc,
		    "nothing was enrolled, and what was begun is undone");
	return err_in(e, rc,
	    "the enrolment is not finished; `stskey mfa enroll --profile %s "
	    "--resume` finishes it",
	    quote_word(&n->device.strings, n->device.plan.profile));
}

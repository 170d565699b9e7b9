/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/enrolment.h"

#include <string.h>

#include "signer/base/clock.h"
#include "signer/base/enc.h"
#include "signer/cmd/enrolment_steps.h"
#include "signer/cmd/mfa_lines.h"
#include "signer/host/interrupt.h"
#include "signer/host/term.h"

enum { LOCK_MS = 2000 };

void
enrolment_done(struct enrolment *n)
{
	lock_done(&n->lock);
	device_done(&n->device);
}

enum rc
enrolment_lock(struct enrolment *n, struct err *e)
{
	const char *profile = n->device.plan.profile;
	const struct lock_wait w = {
		.profile = profile,
		.program = n->device.crew.caller,
		.deadline_ms = clock_monotonic_ms() + LOCK_MS,
		.cancelled = interrupt_caught,
	};
	const char *name = pool_fmt(&n->device.strings, "enrol-%016llx",
	    (unsigned long long)enc_fnv1a(BYTES_STR(profile)));
	enum rc rc = lock_take(&n->lock, name, &w, e);

	if (rc == RC_TIMEOUT)
		return err_set(e, rc,
		    "another enrolment for profile '%s' is under way: wait "
		    "until it is done, or end it",
		    profile);
	return rc == RC_OK ? device_again(&n->device, e) : rc;
}

/* The profile has no device, or, cut off right at the end, only this one. */
static bool
is_first(struct enrolment *n)
{
	const struct link *l = &n->device.plan.links[0];

	return l->nmfa == 0 ||
	       (l->nmfa == 1 &&
		   strcmp(l->mfa[0].serial, n->journal.serial) == 0 &&
		   strcmp(l->mfa[0].entry, enrolment_uri(n)) == 0);
}

enum rc
enrolment_begin(struct enrolment *n, struct err *e)
{
	struct device *d = &n->device;
	struct journal *j = &n->journal;
	const struct link *l = &d->plan.links[0];
	enum rc rc = mfa_lines_room(l->mfa, l->nmfa, j->serial, e);

	/* Only a first device is for the key to enrol. */
	if (rc == RC_OK)
		rc = device_iam(d, is_first(n), e);
	if (rc == RC_OK && j->device == NULL)
		j->device =
		    pool_fmt(&d->strings, "%s-%s", d->iam.user, j->name);
	if (rc == RC_OK)
		rc = iam_check_device_name(BYTES_STR(j->device), e);
	return rc;
}

static enum rc
write_journal(struct enrolment *n, struct err *e)
{
	enum rc rc = journal_write(&n->journal, e);

	n->written = n->written || rc == RC_OK;
	return rc;
}

/* A request that seals something, and what is to be known of the seal. */
static enum rc
ask_seal(struct enrolment *n, struct message *m, struct err *e)
{
	AUTO_MESSAGE struct message *done = NULL;
	enum rc rc = child_call(&n->device.crew.token, m, "imported", &done, e);

	if (rc == RC_OK && message_has(done, "warning"))
		term_say("warning: %s", message_str(done, "warning"));
	return rc;
}

/* Closed to a key that is in stskey-token alone, opened and sealed there. */
static enum rc
seal(struct enrolment *n, const struct iam_made *made, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("import");

	message_set_str(m, "what", "seed");
	message_set_str(m, "to", "fido:");
	message_set_str(m, "from", "offer");
	message_set_str(m, "serial_number", made->serial);
	message_set_str(m, "label", n->journal.name);
	message_set_bool(m, "pin", n->journal.pin);
	message_set_bool(m, "show", n->show);
	message_set_bytes(m, "offered", buf_bytes(&made->sealed));
	return ask_seal(n, m, e);
}

static enum rc
offer(struct enrolment *n, struct buf *ret, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("offer");
	AUTO_MESSAGE struct message *offered = NULL;
	enum rc rc =
	    child_call(&n->device.crew.token, m, "offered", &offered, e);

	return rc == RC_OK ? message_bytes(offered, "public_key", ret, e) : rc;
}

static void
made_done(struct iam_made *m)
{
	buf_done(&m->sealed);
}

/*
 * What Create may leave behind is deleted by its name, so nobody else's may
 * have that.  Who must not ask goes on; then nothing is deleted so.
 */
static enum rc
look_before(struct enrolment *n, struct err *e)
{
	struct journal *j = &n->journal;
	bool there = false;
	enum rc rc;

	if (j->fresh)
		return RC_OK;
	rc = iam_spare(&n->device.iam, j->device, &there, e);
	if (rc != RC_OK && rc != RC_DENIED)
		return rc;
	if (there)
		return err_set(e, RC_DENIED,
		    "IAM has a virtual MFA device of that name, '%s', which is "
		    "no user's: have it deleted there, or choose another with "
		    "--name",
		    j->device);
	j->asked = true;
	j->fresh = rc == RC_OK;
	return write_journal(n, e);
}

static enum rc
create(struct enrolment *n, struct err *e)
{
	struct device *d = &n->device;
	AUTO_BUF struct buf key = BUF_INIT(64);
	AUTO(made_done)
	struct iam_made made = { .sealed = BUF_INIT(4096) };
	enum rc rc;

	if ((rc = offer(n, &key, e)) != RC_OK ||
	    (rc = write_journal(n, e)) != RC_OK ||
	    (rc = look_before(n, e)) != RC_OK)
		return rc;
	rc = iam_create(
	    &d->iam, n->journal.device, buf_bytes(&key), &d->strings, &made, e);
	n->lost = false;
	if (rc != RC_OK)
		return rc;
	n->journal.serial = made.serial;
	rc = write_journal(n, e);
	if (rc == RC_OK)
		term_say("IAM made the device %s", made.serial);
	return rc == RC_OK ? seal(n, &made, e) : rc;
}

static enum rc
copy(struct enrolment *n, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("copy");

	term_say("now the second key: touch the first one once more, then the "
		 "second one twice");
	message_set_str(m, "key", enrolment_uri(n));
	message_set_str(m, "to", "fido:");
	message_set_bool(m, "pin", n->journal.pin);
	return ask_seal(n, m, e);
}

static enum rc
enable(struct enrolment *n, struct err *e)
{
	const struct link_mfa mfa = { n->journal.serial, enrolment_uri(n) };
	enum rc rc = device_pair(&n->device, &mfa, iam_enable, e);

	if (rc != RC_OK)
		return rc;
	n->journal.enabled = true;
	return write_journal(n, e);
}

enum rc
enrolment_start(struct enrolment *n, struct err *e)
{
	const char *serial;
	size_t seals;
	enum rc rc = enrolment_sealed(n, &serial, &seals, e);

	if (rc == RC_OK && serial != NULL)
		return err_set(e, RC_CONFIG,
		    "something is sealed under the name '%s' already: choose "
		    "another --name, or remove that one first (`stskey mfa "
		    "remove sealed:%s`)",
		    n->journal.name, n->journal.name);
	if (rc != RC_OK || (rc = create(n, e)) != RC_OK ||
	    (n->journal.backup && (rc = copy(n, e)) != RC_OK))
		return rc;
	return enable(n, e);
}

/* Sealed: what is left is what IAM has not done yet. */
static enum rc
go_on(struct enrolment *n, size_t seals, struct err *e)
{
	struct device *d = &n->device;
	bool there = n->journal.enabled;
	enum rc rc = RC_OK;

	if (!there)
		rc = iam_has(&d->iam, n->journal.serial, &there, e);
	if (rc != RC_OK)
		return rc;
	if (n->show)
		term_say("warning: the seed is sealed already, so it cannot be "
			 "shown any more");
	n->journal.enabled = there;
	if (there)
		return write_journal(n, e);
	if (n->journal.backup && seals < 2)
		rc = copy(n, e);
	if (rc == RC_OK)
		rc = enable(n, e);
	/* It was being undone, and IAM's part of that is done: all anew. */
	if (rc != RC_OK && d->iam.gone &&
	    (rc = enrolment_remove_sealed(n, e)) == RC_OK) {
		n->journal.serial = "";
		rc = enrolment_start(n, e);
	}
	return rc;
}

enum rc
enrolment_resume(struct enrolment *n, struct err *e)
{
	const char *serial;
	size_t seals;
	enum rc rc = enrolment_sealed(n, &serial, &seals, e);

	n->written = true;
	if (rc != RC_OK)
		return rc;
	if (serial == NULL) {
		rc = enrolment_delete_lost(n, e);
		if (rc != RC_OK)
			return rc;
		n->journal.serial = "";
		n->journal.enabled = false;
		return enrolment_start(n, e);
	}
	if (n->journal.serial[0] != '\0' &&
	    strcmp(n->journal.serial, serial) != 0)
		return err_set(e, RC_CONFIG,
		    "what is sealed as '%s' is of another device than the one "
		    "that was being enrolled: move that file away and run it "
		    "again",
		    n->journal.name);
	n->journal.serial = serial;
	return go_on(n, seals, e);
}

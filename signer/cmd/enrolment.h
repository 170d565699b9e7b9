/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_ENROLMENT_H
#define CMD_ENROLMENT_H

#include "signer/cmd/device.h"
#include "signer/cmd/journal.h"
#include "signer/store/lock.h"

/*
 * The enrolment of a virtual MFA device whose seed is sealed: created in IAM,
 * sealed here, enabled in IAM with two codes, written to the profile.
 */
struct enrolment {
	struct device device;
	struct journal journal;
	struct lock lock; /* of the profile's journal */
	bool show;        /* draw the seed for the person */
	bool written;     /* the journal is on disk */
	bool lost; /* IAM may have a device that the journal cannot name */
};

#define ENROLMENT_INIT \
	((struct enrolment){ .device = DEVICE_INIT, .lock = LOCK_INIT })

/* One at a time; what the one before has written is read then. */
enum rc enrolment_lock(struct enrolment *n, struct err *e);
/* Who signs, and the names that were not given. */
enum rc enrolment_begin(struct enrolment *n, struct err *e);
/* From nothing, or from wherever it was cut off, until IAM has taken it. */
enum rc enrolment_start(struct enrolment *n, struct err *e);
enum rc enrolment_resume(struct enrolment *n, struct err *e);
/*
 * After a failure: nothing is left in IAM or here, or the sentence says how
 * to go on.  Returns rc.
 */
enum rc enrolment_failed(struct enrolment *n, enum rc rc, struct err *e);
/* The profile's lines, and the end of the journal. */
enum rc enrolment_finish(struct enrolment *n, struct err *e);
void enrolment_done(struct enrolment *n);

#endif

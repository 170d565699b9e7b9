/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_JOURNAL_H
#define CMD_JOURNAL_H

#include <stdbool.h>

#include "signer/base/err.h"
#include "signer/base/pool.h"

/*
 * How far an enrolment has come, one for a profile, in
 * $XDG_STATE_HOME/stskey/enrol/: written before a step whose end cannot be
 * undone without it, so that another process can go on after a power cut.
 *
 *   stskey enrol 1
 *   profile dev
 *   name desk-key
 *   device dev-desk-key
 *   serial arn:aws:iam::123456789012:mfa/dev-desk-key
 *   flags pin backup asked fresh enabled
 *
 * Nothing in it is secret.
 */
struct journal {
	const char *profile;
	const char *name;   /* of the sealed file */
	const char *device; /* VirtualMFADeviceName */
	const char *serial; /* "": IAM has not told it yet */
	bool pin, backup;
	bool asked;   /* to make the device, or just about to be */
	bool fresh;   /* before, nobody's device had the name: it is ours */
	bool enabled; /* IAM has taken it: only our own files are left to do */
};

/* RC_NOTFOUND: there is none of that profile.  Strings live in p. */
enum rc journal_read(
    const char *profile, struct pool *p, struct journal *ret, struct err *e);
/* On disk when it returns RC_OK. */
enum rc journal_write(const struct journal *j, struct err *e);
enum rc journal_remove(const struct journal *j, struct err *e);

#endif

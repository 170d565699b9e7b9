/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_STEPS_H
#define TOKEN_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/err.h"

/*
 * The time steps in which codes of an MFA device were handed out, kept in
 * $XDG_STATE_HOME/stskey/step/ because a code works once.  "stskey step 1 STEP
 * SKEW SERIAL" is the last one handed out, and the service's clock less ours as
 * it was known then; a second line, "before STEP…", has those before it.  A
 * clock that was wrong leaves steps that are still to come, so the highest is
 * not enough: the record keeps 32, and gives up the lowest of more, below which
 * nothing is handed out any more.  So no step is handed out twice, however
 * clocks jump.  The caller holds the device's lock (token/holds).
 */

struct steps_last {
	int64_t step; /* the highest up to now; -1: none was handed out */
	bool damaged; /* the record was torn: the present step counts as used */
	bool doubtful; /* there are some that are still to come */
};

/*
 * present: the step of the corrected clock.  A last code more than two steps
 * ahead of it is a clock problem (RC_CLOCK), unless `corrected` says that
 * present comes from the service itself: then that code was never good, and
 * will not be handed out when its time comes.
 */
enum rc steps_read(const char *serial, int64_t present, bool corrected,
    struct steps_last *ret, struct err *e);
/*
 * The skew to begin with at that time of our clock: the one of the record
 * where it must still hold, since a code was handed out by it lately, or lies
 * ahead of this clock and fits it; else 0.
 */
int64_t steps_skew(const char *serial, int64_t now);
/* RC_MFA: that step was used already. */
enum rc steps_check(const char *serial, int64_t step,
    const struct steps_last *last, struct err *e);
/*
 * The same, against everything on record as well, and it is recorded on disk
 * when it returns RC_OK.
 */
enum rc steps_reserve(const char *serial, int64_t step, int64_t skew,
    const struct steps_last *last, struct err *e);
/* Puts a good record, of that step, where a damaged one was. */
enum rc steps_repair(const char *serial, int64_t step, struct err *e);
/* Gives a step back, if it is still the last. */
enum rc steps_release(const char *serial, int64_t step, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_TOUCH_H
#define FIDO_TOUCH_H

#include "fido/device.h"
#include "fido/pin.h"
#include "fido/race.h"
#include "fido/search.h"

/* The person at the keys: which one, and the touch itself. */

/*
 * The one of the n keys that will do which is touched, by a touch that does
 * nothing else; not asked where there is one.  RC_TOUCH, RC_CANCELLED.
 */
enum rc touch_choose(
    struct search *s, size_t n, struct device **ret, struct err *e);

/*
 * The touch of the entrants' keys is said to the person, and the race run; pin
 * is that of the only one, where it has one.  why: see struct ask_touch.
 * Whatever but FIDO_OK came of it is the status.
 */
struct touch {
	const struct ask *ask;
	const char *why;
	const struct pin *pin;
};
enum rc touch_run(const struct touch *t, struct entrant *at, size_t n,
    struct race_end *ret, struct err *e);

#endif

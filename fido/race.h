/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_RACE_H
#define FIDO_RACE_H

#include "fido/device.h"
#include "signer/token/person.h"

/*
 * Calls of libfido2 that wait for a touch, each on a key of its own and in a
 * thread of its own: the first that succeeds wins, and the others stop
 * blinking.  So do all when it is called off or the time is over.
 */
struct entrant {
	struct device *device;
	/* Returns a code of libfido2; nothing but *ctx is touched. */
	int (*run)(struct device *d, void *ctx);
	void *ctx;
	int code; /* out: what the key made of it */
};

struct race_end {
	size_t who; /* that won, else whose failure says most */
	/* Its code, or, where we ended it, FIDO_ERR_TIMEOUT or
	 * FIDO_ERR_KEEPALIVE_CANCEL. */
	int code;
};

/* What is said of its end is up to the caller.  RC_SYS: no thread. */
enum rc race_run(struct entrant *at, size_t n, const struct ask *ask,
    struct race_end *ret, struct err *e);

/* How long a touch is waited for: no longer than there is time. */
int race_seconds(const struct ask *ask);

/* From another thread: who waits gives up, from now until race_reset(). */
void race_call_off(void);
bool race_is_off(const struct ask *ask);
/* Waits that long, or until race_call_off(). */
void race_pause(int ms);
void race_reset(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELPER_HELPER_H
#define HELPER_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/err.h"
#include "signer/wire/message.h"

/*
 * What stskey-token and stskey-net share: the helper's end of the wire.  The
 * wire arrives on descriptors 0 and 1 and is moved away before anything else
 * happens; /dev/null takes their place.  A watcher thread reads the wire, so
 * that `cancel` and end-of-file are seen while an act is under way: it calls
 * the cancel hook, and 750 ms later the process exits without ceremony.
 */

struct helper; /* one a process */

/*
 * One act, in the main thread.  *reply stays NULL for a request without an
 * answer (`ok` is an answer); on failure the status and sentence are sent as
 * `error` (or *reply, where it is set).  A failed act ends no process.
 */
struct act {
	const char *type;
	enum rc (*run)(struct helper *h, const struct message *request,
	    struct message **reply, struct err *e);
};

struct helper_program {
	const char *name;       /* stskey-token */
	const struct act *acts; /* up to a NULL type */
	/* From the watcher thread, also when no act runs; may be NULL. */
	void (*cancel)(void);
	/* On every orderly way out, once, after the last act; may be NULL. */
	void (*end)(void);
};

/*
 * Hardens the process, ignores the signals of the terminal, and serves until
 * end-of-file or `cancel`: the exit status is then 0, and RC_HELPER when the
 * other end broke the protocol.  SIGALRM is left to the main thread.
 */
int helper_main(const struct helper_program *p);
bool helper_cancelled(void *h); /* fits struct ask and struct lock_wait */
/* Shown by the conductor to the person; until is wall clock, 0: unknown. */
void helper_progress(struct helper *h, const char *text, int64_t until);
/* The same for a device that blinks now. */
void helper_blinks(
    struct helper *h, const char *device, const char *text, int64_t until);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELPER_WATCH_H
#define HELPER_WATCH_H

#include "signer/base/err.h"
#include "signer/helper/inbox.h"

/* The thread that reads the wire. */

/* From `cancel` or end-of-file to the exit without ceremony. */
enum { WATCH_GRACE_MS = 750 };

struct watch;

/*
 * Fills inbox from fd.  When it ends, for whatever reason, the inbox is told,
 * cancel (may be NULL) is called, and after WATCH_GRACE_MS the process exits
 * with RC_CANCELLED, unless main has returned by then.
 */
enum rc watch_start(int fd, struct inbox *inbox, void (*cancel)(void),
    struct watch **ret, struct err *e);
/*
 * From here on cancel is not called, and no call of it is under way.  Accepts
 * NULL.
 */
void watch_close(struct watch *w);

#endif

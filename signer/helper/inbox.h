/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELPER_INBOX_H
#define HELPER_INBOX_H

#include <stdbool.h>

#include "signer/base/err.h"
#include "signer/wire/message.h"

/*
 * What the watcher thread hands to the main thread: requests in their order,
 * and at last that there will be no more, and why.
 */
struct inbox;

/* Requests that may wait while one is being worked on. */
enum { INBOX_MAX = 16 };

struct inbox *inbox_new(void); /* lives as long as the process */

/* Takes m.  RC_HELPER: too many wait already. */
enum rc inbox_put(struct inbox *b, struct message *m, struct err *e);
/*
 * End-of-file or `cancel` (RC_OK), or what the other end did wrong.  Whether
 * a request is being worked on, which somebody may have to call off.
 */
bool inbox_end(struct inbox *b, enum rc rc, const struct err *e);
bool inbox_ended(struct inbox *b);
/*
 * Waits for the next request; RC_OK and *ret NULL at the end.  What still
 * waits at the end is dropped: nobody listens for its answer.
 */
enum rc inbox_take(struct inbox *b, struct message **ret, struct err *e);

#endif

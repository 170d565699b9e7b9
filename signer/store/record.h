/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include <stdbool.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/store/lock.h"

/*
 * What is in the file of a lock; pure.  One line of the holder and, where it
 * failed, one more; values are percent-encoded, at is clock_monotonic_ms():
 *
 *   pid=123 since=1440938160 profile=dev program=terraform
 *   failed rc=5 means=0 at=86400123 message=the%20PIN%20is%20locked
 */

enum { RECORD_MAX = 8192 };

struct record_failure {
	enum rc rc;
	uint32_t means;
	int64_t at_ms;
	struct err err;
};

void record_put_holder(
    struct buf *ret, pid_t pid, int64_t since, const struct lock_wait *w);
void record_put_failure(struct buf *ret, const struct record_failure *what);

/* False: not what we write, so nothing is known.  Sets all but stopped. */
bool record_holder(struct bytes file, struct lock_holder *ret);
bool record_failure(struct bytes file, struct record_failure *ret);

#endif

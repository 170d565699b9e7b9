/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * $XDG_STATE_HOME/stskey/log, 0600, and log.1, what it was before it had
 * LOG_BYTES: there is never more than these two.  However many processes
 * write at once, no line is torn and none is lost.
 */
enum { LOG_BYTES = 1024 * 1024 };

/* Lines with their ends, in one write(2). */
enum rc log_append(struct bytes lines, struct err *e);
/* Both, the older first; one that is not there is empty. */
enum rc log_read(struct buf *ret, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdint.h>
#include <sys/types.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/* Whole writes and bounded reads on descriptors; EINTR is gone on with. */

/* RC_SYS when the other end is gone; never raises SIGPIPE on a socket. */
enum rc fd_write(int fd, struct bytes s, struct err *e);
/*
 * One read(2) of what is there, appended; *eof at the end.  Waits until
 * deadline_ms (clock_monotonic_ms(); < 0: for ever) and then says RC_TIMEOUT.
 */
enum rc fd_read(
    int fd, int64_t deadline_ms, struct buf *ret, bool *eof, struct err *e);
/* Until that child has ended; at least a moment, and no longer than told. */
void fd_wait_exit(pid_t pid, int64_t deadline_ms);

#endif

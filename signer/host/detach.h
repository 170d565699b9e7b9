/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_DETACH_H
#define HOST_DETACH_H

#include "signer/base/err.h"

/* A process that nobody waits for, and that waits for nobody. */

/*
 * Runs this program with these arguments (up to NULL, without its name) and
 * waits until it ends or detaches itself.  It gets no descriptor of ours, and
 * no secret of the environment.
 */
enum rc detach_run(const char *const *args, struct err *e);
/*
 * Goes on as a process in a session of its own, with /dev/null for 0 to 2 and
 * no other descriptor; the one that was called ends with status 0.
 */
enum rc detach_self(struct err *e);

#endif

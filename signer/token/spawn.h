/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_SPAWN_H
#define TOKEN_SPAWN_H

#include <sys/types.h>

#include "signer/token/patience.h"

/*
 * Programs that are not ours (pinentry, `command:`): they get our limits,
 * signals and descriptors as our caller had them, and end when we do.
 *
 * A command has a process group of its own, led by a fork of ours that waits
 * for its shell: whatever it started ends with it, on a timeout, when it is
 * called off, and even if we are killed.  What leaves the group (setsid(2), a
 * daemon) is on its own.  As a background group it cannot read the terminal:
 * it gets EIO there, and is not stopped for trying.
 */

/* What become its descriptors 0, 1 and 2. */
struct spawn_files {
	int in, out, err;
};

/* argv[0] is looked up in PATH. */
enum rc spawn_start(const char *const *argv, const struct spawn_files *files,
    pid_t *ret, struct err *e);
/* Ends what spawn_start() started if it has not ended; its wait status. */
int spawn_stop(pid_t pid);

/*
 * What `/bin/sh -c command` writes to its standard output, up to max bytes;
 * its standard input is /dev/null.  RC_CONFIG: it failed; RC_TIMEOUT and
 * RC_CANCELLED: it was killed.  `what` names it: never its text.
 */
enum rc spawn_output(const struct patience *p, const char *command, size_t max,
    const char *what, struct secret *ret, struct err *e);

#endif

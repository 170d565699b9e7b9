/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_BECOME_H
#define HOST_BECOME_H

#include "signer/base/err.h"

/*
 * This process becomes a program that is not ours, found by PATH if it has no
 * slash in its name: with the limits, signals and descriptors that our caller
 * gave us, and with this environment.  Both arrays end with NULL.  It returns
 * only on failure: RC_NO_COMMAND, RC_CANNOT_RUN, or RC_CANCELLED by a signal that
 * came before.
 */
enum rc become(char *const *argv, char **env, struct err *e);

#endif

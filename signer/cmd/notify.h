/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_NOTIFY_H
#define CMD_NOTIFY_H

#include "signer/aws/plan.h"

/*
 * A session was made: where its profile wants that (stskey_notify) and there
 * is a desktop, leaves a process behind that will say when it is about to end.
 * That there is none in the end is no error.
 */
void notify_start(const struct plan *p, const struct link *l);

#endif

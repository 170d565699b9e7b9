/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_AUDIT_H
#define CMD_AUDIT_H

#include "signer/cmd/call.h"
#include "signer/cmd/crew.h"
#include "signer/wire/event.h"

/*
 * What a person can look up afterwards: a line in the log, and one to syslog
 * (LOG_AUTHPRIV), for every touch and every request that a key or a code was
 * used for.  A log that cannot be written is said once and stops nothing.
 */

/*
 * One request: the answer it got, or NULL.  That a session alone asks STS for
 * something is none of the log's.
 */
void audit_request(
    struct crew *c, const struct call *call, const struct message *answer);
/*
 * Anything else: program, profile, and the touches since the last line are
 * added here.
 */
void audit_event(struct crew *c, struct event *ev);
/* The touches that nothing came of, if there are any. */
void audit_touches(struct crew *c);

#endif

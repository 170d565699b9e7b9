/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signer/aws/plan.h"
#include "signer/cmd/grant.h"
#include "signer/cmd/option.h"
#include "signer/cmd/world.h"

/* What the verbs that need a profile's session have in common. */

struct session {
	const char *profile, *pin_source;
	int64_t min_ttl, timeout_seconds;
	bool fresh, retry_pin;
	bool unheard; /* an SDK has our standard error, and shows it too late */
	/* More than a role from a session can have is asked of the key. */
	bool longer;
	struct world world;
	struct plan plan;
	struct grant grant;
};

#define SESSION_INIT ((struct session){ .grant = GRANT_INIT })
#define AUTO_SESSION AUTO(session_done)

/* The options of it, for a verb whose request has it at that offset. */
#define SESSION_OPTIONS(at) \
	{ OPTION_STR, "profile", (at) + offsetof(struct session, profile), \
		"NAME", \
		"a profile of ~/.aws/config (default: $AWS_PROFILE)" }, \
	    { OPTION_SECONDS, "min-ttl", \
		    (at) + offsetof(struct session, min_ttl), "TIME", \
		    "at least so much time left: 900, 15m, 4h" }, \
	    { OPTION_FLAG, "fresh", (at) + offsetof(struct session, fresh), \
		    "", "new credentials, whatever is cached" }, \
	    { OPTION_STR, "pin-source", \
		    (at) + offsetof(struct session, pin_source), "SOURCE", \
		    "file:PATH, command:CMD, prompt, fd:N, credential:NAME" }, \
	    { OPTION_FLAG, "retry-pin", \
		    (at) + offsetof(struct session, retry_pin), "", \
		    "try a stored PIN that was refused once more" }, \
	{ \
		OPTION_SECONDS, "timeout", \
		    (at) + offsetof(struct session, timeout_seconds), "TIME", \
		    "give up after so long" \
	}

/* Options read, files read, plan made: nothing asked or sent yet. */
enum rc session_plan(const struct verb *v, char **argv, int64_t timeout_seconds,
    struct session *s, struct err *e);
/* The same, where the options are read already. */
enum rc session_prepare(
    struct session *s, int64_t timeout_seconds, struct err *e);
/* Then the credentials, cached or new. */
enum rc session_obtain(struct session *s, struct err *e);
void session_done(struct session *s);

/* Writes data to standard output; RC_SYS when that fails. */
enum rc session_print(struct bytes data, struct err *e);
/* "20:14", or "2026-11-24 08:14" when that is not today; local time. */
enum { WHEN_SIZE = 32 };
void session_when(int64_t t, char ret[static WHEN_SIZE]);

#endif

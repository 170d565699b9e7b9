/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_CREW_H
#define CMD_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/aws/plan.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/host/child.h"
#include "signer/host/term.h"

/* The two helpers of one run, and what is asked of them. */
enum { CREW_TOUCHES = 8 };
struct crew {
	struct child token, net;
	struct term term;
	int64_t deadline_ms;
	const char *profile, *role; /* for the person; NULL: none */
	int64_t touch_seconds;      /* to wait for a touch; 0: as usual */
	const char *pin_source, *pin_source_default; /* or NULL, as these: */
	const char *module, *pinentry, *prompt, *ca_bundle;
	bool retry_pin, with_stdin;
	char program[48], caller[80]; /* "terraform", and with " (pid 4711)" */
	/* Devices that blinked since the last line of the log; of noted. */
	const char *touches[CREW_TOUCHES];
	size_t ntouches;
	struct pool noted;
};

#define CREW_INIT ((struct crew){ CHILD_INIT, CHILD_INIT, .term = TERM_INIT })
#define AUTO_CREW AUTO(crew_done)
/* Whom it serves, and how a person is asked, as the plan says. */
void crew_plan(struct crew *c, const struct plan *p, const char *pin_source,
    bool retry_pin);
/* Who asked this process, and by when it gives up. */
void crew_begin(struct crew *c, int64_t timeout_seconds);
/* Start a helper unless it runs; net begins to connect to url. */
enum rc crew_token(struct crew *c, bool with_stdin, struct err *e);
enum rc crew_net(struct crew *c, const char *url, struct err *e);
/* Tells a token process that runs whom it serves and how to ask, anew. */
enum rc crew_person(struct crew *c, struct err *e);
void crew_hang_up(struct crew *c); /* nothing more is asked: they may end */
void crew_done(struct crew *c);
/*
 * Locks, after the wait for a time step where serial is not NULL.  *skew is
 * what to add to our clock; 0 becomes what the device's last code was made
 * by, unless it is exact.
 */
struct hold {
	const char *tokens[2]; /* the second may be NULL */
	const char *serial;    /* or NULL */
	int64_t skew;
	bool exact;
};
enum rc crew_hold(struct crew *c, struct hold *h, struct err *e);
/*
 * Which of the entries, URIs all, has its token there.  Waits for one to be
 * plugged in; RC_NOTFOUND or RC_TIMEOUT when none was.
 */
struct choice {
	const char *const *entries;
	size_t n;
	int64_t patience_ms; /* how long to wait; 0: as long as for all else */
};
enum rc crew_choose(
    struct crew *c, const struct choice *choice, size_t *ret, struct err *e);
/* Six digits for that time, and the step they are good for. */
struct code {
	const char *entry, *serial;
	int64_t now, skew; /* now is our clock and skew */
	char digits[7];
	int64_t step; /* for crew_unused() */
};
enum rc crew_code(struct crew *c, struct code *code, struct err *e);
void crew_unused(struct crew *c, const char *serial, int64_t step);

#endif

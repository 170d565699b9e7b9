/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_STATE_H
#define TOKEN_STATE_H

#include "signer/base/pool.h"
#include "signer/helper/helper.h"
#include "signer/token/patience.h"
#include "signer/token/person.h"

/*
 * What `begin` said and what this process has come to know since: one for
 * the process, as there is one conductor.  Strings are NULL when not given.
 */
struct state {
	struct helper *h; /* of the request under way; NULL: nobody to tell */
	struct pool strings;
	const char *profile, *caller, *role;
	const char *pin_source;         /* flag, environment or profile */
	const char *pin_source_default; /* after the one of the URI */
	const char *module, *pinentry;
	const char *prompt; /* auto, tty, pinentry, none; NULL: auto */
	bool retry_pin;
	bool has_stdin; /* descriptor 3 is our caller's standard input */
	struct patience patience;
	int64_t skew;       /* the service's clock less ours, as `hold` said */
	int64_t skew_taken; /* the one far away that the conductor gave; or 0 */
	unsigned int codes; /* handed out, whatever became of them */
	/* Of what `hold` named: so many touches, and those that were said. */
	unsigned int touches_of, touches;
	bool first_of_two; /* one more comes after the one under way */
	bool skew_signed;  /* the one request at a corrected time was signed */
	struct ask ask;
};

struct state *state_get(void);
/* What a person reads: "profile 'dev', asked for by terraform (pid 4711)". */
const char *state_for_whom(const struct state *s, struct pool *p);
/* " (1 of 2)": of the touch for a code and the one for the signature. */
const char *state_count_touch(struct state *s);
/* Said to the person by the conductor; until is wall clock, 0: unknown. */
void state_say(const struct state *s, const char *text, int64_t until);
/* At the end of the process: wipes what was kept. */
void state_done(void);

#endif

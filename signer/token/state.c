/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/state.h"

#include "signer/base/clock.h"
#include "signer/token/ask.h"
#include "signer/token/name.h"

/* Without a `begin`, an act has a minute. */
enum { DEFAULT_MS = 60000 };

static struct state state;
static bool ready;

struct state *
state_get(void)
{
	if (ready)
		return &state;
	ready = true;
	state.patience = (struct patience){
		.deadline_ms = clock_monotonic_ms() + DEFAULT_MS,
	};
	ask_fill(&state.ask, &state);
	return &state;
}

const char *
state_for_whom(const struct state *s, struct pool *p)
{
	const char *profile = s->profile;

	if (profile == NULL)
		return name_printable(p,
		    s->caller != NULL ? s->caller : "no profile in particular");
	return name_printable(p, pool_fmt(p, "profile '%s'%s%s%s%s", profile,
				     s->role != NULL ? ", role " : "",
				     s->role != NULL ? s->role : "",
				     s->caller != NULL ? ", asked for by " : "",
				     s->caller != NULL ? s->caller : ""));
}

const char *
state_count_touch(struct state *s)
{
	if (s->first_of_two) {
		s->touches = 1;
		return " (1 of 2)";
	}
	return s->touches == 1 ? " (2 of 2)" : "";
}

void
state_say(const struct state *s, const char *text, int64_t until)
{
	if (s->h != NULL)
		helper_progress(s->h, text, until);
}

void
state_done(void)
{
	pool_done(&state.strings);
	state = (struct state){ 0 };
	ready = false;
}

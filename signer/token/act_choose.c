/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "signer/token/acts.h"
#include "signer/token/keychain.h"
#include "signer/token/state.h"

enum { LOOK_MS = 300, ENTRIES_MAX = 8 };

/*
 * The first that is there; n: none is, and what one has against it is in why,
 * to be said where no other will do.
 */
static size_t
look(struct state *s, const struct message *request, struct err *why)
{
	size_t n = message_count(request, "entries");

	*why = (struct err){ "" };
	for (size_t i = 0; i < n; i++) {
		struct presence found = { 0 };
		struct err e;
		enum rc rc = keychain_present(
		    s, message_at(request, "entries", i), &found, &e);

		if (rc == RC_OK && found.there)
			return i;
		if (rc != RC_OK)
			*why = e;
	}
	return n;
}

static enum rc
none(const struct err *why, struct err *e)
{
	return err_set(e, RC_NOTFOUND,
	    "none of the tokens that stskey_mfa lists is plugged in: plug one "
	    "in and run it again%s%s",
	    why->msg[0] != '\0' ? "; " : "", why->msg);
}

/* Said once, and again where something else is in the way. */
static void
wait_for_one(struct state *s, const struct err *why, struct err *said)
{
	struct err now;

	(void)err_set(&now, RC_NOTFOUND,
	    "plug in one of the tokens that stskey_mfa lists%s%s",
	    why->msg[0] != '\0' ? "; " : "", why->msg);
	if (strcmp(now.msg, said->msg) != 0)
		s->ask.notice(s->ask.ctx, now.msg);
	*said = now;
}

static enum rc
choose(
    struct state *s, const struct message *request, size_t *ret, struct err *e)
{
	size_t n = message_count(request, "entries");
	struct err why = { "" };
	struct err said = { "" };
	enum rc rc = RC_OK;

	while ((*ret = look(s, request, &why)) == n && rc == RC_OK) {
		wait_for_one(s, &why, &said);
		if (s->ask.left_ms(s->ask.ctx) == 0)
			rc = none(&why, e);
		else
			rc = patience_pause(
			    &s->patience, LOOK_MS, "a token of stskey_mfa", e);
	}
	if (said.msg[0] != '\0')
		s->ask.notice(s->ask.ctx, NULL);
	return rc;
}

enum rc
act_choose(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	size_t n = message_count(request, "entries"), which = 0;
	struct state *s = state_get();
	enum rc rc;

	s->h = h;
	if (n == 0 || n > ENTRIES_MAX)
		return err_set(e, RC_CONFIG,
		    "between one and %d tokens can make a code", ENTRIES_MAX);
	rc = choose(s, request, &which, e);
	if (rc != RC_OK)
		return rc;
	*reply = message_new("chosen");
	message_set_int(*reply, "index", (int64_t)which);
	return RC_OK;
}

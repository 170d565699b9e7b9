/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "oath/account.h"

enum {
	GRACE_MS = 250, /* no finger is faster, asked by nobody */
	GRACE_MAX_MS = 650,
	GRACE_TIMES = 3, /* the slowest command that waits for nobody */
	STALL_MS = 2000, /* so long nothing takes but a finger */
	DENIED_LATE_MS = 1000,
};

static bool
is_fresh(const struct token *t)
{
	return strcmp(account_fresh.serial, t->card.serial) == 0 &&
	       strcmp(account_fresh.name, t->place.name) == 0;
}

/* As long as an answer that waits for nobody may take. */
static int
grace_ms(const struct card *c)
{
	int64_t ms = GRACE_MS + GRACE_TIMES * c->slowest_ms;

	return ms < GRACE_MAX_MS ? (int)ms : GRACE_MAX_MS;
}

static int
quiet_ms(const struct token *t)
{
	if (t->touch != TOUCH_YES)
		return STALL_MS;
	return is_fresh(t) ? grace_ms(&t->card) : 0;
}

/* One status for two causes: what was waited for tells them apart. */
static enum rc
denied(const struct token *t, const struct call_wait *w, struct err *e)
{
	if (t->touch == TOUCH_YES || w->said ||
	    t->card.last_ms >= DENIED_LATE_MS)
		return err_set(e, RC_TOUCH,
		    "'%s' was not touched in time: run it again and touch the "
		    "key while it blinks",
		    t->card.name);
	return card_refused(&t->card, SW_DENIED, e);
}

/* The first use of an entry shows whether the touch is more than a flag. */
static enum rc
judge_fresh(const struct token *t, const struct call_wait *w, struct err *e)
{
	bool ignored = is_fresh(t) && account_fresh.touch && !w->said &&
	               t->card.last_ms < grace_ms(&t->card);

	if (is_fresh(t))
		account_fresh = (struct fresh){ 0 };
	if (!ignored)
		return RC_OK;
	return err_set(e, RC_UNSUPPORTED,
	    "'%s' was told to ask for a touch and answered without one, so any "
	    "program could use what is on it: use another key, or accept that "
	    "with --no-touch",
	    t->card.name);
}

static enum rc
take(const struct token *t, enum mac alg, struct bytes answer,
    struct secret *ret, struct err *e)
{
	size_t want = alg == MAC_HMAC_SHA1 ? SHA1_SIZE : SHA256_SIZE;
	struct bytes output = { 0 };
	bool truncated = false;

	if (!applet_is_output(answer, &output, &truncated))
		return card_nonsense(&t->card, e);
	if (truncated)
		return err_set(e, RC_UNSUPPORTED,
		    "'%s' gives six digits of an HMAC and never the whole of "
		    "it, as Nitrokeys do: use another kind of key",
		    t->card.name);
	if (output.len != want)
		return err_set(e, RC_CONFIG,
		    "the entry '%s' has an HMAC of %zu bytes, where AWS wants "
		    "%zu: it was put there for something else",
		    t->place.name, output.len, want);
	secret_set(ret, output);
	return RC_OK;
}

static enum rc
calculate(struct token *t, enum mac alg, struct bytes msg, struct secret *ret,
    struct err *e)
{
	struct call_wait w = account_wait(t);
	struct bytes answer;
	unsigned int sw = 0;
	struct apdu a;
	enum rc rc;

	if (t->touch != TOUCH_NO && !t->place.no_touch &&
	    t->ask->touch_seconds == 0)
		return err_set(e, RC_TOUCH, ASK_NOBODY, t->card.name);
	w.touch = true;
	w.quiet_ms = quiet_ms(t);
	w.why = is_fresh(t) ? "to prove the import" : NULL;
	applet_calculate(&a, t->card.out.p, BYTES_STR(t->place.name), msg);
	rc = card_send(&t->card, &a, &w, &sw, &answer, e);
	if (rc != RC_OK)
		return rc;
	if (sw == SW_DENIED)
		return denied(t, &w, e);
	if (sw != SW_OK)
		return card_refused(&t->card, sw, e);
	if ((rc = take(t, alg, answer, ret, e)) != RC_OK)
		return rc;
	return judge_fresh(t, &w, e);
}

enum rc
account_mac(struct token *t, enum mac alg, const struct bytes *msgs, size_t n,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret out = { 0 };
	enum rc rc;

	if (n != 1 || msgs[0].len == 0 || msgs[0].len > OATH_CHALLENGE_MAX)
		return err_set(e, RC_UNSUPPORTED,
		    "an OATH key computes one MAC of 1 to %d bytes",
		    OATH_CHALLENGE_MAX);
	if ((rc = account_go_on(t, e)) != RC_OK ||
	    (rc = account_named(t, e)) != RC_OK ||
	    (rc = account_begin(t, e)) != RC_OK)
		return rc;
	rc = account_look(t, e);
	if (rc == RC_OK)
		rc = calculate(t, alg, msgs[0], &out, e);
	card_end(&t->card);
	if (rc == RC_OK)
		secret_move(ret, &out);
	return rc;
}

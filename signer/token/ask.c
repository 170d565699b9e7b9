/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/ask.h"

#include <string.h>

#include "signer/base/clock.h"
#include "signer/token/desktop.h"
#include "signer/token/holds.h"
#include "signer/token/name.h"
#include "signer/token/pin_prompt.h"
#include "signer/token/pin_source.h"
#include "signer/token/refused.h"

enum { MARGIN_MS = 500, DESKTOP_SECONDS = 60 };

/* The stored PIN that is being tried: what pin_result() is about. */
struct offer {
	struct pool strings;
	struct refused what;       /* serial NULL: the person was asked */
	enum refused_state before; /* as the record was when it was offered */
	bool recorded;             /* not so for one that is stored nowhere */
	const char *next;          /* what to do about a wrong one */
};

static struct offer offered;

static const char *
chosen(const struct state *s, const struct ask_pin *what)
{
	/* A PIN kept for another kind of token would cost this one a try. */
	if (what->own_only)
		return what->pin_source;
	if (s->pin_source != NULL)
		return s->pin_source;
	return what->pin_source != NULL ? what->pin_source
	                                : s->pin_source_default;
}

static void
forget_offer(void)
{
	pool_done(&offered.strings);
	offered = (struct offer){ 0 };
}

/* The source is not shown where it is a command: it may be `echo PIN`. */
static const char *
next_step(const struct pin_source *source, bool stored, struct pool *p)
{
	if (source->kind == PIN_COMMAND)
		return "correct what the command of the PIN source gives, and "
		       "give --retry-pin to have it tried once more";
	if (!stored)
		return "pass on the right one";
	return name_printable(
	    p, pool_fmt(p,
		   "correct '%s' (it is not tried again until it changes), or "
		   "give --retry-pin to have it tried once more",
		   source->text));
}

static void
make_offer(const struct pin_source *source, const struct ask_pin *what)
{
	struct pool *p = &offered.strings;

	forget_offer();
	offered.what.serial = pool_add(p, BYTES_STR(what->serial));
	offered.recorded = pin_source_identity(source, p, &offered.what.source);
	offered.next = next_step(source, offered.recorded, p);
}

static enum rc
was_tried(const struct ask_pin *what, struct err *e)
{
	if (offered.before == REFUSED_YES)
		return err_set(e, RC_PIN,
		    "the stored PIN of token '%s' was refused before, so it "
		    "was not tried again: %s",
		    what->token, offered.next);
	return err_set(e, RC_PIN,
	    "the stored PIN of token '%s' was tried before, and how that ended "
	    "is not known (the token failed, or the program was ended), so it "
	    "was not tried again: make sure that it is right, then give "
	    "--retry-pin to have it tried once more",
	    what->token);
}

static enum rc
look_up(const struct state *s, const struct ask_pin *what, struct err *e)
{
	enum rc rc;

	if (!offered.recorded)
		return RC_OK;
	rc = refused_find(&offered.what, &offered.before, e);
	if (rc == RC_OK && offered.before != REFUSED_NOT && !s->retry_pin)
		rc = was_tried(what, e);
	return rc;
}

/* Before the token sees it: whatever becomes of us, that it was is known. */
static enum rc
put_on_record(const struct ask_pin *what, struct err *e)
{
	enum rc rc;

	if (!offered.recorded || offered.before != REFUSED_NOT)
		return RC_OK;
	rc = refused_remember(&offered.what, REFUSED_TRIED, e);
	if (rc != RC_OK)
		return err_in(e, rc,
		    "the stored PIN of token '%s' was not tried, since the "
		    "record of it that keeps a wrong one from being tried "
		    "twice failed",
		    what->token);
	return RC_OK;
}

static enum rc
read_stored(struct state *s, const struct pin_source *source,
    const struct ask_pin *what, struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret pin = { 0 };
	enum rc rc;

	make_offer(source, what);
	rc = look_up(s, what, e);
	if (rc == RC_OK && what->count_low)
		state_say(
		    s, "a wrong PIN was used before: few tries are left", 0);
	if (rc == RC_OK) {
		rc = pin_source_read(source, &s->patience, &pin, e);
		if (rc != RC_OK)
			rc =
			    err_in(e, rc, "the PIN of token '%s'", what->token);
	}
	if (rc == RC_OK)
		rc = put_on_record(what, e);
	if (rc != RC_OK) {
		forget_offer();
		return rc;
	}
	secret_move(ret, &pin);
	return RC_OK;
}

/*
 * On the last try the person is asked; the line that was meant for this token
 * must not be taken for the next one's.
 */
static enum rc
pass_over(const struct state *s, const struct pin_source *source, struct err *e)
{
	AUTO_SECRET struct secret unused = { 0 };
	enum rc rc;

	if (source->kind != PIN_FD)
		return RC_OK;
	rc = pin_source_read(source, &s->patience, &unused, e);
	return rc == RC_PIN ? RC_OK : rc;
}

static enum rc
pin(void *ctx, const struct ask_pin *what, struct secret *ret, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct pin_source source = { .kind = PIN_PROMPT };
	struct state *s = ctx;
	const char *spec = chosen(s, what);
	enum rc rc = RC_OK;

	forget_offer();
	if (spec != NULL)
		rc = pin_source_parse(&p, spec, &source, e);
	if (rc == RC_OK)
		rc = pin_source_place(&source, s->has_stdin, e);
	if (rc == RC_OK && source.kind != PIN_PROMPT && !what->final_try)
		return read_stored(s, &source, what, ret, e);
	if (rc == RC_OK)
		rc = pass_over(s, &source, e);
	return rc == RC_OK ? pin_prompt(s, what, ret, e) : rc;
}

static void
add_step(struct err *e, const char *step)
{
	const struct err said = *e;

	/* It keeps its status: only the sentence is longer. */
	(void)err_set(e, RC_PIN, "%s; %s", said.msg, step);
}

static void
was_refused(struct err *e)
{
	struct err ignored;

	/* Where that fails, it stays on record as tried. */
	if (offered.recorded && offered.before != REFUSED_YES)
		(void)!refused_remember(&offered.what, REFUSED_YES, &ignored);
	add_step(e, offered.next);
}

/*
 * As it is not known whether the token counted a try, the record stays: at
 * worst a PIN that is right is asked to be confirmed by --retry-pin, where
 * the other way round a wrong one would lock the token.
 */
static void
is_unknown(struct err *e)
{
	if (offered.recorded)
		add_step(e,
		    "whether it counted the stored PIN as a try is not known, "
		    "so that is tried again only with --retry-pin");
}

static void
pin_result(void *ctx, const struct ask_pin *what, enum pin_verdict verdict,
    struct err *e)
{
	(void)ctx;
	if (offered.what.serial == NULL ||
	    strcmp(offered.what.serial, what->serial) != 0)
		return;
	if (verdict == PIN_REFUSED)
		was_refused(e);
	if (verdict == PIN_UNKNOWN)
		is_unknown(e);
	if (offered.recorded &&
	    (verdict == PIN_ACCEPTED ||
		(verdict == PIN_UNTRIED && offered.before == REFUSED_NOT)))
		refused_forget(&offered.what);
	forget_offer();
}

static enum rc
claim(void *ctx, const char *token, const char *serial, bool *waited,
    struct err *e)
{
	return holds_login(ctx, token, serial, waited, e);
}

static void
unclaim(void *ctx, const char *token, const char *serial)
{
	(void)ctx;
	holds_release_login(token, serial);
}

static void
notice(void *ctx, const char *text)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const struct state *s = ctx;
	const char *said;

	if (text == NULL) {
		state_say(s, "", 0);
		desktop_gone();
		return;
	}
	said = name_printable(
	    &p, pool_fmt(&p, "%s, for %s", text, state_for_whom(s, &p)));
	state_say(s, said, 0);
	desktop_show("stskey waits for you", said, DESKTOP_SECONDS);
}

/* On both, as a person may look at either. */
static void
touch(void *ctx, const struct ask_touch *what)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct state *s = ctx;
	const char *text;

	if (what == NULL) {
		state_say(s, "", 0);
		desktop_gone();
		return;
	}
	text = name_printable(
	    &p, pool_fmt(&p, "touch '%s'%s%s%s for %s", what->device,
		    what->why != NULL ? " " : "",
		    what->why != NULL ? what->why : "", state_count_touch(s),
		    state_for_whom(s, &p)));
	if (s->h != NULL)
		helper_blinks(
		    s->h, what->device, text, clock_now() + what->seconds);
	/* The terminal counts down; a desktop may show it for longer. */
	desktop_show("Touch your security key",
	    pool_fmt(&p, "%s, within %d s", text, what->seconds),
	    what->seconds);
}

/* A little less, so that our sentence arrives before we are given up. */
static int64_t
left_ms(void *ctx)
{
	const struct state *s = ctx;
	int64_t left =
	    s->patience.deadline_ms - clock_monotonic_ms() - MARGIN_MS;

	return left > 0 ? left : 0;
}

static bool
cancelled(void *ctx)
{
	const struct state *s = ctx;

	return s->patience.cancelled != NULL &&
	       s->patience.cancelled(s->patience.ctx);
}

void
ask_fill(struct ask *ret, struct state *s)
{
	*ret = (struct ask){
		.ctx = s,
		.claim = claim,
		.unclaim = unclaim,
		.pin = pin,
		.pin_result = pin_result,
		.notice = notice,
		.touch = touch,
		.touch_seconds = ASK_TOUCH_SECONDS,
		.left_ms = left_ms,
		.cancelled = cancelled,
		.module = s->module,
	};
}

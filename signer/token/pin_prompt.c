/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/pin_prompt.h"

#include <string.h>

#include "signer/token/name.h"
#include "signer/token/pin_source.h"
#include "signer/token/prompt.h"

static const char *
called(const struct ask_pin *what)
{
	return what->called != NULL ? what->called : "PIN";
}

/* "for the PIN of 'work'": as the sentence of nobody() goes on. */
static const char *
label_of(struct pool *p, const struct ask_pin *what)
{
	return name_printable(
	    p, pool_fmt(p, "%s of token '%s'", called(what), what->token));
}

static const char *
text_of(const struct state *s, struct pool *p, const struct ask_pin *what)
{
	const char *low = "", *serial = "";

	if (strcmp(what->serial, what->token) != 0)
		serial = pool_fmt(p, " (serial %s)", what->serial);
	if (what->tries > 1)
		low = pool_fmt(p, "\n%d tries are left.", what->tries);
	else if (what->count_low)
		low = "\nA wrong PIN was entered before: few tries are left.";
	if (what->final_try)
		low = "\nThis is the last try: a wrong PIN locks the token.";
	return pool_fmt(p, "stskey: token '%s'%s wants its %s for %s.%s",
	    name_printable(p, what->token), name_printable(p, serial),
	    called(what), state_for_whom(s, p), low);
}

static const char *
instead(const struct ask_pin *what)
{
	if (what->final_try)
		return "it has one try left, for which no stored PIN is used: "
		       "run `stskey login` in a terminal";
	if (what->own_only)
		return "run it in a terminal, or `stskey login` there first";
	return "run `stskey login` in a terminal first, or set "
	       "stskey_pin_source (file:PATH, command:CMD)";
}

static enum rc
type(const struct state *s, const struct prompt *q, struct secret *ret,
    struct err *e)
{
	AUTO_SECRET struct secret typed = { 0 };
	enum rc rc = prompt_ask(s, q, &typed, e);

	if (rc != RC_OK)
		return rc;
	if (typed.len == 0)
		return err_set(e, RC_PIN,
		    "no PIN was entered, so none was tried; run it again");
	if (typed.len > PIN_MAX)
		return err_set(e, RC_PIN,
		    "a PIN has at most %d bytes, so this one was not tried; "
		    "run it again with the right one",
		    PIN_MAX);
	secret_move(ret, &typed);
	return RC_OK;
}

enum rc
pin_prompt(struct state *s, const struct ask_pin *what, struct secret *ret,
    struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct prompt q = {
		.text = text_of(s, &p, what),
		.label = label_of(&p, what),
		.yes = "Use the last try",
		.nobody = RC_PIN,
		.instead = instead(what),
	};
	enum rc rc = what->final_try ? prompt_confirm(s, &q, e) : RC_OK;

	if (rc == RC_CANCELLED)
		return err_in(e, RC_PIN,
		    "the last try of token '%s' was left alone", what->token);
	/* On a pad it is typed once the token waits for it. */
	return rc == RC_OK && !what->pad ? type(s, &q, ret, e) : rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/prompt.h"

#include <string.h>

#include "signer/token/pinentry.h"
#include "signer/token/tty.h"

/* Anything but a word that allows it forbids it. */
static bool
may(const struct state *s, const char *way)
{
	return s->prompt == NULL || strcmp(s->prompt, "auto") == 0 ||
	       strcmp(s->prompt, way) == 0;
}

static const char *
why_nobody(const struct state *s)
{
	bool tty = may(s, "tty"), pinentry = may(s, "pinentry");

	if (tty && pinentry)
		return "there is no terminal in the foreground and no pinentry";
	if (tty)
		return "there is no terminal in the foreground, and "
		       "stskey_prompt is tty";
	if (pinentry)
		return "there is no pinentry, and stskey_prompt is pinentry";
	return "stskey_prompt is none";
}

static enum rc
nobody(const struct state *s, const struct prompt *q, struct err *e)
{
	return err_set(e, q->nobody, "nobody can be asked for the %s: %s; %s",
	    q->label, why_nobody(s), q->instead);
}

static enum rc
on_tty(const struct state *s, const struct tty_question *q, struct secret *ret,
    struct err *e)
{
	return may(s, "tty") ? tty_ask(&s->patience, q, ret, e)
	                     : RC_UNSUPPORTED;
}

static enum rc
by_pinentry(const struct state *s, const struct pinentry_question *q,
    struct secret *ret, struct err *e)
{
	return may(s, "pinentry") ? pinentry_ask(&s->patience, q, ret, e)
	                          : RC_UNSUPPORTED;
}

enum rc
prompt_ask(const struct state *s, const struct prompt *q, struct secret *ret,
    struct err *e)
{
	enum rc rc = on_tty(
	    s, &(struct tty_question){ q->text, q->label, q->echo }, ret, e);

	if (rc == RC_UNSUPPORTED)
		rc = by_pinentry(s,
		    &(struct pinentry_question){ .program = s->pinentry,
			.text = q->text,
			.label = q->label },
		    ret, e);
	return rc == RC_UNSUPPORTED ? nobody(s, q, e) : rc;
}

static enum rc
confirm_on_tty(const struct state *s, const struct prompt *q, struct err *e)
{
	AUTO_SECRET struct secret line = { 0 };
	AUTO_POOL struct pool p = POOL_INIT;
	const char *label = pool_fmt(&p, "%s (yes or no)", q->yes);
	enum rc rc =
	    on_tty(s, &(struct tty_question){ q->text, label, true }, &line, e);

	if (rc != RC_OK || bytes_is(secret_bytes(&line), "yes"))
		return rc;
	return err_set(e, RC_CANCELLED, "that was not a yes");
}

enum rc
prompt_confirm(const struct state *s, const struct prompt *q, struct err *e)
{
	AUTO_SECRET struct secret none = { 0 };
	AUTO_POOL struct pool p = POOL_INIT;
	enum rc rc = confirm_on_tty(s, q, e);

	if (rc == RC_UNSUPPORTED)
		rc = by_pinentry(s,
		    &(struct pinentry_question){ .program = s->pinentry,
			.text = pool_fmt(&p, "%s\n%s", q->text, q->yes),
			.label = q->yes,
			.confirm = true },
		    &none, e);
	return rc == RC_UNSUPPORTED ? nobody(s, q, e) : rc;
}

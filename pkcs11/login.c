/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/login.h"

#include <stdint.h>
#include <stdio.h>

#include "pkcs11/rv.h"
#include "signer/base/clock.h"

/* How old the counters of wrong tries may be when a PIN is asked for. */
enum { FRESH_MS = 1000 };

static enum rc
remember(struct slot *s, enum rc rc, const struct err *e)
{
	if (rc != RC_PIN)
		return rc;
	s->refused = rc;
	s->why = *e;
	return rc;
}

/*
 * PKCS#11 v2.40 section 5.6 has for each what was found out, and when.  What
 * is not listed may have come before the PIN was looked at, or after.
 */
static enum pin_verdict
verdict_of(CK_RV rv)
{
	switch (rv) {
	case CKR_OK:
		return PIN_ACCEPTED;
	case CKR_PIN_INCORRECT:
	case CKR_PIN_INVALID:
	case CKR_PIN_LEN_RANGE:
	case CKR_PIN_EXPIRED:
	case CKR_PIN_LOCKED:
		return PIN_REFUSED;
	case CKR_USER_ALREADY_LOGGED_IN:
	case CKR_USER_ANOTHER_ALREADY_LOGGED_IN:
	case CKR_USER_TOO_MANY_TYPES:
	case CKR_USER_TYPE_INVALID:
	case CKR_USER_PIN_NOT_INITIALIZED:
	case CKR_SESSION_HANDLE_INVALID:
	case CKR_SESSION_READ_ONLY_EXISTS:
	case CKR_CRYPTOKI_NOT_INITIALIZED:
	case CKR_ARGUMENTS_BAD:
	case CKR_FUNCTION_NOT_SUPPORTED:
	case CKR_OPERATION_ACTIVE:
	case CKR_TOKEN_NOT_PRESENT:
		return PIN_UNTRIED;
	default:
		return PIN_UNKNOWN;
	}
}

static CK_RV
log_in(struct slot *s, CK_BYTE *pin, CK_ULONG len)
{
	CK_RV rv;

	rv = s->module->fn->C_Login(s->session, CKU_USER, pin, len);
	/* Several programs may share a login. */
	s->logged_in = rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN;
	return rv;
}

static enum rc
judged(const struct slot *s, CK_RV rv, struct err *e)
{
	if (s->logged_in)
		return RC_OK;
	/* NSS calls it a wrong PIN that there is none yet. */
	if (rv == CKR_PIN_INCORRECT &&
	    (s->info.flags & CKF_USER_PIN_INITIALIZED) == 0)
		rv = CKR_USER_PIN_NOT_INITIALIZED;
	return rv_err(e, rv, "logging in to token '%s'", s->label);
}

/* The last try was asked about before, by ask->pin(). */
static enum rc
with_pad(struct slot *s, const struct ask *ask, struct err *e)
{
	char text[160];
	CK_RV rv;

	(void)snprintf(text, sizeof(text),
	    "enter the PIN of token '%s' on the reader's own pad%s", s->label,
	    (s->info.flags & CKF_USER_PIN_FINAL_TRY) != 0
		? " (the last try before it is locked: cancel there if unsure)"
	    : (s->info.flags & CKF_USER_PIN_COUNT_LOW) != 0
		? " (few tries are left)"
		: "");
	ask->notice(ask->ctx, text);
	rv = log_in(s, NULL, 0);
	ask->notice(ask->ctx, NULL);
	return remember(s, judged(s, rv, e), e);
}

static enum rc
judged_pin(const struct slot *s, CK_RV rv, bool pad, struct err *e)
{
	if (pad && rv == CKR_ARGUMENTS_BAD)
		return err_set(e, RC_PIN,
		    "token '%s' takes its PIN on its own pad only, and none of "
		    "a PIN source: take that out, or give --pin-source prompt",
		    s->label);
	return judged(s, rv, e);
}

/* A source that was chosen is used, even where there is a pad. */
static enum rc
with_pin(struct slot *s, const struct ask *ask, const char *pin_source,
    struct err *e)
{
	const struct ask_pin what = {
		.token = s->label,
		.serial = s->serial,
		.pin_source = pin_source,
		.count_low = (s->info.flags & CKF_USER_PIN_COUNT_LOW) != 0,
		.final_try = (s->info.flags & CKF_USER_PIN_FINAL_TRY) != 0,
		.pad = (s->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0,
	};
	AUTO_SECRET struct secret pin = { 0 };
	enum rc rc;
	CK_RV rv;

	if ((rc = ask->pin(ask->ctx, &what, &pin, e)) != RC_OK)
		return rc;
	if (what.pad && pin.p == NULL)
		return with_pad(s, ask, e);
	rv = log_in(s, pin.p, pin.len);
	rc = judged_pin(s, rv, what.pad, e);
	ask->pin_result(ask->ctx, &what, verdict_of(rv), e);
	return remember(s, rc, e);
}

/*
 * The token is ours first: whoever had it under another URI may have used up
 * a try since its counters were read, so they are read anew after a wait.
 */
static enum rc
claim(struct slot *s, const struct ask *ask, struct err *e)
{
	bool waited = false;
	enum rc rc = ask->claim(ask->ctx, s->label, s->serial, &waited, e);

	if (rc == RC_OK && !s->logged_in && waited)
		s->read_ms = 0;
	return rc;
}

static enum rc
read_tries(struct slot *s, struct err *e)
{
	enum rc rc;

	if (clock_monotonic_ms() - s->read_ms > FRESH_MS &&
	    (rc = slot_read(s, e)) != RC_OK)
		return rc;
	if ((s->info.flags & CKF_USER_PIN_LOCKED) != 0)
		return rv_err(
		    e, CKR_PIN_LOCKED, "logging in to token '%s'", s->label);
	return RC_OK;
}

enum rc
login(struct slot *s, const struct ask *ask, const char *pin_source,
    bool writable, struct err *e)
{
	enum rc rc;

	if (s->refused != RC_OK) {
		*e = s->why;
		return s->refused;
	}
	if ((rc = claim(s, ask, e)) != RC_OK ||
	    (rc = slot_session(s, writable, e)) != RC_OK || s->logged_in ||
	    (s->info.flags & CKF_LOGIN_REQUIRED) == 0)
		return rc;
	if ((rc = read_tries(s, e)) != RC_OK)
		return rc;
	return with_pin(s, ask, pin_source, e);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/pin.h"

#include <string.h>

#include "fido/code.h"

enum { PIN_LEAST = 4, PIN_MOST = 63, FEW = 3 };

/* A process has one try, whichever seal it is for. */
static struct {
	bool is;
	struct err why;
} refused;

/* Keys that count down in another way than CTAP says it still answer 0. */
static enum rc
read_tries(struct pin *p, struct device *d, struct err *e)
{
	int n = -1;

	if (fido_dev_get_retry_count(d->dev, &n) != FIDO_OK)
		n = -1;
	p->tries = n;
	return n == 0 ? code_err(e, FIDO_ERR_PIN_BLOCKED, d->name, d->path, 0)
	              : RC_OK;
}

static enum rc
check(struct pin *p, const struct secret *typed, struct err *e)
{
	if (typed->len < PIN_LEAST || typed->len > PIN_MOST ||
	    memchr(typed->p, '\0', typed->len) != NULL)
		return err_set(e, RC_PIN,
		    "a PIN of a FIDO2 key has %d to %d bytes, so this one was "
		    "not tried: run it again with the right one",
		    PIN_LEAST, PIN_MOST);
	secret_new(&p->text, typed->len + 1);
	memcpy(p->text.p, typed->p, typed->len);
	return RC_OK;
}

enum rc
pin_ask(struct pin *p, struct device *d, const struct ask *ask,
    const char *source, struct err *e)
{
	AUTO_SECRET struct secret typed = { 0 };
	enum rc rc;

	if (refused.is) {
		*e = refused.why;
		return RC_PIN;
	}
	if (!fido_dev_has_pin(d->dev))
		return code_err(e, FIDO_ERR_PIN_NOT_SET, d->name, d->path, -1);
	rc = read_tries(p, d, e);
	if (rc != RC_OK)
		return rc;
	p->what = (struct ask_pin){
		.token = d->name,
		.serial = d->name, /* keys show no other */
		.pin_source = source,
		.own_only = true,
		.tries = p->tries > 0 ? p->tries : 0,
		.count_low = p->tries > 0 && p->tries <= FEW,
		.final_try = p->tries == 1,
	};
	rc = ask->pin(ask->ctx, &p->what, &typed, e);
	if (rc != RC_OK)
		return rc;
	rc = check(p, &typed, e);
	if (rc != RC_OK)
		ask->pin_result(ask->ctx, &p->what, PIN_UNTRIED, e);
	return rc;
}

const char *
pin_text(const struct pin *p)
{
	return (const char *)p->text.p;
}

/*
 * The third wrong one in a row is refused in the same word as all that come
 * after it, which are not looked at: the count tells them apart.
 */
static enum pin_verdict
counted(const struct pin *p, struct device *d)
{
	int n = -1;

	if (p->tries < 0 || fido_dev_get_retry_count(d->dev, &n) != FIDO_OK)
		return PIN_UNKNOWN;
	return n < p->tries ? PIN_REFUSED : PIN_UNTRIED;
}

/* What came after the PIN shows that it was right. */
static enum pin_verdict
verdict_of(const struct pin *p, struct device *d, int code)
{
	switch (code) {
	case FIDO_OK:
	case FIDO_ERR_OPERATION_DENIED:
	case FIDO_ERR_USER_ACTION_TIMEOUT:
	case FIDO_ERR_ACTION_TIMEOUT:
	case FIDO_ERR_KEEPALIVE_CANCEL:
	case FIDO_ERR_NO_CREDENTIALS:
	case FIDO_ERR_CREDENTIAL_EXCLUDED:
		return PIN_ACCEPTED;
	case FIDO_ERR_PIN_INVALID:
		return PIN_REFUSED;
	case FIDO_ERR_PIN_AUTH_BLOCKED:
		return counted(p, d);
	case FIDO_ERR_PIN_BLOCKED:
	case FIDO_ERR_PIN_NOT_SET:
		return PIN_UNTRIED;
	default:
		return PIN_UNKNOWN;
	}
}

void
pin_judge(const struct pin *p, struct device *d, const struct ask *ask,
    int code, struct err *e)
{
	enum pin_verdict verdict;

	if (p->text.p == NULL)
		return;
	verdict = verdict_of(p, d, code);
	ask->pin_result(ask->ctx, &p->what, verdict, e);
	if (verdict != PIN_REFUSED)
		return;
	refused.is = true;
	refused.why = *e;
}

void
pin_forget(void)
{
	refused.is = false;
}

int
pin_left(const struct pin *p, int code)
{
	if (p->text.p == NULL || p->tries <= 0)
		return -1;
	return code == FIDO_ERR_PIN_INVALID ? p->tries - 1 : p->tries;
}

void
pin_done(struct pin *p)
{
	secret_done(&p->text);
}

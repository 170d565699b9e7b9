/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/contract.h"

#include <stdio.h>
#include <string.h>

enum { PERSON_MS = 20000 };

static enum rc
person_claim(void *ctx, const char *token, const char *serial, bool *waited,
    struct err *e)
{
	struct person *p = ctx;

	*waited = false;
	p->claims++;
	(void)snprintf(p->claimed, sizeof(p->claimed), "%s;%s", token, serial);
	if (p->busy != RC_OK)
		return err_set(e, p->busy, "another process has the token");
	return RC_OK;
}

static void
person_unclaim(void *ctx, const char *token, const char *serial)
{
	struct person *p = ctx;
	char name[sizeof(p->claimed)];

	(void)snprintf(name, sizeof(name), "%s;%s", token, serial);
	if (strcmp(name, p->claimed) == 0)
		p->claimed[0] = '\0';
}

static enum rc
person_pin(
    void *ctx, const struct ask_pin *what, struct secret *ret, struct err *e)
{
	struct person *p = ctx;

	p->asked++;
	p->last = *what;
	if (p->at_pad && what->pad)
		return RC_OK;
	if (p->pin == NULL)
		return err_set(e, RC_PIN, "there is nobody to ask");
	secret_set(ret, BYTES_STR(p->pin));
	return RC_OK;
}

static void
person_result(void *ctx, const struct ask_pin *what, enum pin_verdict verdict,
    struct err *e)
{
	struct person *p = ctx;

	(void)what;
	p->accepted += verdict == PIN_ACCEPTED;
	p->refused += verdict == PIN_REFUSED;
	p->unknown += verdict == PIN_UNKNOWN;
	p->untried += verdict == PIN_UNTRIED;
	if (verdict != PIN_ACCEPTED) {
		const struct err said = *e;

		(void)!err_set(e, RC_PIN, "%s; said to the person", said.msg);
	}
}

static void
person_notice(void *ctx, const char *text)
{
	struct person *p = ctx;

	p->notices += text != NULL ? 1 : 0;
}

static void
person_touch(void *ctx, const struct ask_touch *what)
{
	struct person *p = ctx;

	p->touches += what != NULL ? 1 : 0;
}

static int64_t
person_left_ms(void *ctx)
{
	const struct person *p = ctx;

	return p->left_ms != 0 ? p->left_ms : PERSON_MS;
}

static bool
person_gone(void *ctx)
{
	const struct person *p = ctx;

	return p->gone;
}

struct ask
person_ask(struct person *p)
{
	return (struct ask){
		.ctx = p,
		.claim = person_claim,
		.unclaim = person_unclaim,
		.pin = person_pin,
		.pin_result = person_result,
		.notice = person_notice,
		.touch = person_touch,
		.touch_seconds = PERSON_MS / 1000,
		.left_ms = person_left_ms,
		.cancelled = person_gone,
		.module = p->module,
	};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/unseal.h"

#include <stdio.h>

#include "fido/assertion.h"
#include "fido/touch.h"

enum { TEXT_MAX = 160 };

/* Keys that hold a seal, each with its question. */
struct asked {
	const uint8_t *next;
	const char *source; /* of a PIN, or NULL */
	struct pin pin;
	struct assertion assertions[DEVICES_MAX];
	struct entrant entrants[DEVICES_MAX];
	size_t n;
};

static void
asked_done(struct asked *a)
{
	for (size_t i = 0; i < a->n; i++)
		assertion_done(&a->assertions[i]);
	pin_done(&a->pin);
}

static enum rc
add(struct asked *a, const struct search *s, struct device *d, struct err *e)
{
	struct assertion *made = &a->assertions[a->n];

	*made = (struct assertion){
		.seal = s->seals->at[d->which],
		.next = a->next,
		.pin = pin_text(&a->pin),
	};
	a->entrants[a->n] =
	    (struct entrant){ .device = d, .run = assertion_run, .ctx = made };
	a->n++;
	return assertion_begin(made, e);
}

static bool
any_pin(struct search *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s->seals->at[search_at(s, i)->which]->pin)
			return true;
	return false;
}

/* Where a PIN is wanted, of the one key that the person chooses. */
static enum rc
ask_all(struct asked *a, struct search *s, size_t n, struct err *e)
{
	struct device *d = NULL;
	enum rc rc = RC_OK;

	if (!any_pin(s, n)) {
		for (size_t i = 0; i < n && rc == RC_OK; i++)
			rc = add(a, s, search_at(s, i), e);
		return rc;
	}
	rc = touch_choose(s, n, &d, e);
	if (rc == RC_OK && s->seals->at[d->which]->pin)
		rc = pin_ask(&a->pin, d, s->ask, a->source, e);
	return rc == RC_OK ? add(a, s, d, e) : rc;
}

/* "desk-key (Yubico YubiKey FIDO or Solo 2)" */
static void
name_all(const struct seal_list *seals, char ret[static TEXT_MAX])
{
	size_t len = (size_t)snprintf(
	    ret, TEXT_MAX, "%s", seals->name != NULL ? seals->name : "the key");

	for (size_t i = 0; i < seals->n && len < TEXT_MAX; i++)
		len += (size_t)snprintf(ret + len, TEXT_MAX - len, "%s%s",
		    i == 0 ? " (" : " or ", seals->at[i]->device);
	if (len < TEXT_MAX)
		(void)snprintf(ret + len, TEXT_MAX - len, ")");
}

enum rc
unseal(const struct ask *ask, const char *source, const struct seal_list *seals,
    const uint8_t *next, struct unsealed *ret, struct err *e)
{
	char text[TEXT_MAX];
	AUTO_SEARCH struct search s = {
		.ask = ask, .seals = seals, .wanted = text
	};
	AUTO(asked_done)
	struct asked asked = {
		.next = next, .source = source, .pin = { .tries = -1 }
	};
	const struct touch touch = { .ask = ask, .pin = &asked.pin };
	struct race_end end;
	size_t n = 0;
	enum rc rc;

	name_all(seals, text);
	if ((rc = search_wait(&s, &n, e)) != RC_OK ||
	    (rc = ask_all(&asked, &s, n, e)) != RC_OK ||
	    (rc = touch_run(&touch, asked.entrants, asked.n, &end, e)) != RC_OK)
		return rc;
	ret->which = asked.entrants[end.who].device->which;
	return assertion_read(&asked.assertions[end.who],
	    asked.entrants[end.who].device, &ret->key, &ret->next, e);
}

enum rc
unseal_present(const struct ask *ask, const struct seal_list *seals,
    struct presence *ret, struct err *e)
{
	AUTO_SEARCH struct search s = {
		.ask = ask, .seals = seals, .wanted = ""
	};
	size_t n = 0;
	bool busy = false;
	enum rc rc = search_look(&s, &n, &busy, e);

	ret->there = n > 0;
	if (n > 0)
		(void)snprintf(ret->device, sizeof(ret->device), "%s",
		    search_at(&s, 0)->path);
	/* It may be the one, or none of ours: another that is there is better. */
	if (rc == RC_OK && n == 0 && busy)
		return err_set(e, RC_TOKEN,
		    "a FIDO2 key is in use by another program, or does not "
		    "answer: end that, or unplug it and put it in again");
	return rc == RC_OK && n == 0 ? search_denied(&s, e) : rc;
}

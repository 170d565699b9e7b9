/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/touch.h"

#include <stdio.h>

#include "fido/code.h"
#include "signer/base/clock.h"

enum { POLL_MS = 50, NAMES_MAX = 256 };

/* "Yubico YubiKey FIDO or Solo 2" */
static void
add_name(char ret[static NAMES_MAX], const char *name)
{
	char before[NAMES_MAX];

	(void)snprintf(before, sizeof(before), "%s", ret);
	(void)snprintf(ret, NAMES_MAX, "%s%s%s", before,
	    before[0] != '\0' ? " or " : "", name);
}

static void
say(const struct ask *ask, const char *names, const char *why)
{
	const struct ask_touch what = {
		.device = names, .why = why, .seconds = race_seconds(ask)
	};

	ask->touch(ask->ctx, &what);
}

/* Before any of them begins to blink. */
static enum rc
check_somebody(const struct ask *ask, const char *name, struct err *e)
{
	return ask->touch_seconds > 0 ? RC_OK
	                              : err_set(e, RC_TOUCH, ASK_NOBODY, name);
}

static enum rc
blink_all(struct search *s, size_t n, char names[static NAMES_MAX])
{
	for (size_t i = 0; i < n; i++) {
		struct device *d = search_at(s, i);

		/* One that will not blink cannot be chosen. */
		if (fido_dev_get_touch_begin(d->dev) == FIDO_OK)
			add_name(names, d->name);
	}
	return names[0] != '\0' ? RC_OK : RC_TOKEN;
}

static struct device *
touched(struct search *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct device *d = search_at(s, i);
		int yes = 0;

		if (fido_dev_get_touch_status(d->dev, &yes, POLL_MS) ==
			FIDO_OK &&
		    yes != 0)
			return d;
	}
	return NULL;
}

/* A key that is pulled out looks untouched for ever: so by our own clock. */
static enum rc
wait(struct search *s, size_t n, struct device **ret, struct err *e)
{
	const struct ask *ask = s->ask;
	int64_t until_ms =
	    clock_monotonic_ms() + (int64_t)race_seconds(ask) * 1000;

	while ((*ret = touched(s, n)) == NULL) {
		if (race_is_off(ask))
			return code_err(
			    e, FIDO_ERR_KEEPALIVE_CANCEL, "the keys", "", -1);
		if (clock_monotonic_ms() >= until_ms)
			return code_err(
			    e, FIDO_ERR_TIMEOUT, "one of the keys", "", -1);
	}
	return RC_OK;
}

enum rc
touch_choose(struct search *s, size_t n, struct device **ret, struct err *e)
{
	char names[NAMES_MAX] = "";
	enum rc rc;

	*ret = search_at(s, 0);
	if ((rc = check_somebody(s->ask, (*ret)->name, e)) != RC_OK || n == 1)
		return rc;
	rc = blink_all(s, n, names);
	if (rc != RC_OK)
		return err_set(e, rc,
		    "several FIDO2 keys are plugged in and none lets itself "
		    "be chosen by a touch: leave one in");
	say(s->ask, names, "to choose it");
	rc = wait(s, n, ret, e);
	s->ask->touch(s->ask->ctx, NULL);
	for (size_t i = 0; i < n; i++)
		if (search_at(s, i) != *ret)
			(void)fido_dev_cancel(search_at(s, i)->dev);
	return rc;
}

enum rc
touch_run(const struct touch *t, struct entrant *at, size_t n,
    struct race_end *ret, struct err *e)
{
	static const struct pin no_pin = { .tries = -1 };
	const struct pin *pin = t->pin != NULL ? t->pin : &no_pin;
	char names[NAMES_MAX] = "";
	enum rc rc;

	if (race_is_off(t->ask))
		return code_err(e, FIDO_ERR_KEEPALIVE_CANCEL,
		    at[0].device->name, at[0].device->path, -1);
	for (size_t i = 0; i < n; i++)
		add_name(names, at[i].device->name);
	if ((rc = check_somebody(t->ask, names, e)) != RC_OK)
		return rc;
	say(t->ask, names, t->why);
	rc = race_run(at, n, t->ask, ret, e);
	t->ask->touch(t->ask->ctx, NULL);
	if (rc != RC_OK)
		return rc;
	rc = code_err(e, ret->code, at[ret->who].device->name,
	    at[ret->who].device->path, pin_left(pin, at[ret->who].code));
	pin_judge(pin, at[ret->who].device, t->ask, at[ret->who].code, e);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/survey.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fido/device.h"
#include "fido/node.h"
#include "signer/base/pool.h"

enum { FEW_TRIES = 3 };

static const char rules[] = "sudo apt-get install udev && sudo udevadm trigger";

/* Where what is found goes. */
struct report {
	survey_each *each;
	void *ctx;
	struct pool strings;
	struct device_list devices;
	enum rc rc;
	struct err *e;
};

static void
tell(struct report *r, const struct survey_item *item)
{
	if (r->rc == RC_OK)
		r->rc = r->each(r->ctx, item, r->e);
}

static void
tell_pin(struct report *r, struct device *d)
{
	struct survey_item item = { .what = "PIN" };
	int tries = -1;

	if (!fido_dev_has_pin(d->dev)) {
		item.text = pool_fmt(&r->strings, "'%s' has no PIN", d->name);
		tell(r, &item);
		return;
	}
	if (fido_dev_get_retry_count(d->dev, &tries) != FIDO_OK || tries < 0) {
		item.text = pool_fmt(&r->strings,
		    "'%s' has a PIN, and does not say how many tries are left",
		    d->name);
		tell(r, &item);
		return;
	}
	item.text = pool_fmt(&r->strings, "'%s' has a PIN, with %d tr%s left",
	    d->name, tries, tries == 1 ? "y" : "ies");
	if (tries == 0) {
		item.grade = SURVEY_FAIL;
		item.rc = RC_PIN;
		item.text = pool_fmt(&r->strings,
		    "'%s' has a PIN, and no try left: reset, it is a new key, "
		    "and what was sealed to it is to be sealed anew",
		    d->name);
		item.mend = pool_fmt(&r->strings, "fido2-token -R %s", d->path);
	} else if (tries <= FEW_TRIES) {
		item.grade = SURVEY_WARN;
		item.text = pool_fmt(&r->strings,
		    "%s: use it once with the right PIN", item.text);
	}
	tell(r, &item);
}

static void
tell_open(struct report *r, struct device *d)
{
	bool fit = device_has_hmac_secret(d);
	struct survey_item item = {
		.what = "FIDO2 key",
		.grade = fit ? SURVEY_OK : SURVEY_WARN,
		.text = pool_fmt(&r->strings, "'%s' (%s) is plugged in, and %s",
		    d->name, d->path,
		    fit ? "has hmac-secret"
			: "has no hmac-secret: use a key that has"),
		.uri = "fido:",
		.can = fit ? "sealed" : "-",
		.how = "by the extensions that it lists (hmac-secret)",
	};

	tell(r, &item);
	if (fit)
		tell_pin(r, d);
}

/* What another program has now may be free in a moment. */
static void
tell_device(struct report *r, struct device *d)
{
	struct err why = { "" };
	bool busy = false;
	enum rc rc = device_open(d, &busy, &why);
	bool denied =
	    rc != RC_OK && access(d->path, R_OK | W_OK) != 0 && errno == EACCES;
	struct survey_item item = {
		.what = "FIDO2 key",
		.grade = denied ? SURVEY_FAIL : SURVEY_WARN,
		.rc = denied ? rc : RC_OK,
		.text = why.msg,
		.mend = denied ? rules : NULL,
	};

	if (rc == RC_OK)
		tell_open(r, d);
	else
		tell(r, &item);
	device_close(d);
}

/* Those that libfido2 does not show, as it may not open them. */
static void
tell_node(void *ctx, const char *path)
{
	struct report *r = ctx;
	struct survey_item item = {
		.what = "FIDO2 key",
		.grade = SURVEY_FAIL,
		.rc = RC_TOKEN,
	};

	for (size_t i = 0; i < r->devices.n; i++)
		if (strcmp(r->devices.at[i].path, path) == 0)
			return;
	if (access(path, R_OK | W_OK) == 0)
		return;
	if (errno == ENOENT) {
		item.text = pool_fmt(&r->strings,
		    "there is a key, but no %s for it, as in a container: "
		    "start that with --device %s",
		    path, path);
	} else {
		item.text = pool_fmt(&r->strings,
		    "%s is a key that this user may not open: udev's rules "
		    "(60-fido-id, 70-uaccess) are missing, or nobody is "
		    "logged in at the machine itself; log in there and put "
		    "the key in again",
		    path);
		item.mend = rules;
	}
	tell(r, &item);
}

enum rc
fido_survey(const char *uri, const struct ask *ask, survey_each *each,
    void *ctx, struct err *e)
{
	struct report r = {
		.each = each,
		.ctx = ctx,
		.e = e,
	};

	(void)uri;
	(void)ask;
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	r.rc = device_list_update(&r.devices, e);
	for (size_t i = 0; i < r.devices.n && r.rc == RC_OK; i++)
		tell_device(&r, &r.devices.at[i]);
	if (r.rc == RC_OK)
		node_each(tell_node, &r);
	device_list_done(&r.devices);
	pool_done(&r.strings);
	return r.rc;
}

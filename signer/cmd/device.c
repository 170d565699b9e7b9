/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/device.h"

#include <string.h>

#include "signer/base/clock.h"
#include "signer/cmd/chain.h"
#include "signer/cmd/make.h"
#include "signer/cmd/quote.h"

enum { TIMEOUT_SECONDS = 300, PAIRS = 3 };

void
device_done(struct device *d)
{
	crew_done(&d->crew);
	grant_done(&d->grant);
	plan_done(&d->plan);
	pool_done(&d->strings);
	world_done(&d->world);
}

/* A role's profile has no device: the one with its key does. */
static enum rc
plan_of_key(struct device *d, struct err *e)
{
	AUTO_PLAN struct plan asked = { 0 };
	enum rc rc =
	    plan_make(&d->world.in, world_profile(d->profile), &asked, e);

	return rc == RC_OK
	           ? plan_make(&d->world.in, asked.key_profile, &d->plan, e)
	           : rc;
}

static enum rc
load(struct device *d, struct err *e)
{
	enum rc rc;

	if ((rc = world_load(&d->world, e)) != RC_OK ||
	    (rc = plan_of_key(d, e)) != RC_OK)
		return rc;
	crew_plan(&d->crew, &d->plan, d->pin_source, d->retry_pin);
	return RC_OK;
}

enum rc
device_begin(struct device *d, const struct verb *v, char **argv, struct err *e)
{
	enum rc rc;

	if ((rc = option_parse(v, argv, d, e)) != RC_OK ||
	    (rc = load(d, e)) != RC_OK)
		return rc;
	d->crew.term.aloud = true;
	crew_begin(&d->crew, TIMEOUT_SECONDS);
	return RC_OK;
}

enum rc
device_again(struct device *d, struct err *e)
{
	plan_done(&d->plan);
	world_done(&d->world);
	d->plan = (struct plan){ 0 };
	return load(d, e);
}

enum rc
device_only(const struct device *d, const struct link_mfa **ret, struct err *e)
{
	const struct link *l = &d->plan.links[0];
	AUTO_POOL struct pool p = POOL_INIT;

	if (l->nmfa == 0)
		return err_set(e, RC_CONFIG,
		    "profile '%s' names no MFA device: enrol one with `stskey "
		    "mfa enroll --profile %s`",
		    d->plan.profile, quote_word(&p, d->plan.profile));
	if (d->serial == NULL && l->nmfa > 1)
		return err_set(e, RC_USAGE,
		    "profile '%s' has %zu MFA devices: say which one, with "
		    "--serial-number ARN",
		    d->plan.profile, l->nmfa);
	for (size_t i = 0; i < l->nmfa; i++) {
		*ret = &l->mfa[i];
		if (d->serial == NULL ||
		    strcmp(l->mfa[i].serial, d->serial) == 0)
			return RC_OK;
	}
	return err_set(e, RC_NOTFOUND,
	    "profile '%s' has no such MFA device: `stskey mfa list` shows its "
	    "devices",
	    d->plan.profile);
}

/* The user that IAM is asked about, by name. */
static enum rc
find_user(struct device *d, struct err *e)
{
	AUTO_IDENTITY struct identity id = { 0 };
	const struct identity_of who = {
		.endpoint = &d->plan.links[0].endpoint,
		.profile = d->plan.profile,
		.key = d->plan.key,
		.access_key_id = d->plan.access_key_id,
	};
	const char *user;
	enum rc rc;

	d->iam.user = d->plan.user;
	if (d->iam.user != NULL)
		return RC_OK;
	rc = make_identity(&d->crew, &who, &id, e);
	if (rc != RC_OK)
		return rc;
	user = identity_user(&id);
	if (user == NULL)
		return err_set(e, RC_CONFIG,
		    "the key of profile '%s' belongs to %s, and only IAM users "
		    "have MFA devices that can be enrolled so",
		    d->plan.profile, id.arn);
	d->iam.user = pool_add(&d->strings, BYTES_STR(user));
	return RC_OK;
}

static enum rc
obtain(struct device *d, struct err *e)
{
	const struct want w = {
		.timeout_seconds = TIMEOUT_SECONDS,
		.retry_pin = d->retry_pin,
		.pin_source = d->pin_source,
	};
	enum rc rc = chain_obtain(&d->plan, &w, &d->grant, e);

	if (rc == RC_OK)
		rc = credentials_parse(d->grant.answer, &d->session, e);
	if (rc != RC_OK)
		return rc;
	d->iam.session = &d->session;
	d->iam.skew = d->grant.skew;
	return RC_OK;
}

enum rc
device_iam(struct device *d, bool by_key, struct err *e)
{
	enum rc rc = RC_OK;

	d->iam.crew = &d->crew;
	d->iam.plan = &d->plan;
	if (!by_key)
		rc = obtain(d, e);
	if (rc != RC_OK || (rc = iam_settle(&d->iam, e)) != RC_OK ||
	    (rc = crew_token(&d->crew, false, e)) != RC_OK ||
	    (rc = crew_net(&d->crew, d->iam.endpoint.url, e)) != RC_OK)
		return rc;
	return find_user(d, e);
}

enum rc
device_code(struct device *d, const struct link_mfa *of, struct code *ret,
    struct err *e)
{
	const char *entry = entry_is_hardware(of->entry) ? of->entry : NULL;
	/* Who asks IAM for nothing signs nothing, and waits for no key. */
	bool signs = d->iam.crew != NULL;
	struct hold h = {
		.tokens = { signs ? d->plan.key : entry, signs ? entry : NULL },
		.serial = of->serial,
		.skew = d->iam.skew,
	};
	enum rc rc = crew_hold(&d->crew, &h, e);

	*ret = (struct code){ .entry = of->entry,
		.serial = of->serial,
		.now = clock_now() + h.skew,
		.skew = h.skew };
	return rc == RC_OK ? crew_code(&d->crew, ret, e) : rc;
}

static enum rc
make_pair(struct device *d, const struct link_mfa *of, struct iam_pair *ret,
    struct err *e)
{
	struct code first = { 0 }, second = { 0 };
	enum rc rc = device_code(d, of, &first, e);

	for (int i = 0; i < PAIRS && rc == RC_OK; i++) {
		rc = device_code(d, of, &second, e);
		if (rc != RC_OK)
			return rc;
		memcpy(ret->codes[0], first.digits, sizeof(ret->codes[0]));
		memcpy(ret->codes[1], second.digits, sizeof(ret->codes[1]));
		/* A prompt may have taken longer than a step. */
		if (second.step == first.step + 1)
			return RC_OK;
		first = second;
	}
	if (rc != RC_OK)
		return rc;
	return err_set(e, RC_MFA,
	    "two codes of '%s' in a row did not come within a minute: run it "
	    "again, and touch or type in time",
	    of->serial);
}

static enum rc
send_pair(struct device *d, const struct link_mfa *of, device_send *send,
    struct err *e)
{
	struct iam_pair pair = { 0 };
	enum rc rc = make_pair(d, of, &pair, e);

	if (rc == RC_OK)
		rc = send(&d->iam, of->serial, &pair, e);
	explicit_bzero(&pair, sizeof(pair));
	return rc;
}

enum rc
device_pair(struct device *d, const struct link_mfa *of, device_send *send,
    struct err *e)
{
	enum rc rc = send_pair(d, of, send, e);

	return rc == RC_NET && !d->iam.unheard ? send_pair(d, of, send, e) : rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/session.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/cmd/chain.h"
#include "signer/cmd/cmd.h"
#include "signer/host/term.h"

enum { ROLE_SECONDS_DEFAULT = 3600 };

const struct option session_options[] = {
	SESSION_OPTIONS(0),
	{ 0 },
};

void
session_done(struct session *s)
{
	grant_done(&s->grant);
	plan_done(&s->plan);
	world_done(&s->world);
}

/* What the last link will be asked for, which no --min-ttl can exceed. */
static int64_t
granted_seconds(const struct session *s)
{
	const struct link *l = &s->plan.links[s->plan.n - 1];

	if (l->seconds > 0)
		return l->seconds;
	return l->kind == LINK_SESSION ? SESSION_SECONDS_DEFAULT
	                               : ROLE_SECONDS_DEFAULT;
}

static enum rc
check_min_ttl(const struct session *s, struct err *e)
{
	const struct link *l = &s->plan.links[s->plan.n - 1];
	bool session = l->kind == LINK_SESSION;
	int64_t granted = granted_seconds(s);

	if (s->min_ttl <= granted)
		return RC_OK;
	return err_set(e, RC_USAGE,
	    "--min-ttl asks for %lld s, but profile '%s' is granted %lld s at "
	    "most; %s (STS's cap here is %lld s)",
	    (long long)s->min_ttl, s->plan.profile, (long long)granted,
	    session     ? "raise stskey_session_seconds"
	    : l->by_key ? "raise duration_seconds"
			: "set stskey_role_direct = true and "
			  "duration_seconds, for a role straight from the key",
	    (long long)l->seconds_cap);
}

/* A role for so long straight from the key, as the last role alone can be. */
static enum rc
make_longer(struct session *s, struct err *e)
{
	if (!s->longer || s->min_ttl <= granted_seconds(s) ||
	    s->plan.links[s->plan.n - 1].kind != LINK_ROLE)
		return RC_OK;
	s->world.in.direct = true;
	s->world.in.role_seconds = s->min_ttl;
	plan_done(&s->plan);
	return plan_make(&s->world.in, world_profile(s->profile), &s->plan, e);
}

enum rc
session_plan(const struct verb *v, char **argv, int64_t timeout_seconds,
    struct session *s, struct err *e)
{
	enum rc rc = option_parse(v, argv, s, e);

	return rc == RC_OK ? session_prepare(s, timeout_seconds, e) : rc;
}

enum rc
session_prepare(struct session *s, int64_t timeout_seconds, struct err *e)
{
	enum rc rc;

	if ((rc = world_load(&s->world, e)) != RC_OK ||
	    (rc = plan_make(&s->world.in, world_profile(s->profile), &s->plan,
		 e)) != RC_OK ||
	    (rc = make_longer(s, e)) != RC_OK)
		return rc;
	term_step("profile '%s' of %s: key %s (%.*s)", s->plan.profile,
	    s->world.config_path, s->plan.access_key_id,
	    (int)strcspn(s->plan.key, "?"), s->plan.key);
	if (s->timeout_seconds == 0)
		s->timeout_seconds = s->plan.timeout_seconds > 0
		                         ? s->plan.timeout_seconds
		                         : timeout_seconds;
	return check_min_ttl(s, e);
}

enum rc
session_obtain(struct session *s, struct err *e)
{
	const struct want w = {
		.min_ttl = s->min_ttl,
		.fresh = s->fresh,
		.timeout_seconds = s->timeout_seconds,
		.retry_pin = s->retry_pin,
		.pin_source = s->pin_source,
		.aloud = !s->unheard,
	};

	return chain_obtain(&s->plan, &w, &s->grant, e);
}

enum rc
session_print(struct bytes data, struct err *e)
{
	if (fd_write(STDOUT_FILENO, data, e) == RC_OK)
		return RC_OK;
	return err_in(e, RC_SYS, "writing to standard output");
}

void
session_when(int64_t t, char ret[static WHEN_SIZE])
{
	time_t then = t, now = clock_now();
	struct tm there = { 0 }, here = { 0 };

	(void)localtime_r(&then, &there);
	(void)localtime_r(&now, &here);
	if (strftime(ret, WHEN_SIZE,
		there.tm_yday == here.tm_yday && there.tm_year == here.tm_year
		    ? "%H:%M"
		    : "%Y-%m-%d %H:%M",
		&there) == 0)
		ret[0] = '\0';
}

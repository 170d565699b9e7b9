/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/variables.h"

#include <stdlib.h>
#include <string.h>

#include "signer/aws/endpoint.h"
#include "signer/base/clock.h"

static const char marker[] = "STSKEY_PROFILE";

/* AWS_SECURITY_TOKEN is the token's name of old, which some tools read. */
static const char *const names[] = { "AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
	"AWS_CREDENTIAL_EXPIRATION", "AWS_REGION", "AWS_DEFAULT_REGION", marker,
	NULL };

const char *
variables_name(size_t i)
{
	return names[i];
}

const char *
variables_value(const struct variables *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->at[i].name, name) == 0)
			return v->at[i].value;
	return NULL;
}

const char *
variables_outer(void)
{
	const char *profile = getenv(marker);

	return profile != NULL && profile[0] != '\0' ? profile : NULL;
}

void
variables_done(struct variables *v)
{
	pool_done(&v->strings);
	*v = VARIABLES_INIT;
}

static void
add(struct variables *v, const char *name, const char *value)
{
	if (value != NULL)
		v->at[v->n++] = (struct variable){ name, value };
}

static void
add_span(struct variables *v, const char *name, struct bytes value)
{
	add(v, name, pool_add(&v->strings, value));
}

/*
 * As AWS tools have it: variables before the profile.  But those that an
 * outer exec has set are another profile's.
 */
static const char *
region_of(struct session *s, struct pool *strings)
{
	const struct world *w = &s->world;
	struct setting own = setting_of_section(&w->config,
	    profile_find(&w->config, s->plan.profile, true), "region", strings);

	if (variables_outer() != NULL && setting_given(&own))
		return own.value;
	return setting_get(&w->in, s->plan.profile, "region", strings);
}

enum rc
variables_check_region(const char *region, struct err *e)
{
	if (region == NULL || endpoint_check_region(region, e) == RC_OK)
		return RC_OK;
	return err_in(e, RC_USAGE, "--region");
}

enum rc
variables_of(
    struct session *s, const char *region, struct variables *ret, struct err *e)
{
	const struct credentials *c = &ret->credentials;
	char expiration[CLOCK_ISO_SIZE];
	enum rc rc = credentials_parse(s->grant.answer, &ret->credentials, e);

	if (rc != RC_OK)
		return rc;
	if (region == NULL)
		region = region_of(s, &ret->strings);
	clock_iso(c->expiration, expiration);
	add_span(ret, "AWS_ACCESS_KEY_ID", c->access_key_id);
	add_span(ret, "AWS_SECRET_ACCESS_KEY", c->secret_access_key);
	add_span(ret, "AWS_SESSION_TOKEN", c->session_token);
	add_span(ret, "AWS_SECURITY_TOKEN", c->session_token);
	add_span(ret, "AWS_CREDENTIAL_EXPIRATION", BYTES_STR(expiration));
	add(ret, "AWS_REGION", region);
	add(ret, "AWS_DEFAULT_REGION", region);
	add(ret, marker, s->plan.profile);
	return RC_OK;
}

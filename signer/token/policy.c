/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/policy.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "signer/aws/iam.h"
#include "signer/aws/sts.h"

static const char form[] = "application/x-www-form-urlencoded";
static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

enum { ACTIONS = 8 };

/* The actions that a long-term key is needed for, or tried with, of each. */
static const struct service {
	const char *name, *version;
	const char *actions[ACTIONS + 1];
	const char *in_words;
} services[] = {
	{ "sts", STS_VERSION,
	    { "AssumeRole", "GetCallerIdentity", "GetSessionToken" },
	    "AssumeRole, GetCallerIdentity and GetSessionToken of STS" },
	{ "iam", IAM_VERSION,
	    { "CreateVirtualMFADevice", "DeactivateMFADevice",
		"DeleteVirtualMFADevice", "EnableMFADevice",
		"ListAccountAliases", "ListMFADevices", "ListVirtualMFADevices",
		"ResyncMFADevice" },
	    "CreateVirtualMFADevice, DeactivateMFADevice, "
	    "DeleteVirtualMFADevice, EnableMFADevice, ListAccountAliases, "
	    "ListMFADevices, ListVirtualMFADevices and ResyncMFADevice of "
	    "IAM" },
};

static bool
is_made_of(const char *s, size_t max, const char *also)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (strchr(letters, s[i]) == NULL && strchr(also, s[i]) == NULL)
			return false;
	return n > 0 && n <= max;
}

bool
policy_is_host(const char *s)
{
	return is_made_of(s, 255, ".-:[]_");
}

/*
 * Only what form.c writes: no second way of separating parameters, no raw
 * blanks, controls or bytes beyond ASCII that two readers may read in two ways.
 */
static bool
is_plain_form(struct bytes body)
{
	static const char also[] = "-_.~*+%=&";

	for (size_t i = 0; i < body.len; i++) {
		char c = (char)body.p[i];

		if (c == '\0' ||
		    (strchr(letters, c) == NULL && strchr(also, c) == NULL))
			return false;
	}
	return body.len > 0;
}

/* The next name=value of a form, both as they stand. */
static bool
next_pair(struct bytes *rest, struct bytes *name, struct bytes *value)
{
	const uint8_t *amp, *equals;
	struct bytes pair = *rest;

	if (rest->len == 0)
		return false;
	amp = memchr(rest->p, '&', rest->len);
	if (amp != NULL)
		pair.len = (size_t)(amp - rest->p);
	rest->p += pair.len + (amp != NULL);
	rest->len -= pair.len + (amp != NULL);
	equals = pair.len > 0 ? memchr(pair.p, '=', pair.len) : NULL;
	*name = pair;
	*value = BYTES("", 0);
	if (equals != NULL) {
		name->len = (size_t)(equals - pair.p);
		*value = BYTES(equals + 1, pair.len - name->len - 1);
	}
	return true;
}

static const struct service *
service_named(const char *name)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(services[i].name, name) == 0)
			return &services[i];
	return NULL;
}

static bool
has_action(const struct service *service, struct bytes s)
{
	for (size_t i = 0; service->actions[i] != NULL; i++)
		if (bytes_is(s, service->actions[i]))
			return true;
	return false;
}

static bool
is_without_case(struct bytes s, const char *name)
{
	return s.len == strlen(name) &&
	       strncasecmp((const char *)s.p, name, s.len) == 0;
}

/* How often the name stands there, however it is spelt; *ret is the last. */
static size_t
count_named(struct bytes body, const char *name, struct bytes *ret)
{
	struct bytes n, v;
	size_t count = 0;

	while (next_pair(&body, &n, &v))
		if (is_without_case(n, name)) {
			count++;
			*ret = v;
		}
	return count;
}

static bool
has_escaped_name(struct bytes body)
{
	struct bytes n, v;

	while (next_pair(&body, &n, &v))
		if (n.len > 0 && (memchr(n.p, '%', n.len) != NULL ||
				     memchr(n.p, '+', n.len) != NULL))
			return true;
	return false;
}

static enum rc
check_body(const struct service *service, struct bytes body, struct err *e)
{
	struct bytes action = { 0 }, version = { 0 };

	if (!is_plain_form(body) || has_escaped_name(body))
		return err_set(e, RC_POLICY,
		    "a body that is not a plain form is never signed");
	if (count_named(body, "Action", &action) != 1)
		return err_set(e, RC_POLICY,
		    "a request is signed only with exactly one Action in it");
	if (!has_action(service, action))
		return err_set(e, RC_POLICY,
		    "the token signs %s, and no other action of it",
		    service->in_words);
	if (count_named(body, "Version", &version) != 1 ||
	    !bytes_is(version, service->version))
		return err_set(e, RC_POLICY,
		    "a request is signed only for version %s of the service %s",
		    service->version, service->name);
	return RC_OK;
}

/* So that no subtraction below can overflow. */
static bool
is_sane(int64_t seconds)
{
	return seconds > -((int64_t)1 << 40) && seconds < (int64_t)1 << 40;
}

static enum rc
check_time(const struct policy_request *r, int64_t now, struct err *e)
{
	int64_t off;

	if (!is_sane(r->time))
		return err_set(e, RC_POLICY, "a time that no clock shows");
	off = r->time > now ? r->time - now : now - r->time;
	if (!r->corrected && off > POLICY_SKEW_SECONDS)
		return err_set(e, RC_POLICY,
		    "a time more than 15 minutes from this clock is never "
		    "signed; set the clock");
	if (r->corrected && off > POLICY_CORRECTED_SECONDS)
		return err_set(e, RC_CLOCK,
		    "this clock is more than a day from the service's: set it");
	return RC_OK;
}

static bool
is_form_type(const char *type)
{
	size_t n = strlen(form);

	return strncasecmp(type, form, n) == 0 &&
	       (type[n] == '\0' ||
		   strcasecmp(type + n, "; charset=utf-8") == 0);
}

static enum rc
check_shape(const struct policy_request *r, struct err *e)
{
	if (service_named(r->service) == NULL)
		return err_set(e, RC_POLICY,
		    "the token signs for the services sts and iam only");
	if (strcmp(r->method, "POST") != 0 || strcmp(r->path, "/") != 0 ||
	    (r->query != NULL && r->query[0] != '\0'))
		return err_set(e, RC_POLICY,
		    "the token signs 'POST /' without a query only");
	if (!policy_is_host(r->host))
		return err_set(e, RC_POLICY,
		    "the host to sign for is not a plain host name");
	if (!is_made_of(r->region, 40, "-"))
		return err_set(e, RC_POLICY,
		    "the region to sign for is not a region's name");
	if (!is_form_type(r->content_type))
		return err_set(e, RC_POLICY,
		    "the token signs requests of content type '%s' only", form);
	return RC_OK;
}

enum rc
policy_check(const struct policy_request *r, int64_t now, struct err *e)
{
	enum rc rc = sts_check_access_key_id(BYTES_STR(r->access_key_id), e);

	if (rc == RC_OK)
		rc = check_shape(r, e);
	if (rc == RC_OK)
		rc = check_body(service_named(r->service), r->body, e);
	if (rc == RC_OK)
		rc = check_time(r, now, e);
	return rc;
}

static bool
is_within(int64_t a, int64_t b, int64_t seconds)
{
	return a - b <= seconds && b - a <= seconds;
}

enum rc
policy_skew(int64_t skew, const struct policy_skew *s, struct err *e)
{
	if (skew > POLICY_CORRECTED_SECONDS || skew < -POLICY_CORRECTED_SECONDS)
		return err_set(e, RC_CLOCK,
		    "this clock is more than a day from the service's: set it");
	if (is_within(skew, 0, POLICY_SKEW_SECONDS) || skew == s->in_use ||
	    s->taken == 0 || is_within(skew, s->taken, POLICY_CODE_SECONDS))
		return RC_OK;
	return err_set(e, RC_POLICY,
	    "this clock was corrected once already, and is not a second time; "
	    "set the clock");
}

enum rc
policy_code(
    int64_t time, int64_t corrected_now, unsigned int made, struct err *e)
{
	if (!is_sane(time) || !is_sane(corrected_now))
		return err_set(e, RC_POLICY, "a time that no clock shows");
	if (!is_within(time, corrected_now, POLICY_CODE_SECONDS))
		return err_set(e, RC_POLICY,
		    "a code for a time more than a minute away is never made");
	if (made >= POLICY_CODES)
		return err_set(e, RC_POLICY,
		    "no more than %d MFA codes are made in one run: look at "
		    "why "
		    "so many were needed, and try again",
		    POLICY_CODES);
	return RC_OK;
}

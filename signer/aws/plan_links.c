/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan_links.h"

#include "signer/aws/plan_devices.h"
#include "signer/aws/plan_key.h"
#include "signer/aws/sts.h"

/* Limits of the STS API Reference; the second of these for role chaining. */
enum {
	SECONDS_MIN = 900,
	ROLE_SECONDS_MAX = 43200,
	CHAINED_SECONDS_MAX = 3600,
	SESSION_SECONDS_MAX = 129600
};

static enum rc
no_region(const struct planning *m)
{
	const struct ancestor *asked = &m->family.at[0];

	return err_set(m->e, RC_CONFIG,
	    "%s:%zu: profile '%.80s' has no region: write region = "
	    "eu-central-1 (or yours) in it, or set AWS_REGION",
	    m->in->config->path, asked->section->line, asked->profile);
}

/*
 * The endpoint of a link.  A session serves all roles upon it, so that its
 * key's profile speaks for it; where that is the profile asked for, a
 * variable comes first, as with every AWS tool.
 */
static enum rc
find_endpoint(struct planning *m, bool session, struct endpoint *ret)
{
	struct setting region = { 0 }, url;
	enum rc rc;

	if (session && m->family.n > 1)
		region = planning_own(m, m->family.n - 1, "region");
	if (!setting_given(&region))
		region = planning_near_caller(m, "region");
	url = setting_of_env(m->in, "endpoint_url", m->strings);
	if (!setting_given(&url))
		url = session ? planning_own(m, m->family.n - 1, "endpoint_url")
		              : planning_near_caller(m, "endpoint_url");
	if (!setting_given(&region))
		return no_region(m);
	rc = endpoint_check_region(region.value, m->e);
	if (rc != RC_OK)
		return setting_wrong(&region, rc, m->e);
	if (!setting_given(&url)) {
		rc = endpoint_sts(region.value, NULL, ret, m->e);
		return rc == RC_OK ? rc : setting_wrong(&region, rc, m->e);
	}
	rc = endpoint_sts(region.value, url.value, ret, m->e);
	return rc == RC_OK ? rc : setting_wrong(&url, rc, m->e);
}

static struct link *
new_link(struct planning *m, enum link_kind kind, size_t at)
{
	struct link *l = &m->plan->links[m->plan->n++];

	*l = (struct link){ .kind = kind, .profile = m->family.at[at].profile };
	return l;
}

static void
take_code(struct link *l, const struct devices *d)
{
	memcpy(l->mfa, d->at, sizeof(l->mfa));
	l->nmfa = d->n;
}

static enum rc
add_session(struct planning *m, const struct devices *d)
{
	struct link *l = new_link(m, LINK_SESSION, m->family.n - 1);
	struct setting seconds =
	    setting_find(m->in, planning_key_profile(m)->section,
		"stskey_session_seconds", m->strings);
	enum rc rc;

	l->by_key = true;
	l->seconds = SESSION_SECONDS_DEFAULT;
	l->seconds_cap = SESSION_SECONDS_MAX;
	take_code(l, d);
	rc = planning_number(m, &seconds,
	    (struct range){ SECONDS_MIN, SESSION_SECONDS_MAX }, &l->seconds);
	if (rc != RC_OK)
		return rc;
	return find_endpoint(m, true, &l->endpoint);
}

static enum rc
role_seconds(struct planning *m, size_t i, struct link *l)
{
	struct setting s = planning_own(m, i, "duration_seconds");
	enum rc rc = planning_number(m, &s,
	    (struct range){ SECONDS_MIN, ROLE_SECONDS_MAX }, &l->seconds);

	if (rc != RC_OK)
		return rc;
	if (i == 0 && m->in->role_seconds > 0)
		l->seconds = m->in->role_seconds;
	l->seconds_cap = l->by_key ? ROLE_SECONDS_MAX : CHAINED_SECONDS_MAX;
	if (l->seconds > l->seconds_cap)
		l->seconds = l->seconds_cap;
	return RC_OK;
}

/* role_session_name, else who holds the key, exactly. */
static enum rc
session_name(struct planning *m, size_t i, struct link *l)
{
	struct setting s = planning_own(m, i, "role_session_name");
	struct setting user = setting_find(
	    m->in, planning_key_profile(m)->section, "stskey_user", m->strings);
	enum rc rc;

	if (!setting_given(&s))
		s = user;
	l->session_name = "stskey";
	if (!setting_given(&s))
		return RC_OK;
	l->session_name = s.value;
	rc = sts_check_session_name(BYTES_STR(s.value), m->e);
	return rc == RC_OK ? rc : setting_wrong(&s, rc, m->e);
}

static enum rc
external_id(struct planning *m, size_t i, struct link *l)
{
	struct setting s = planning_own(m, i, "external_id");
	enum rc rc;

	if (!setting_given(&s))
		return RC_OK;
	l->external_id = s.value;
	rc = sts_check_external_id(BYTES_STR(s.value), m->e);
	return rc == RC_OK ? rc : setting_wrong(&s, rc, m->e);
}

/* A role of China cannot be asked of an STS in Europe. */
static enum rc
check_partition(const struct planning *m, const struct link *l)
{
	const char *partition = l->role_arn + strlen("arn:");
	size_t len = strcspn(partition, ":");

	if (strcmp(l->endpoint.kind, "regional") != 0 ||
	    bytes_is(BYTES(partition, len), l->endpoint.partition))
		return RC_OK;
	return err_set(m->e, RC_CONFIG,
	    "profile '%.80s': the role is in the partition %.*s, and the "
	    "region %s in %s: set a region of the role's partition",
	    l->profile, (int)(len < 20 ? len : 20), partition,
	    l->endpoint.region, l->endpoint.partition);
}

/* d are the devices one of whose codes this request takes, or NULL. */
static enum rc
add_role(struct planning *m, size_t i, bool by_key, const struct devices *d)
{
	struct link *l = new_link(m, LINK_ROLE, i);
	enum rc rc;

	l->by_key = by_key;
	l->role_arn = m->family.at[i].role_arn;
	if (d != NULL)
		take_code(l, d);
	if ((rc = role_seconds(m, i, l)) != RC_OK ||
	    (rc = session_name(m, i, l)) != RC_OK ||
	    (rc = external_id(m, i, l)) != RC_OK ||
	    (rc = find_endpoint(m, false, &l->endpoint)) != RC_OK)
		return rc;
	return check_partition(m, l);
}

/* Whether the role goes straight from the key, because someone said so. */
static enum rc
is_direct(struct planning *m, size_t i, bool *ret)
{
	static const char key[] = "stskey_role_direct";
	struct setting s = planning_own(m, i, key), first = { 0 };
	enum rc rc;

	if (i == 0)
		first = setting_of_env(m->in, key, m->strings);
	if (first.value != NULL)
		s = first;
	if (s.value == NULL)
		s = setting_of_defaults(m->in, key, m->strings);
	rc = planning_truth(m, &s, ret);
	*ret |= i == 0 && m->in->direct;
	return rc;
}

/*
 * A role assumed from a role: the session of that role signs, and it can
 * bring no code of another device, nor be skipped.
 */
static enum rc
check_outer(struct planning *m, size_t i, const struct devices *code)
{
	struct setting direct = planning_own(m, i, "stskey_role_direct");
	struct devices own;
	bool is = false;
	enum rc rc = planning_truth(m, &direct, &is);

	if (rc != RC_OK)
		return rc;
	if (is)
		return setting_wrong(&direct,
		    err_set(m->e, RC_CONFIG,
			"a role that another role assumes cannot come "
			"straight from the key: take the line out"),
		    m->e);
	rc = devices_of(m, i, &own);
	if (rc != RC_OK || own.n == 0 || devices_same(&own, code))
		return rc;
	return setting_wrong(&own.said,
	    err_set(m->e, RC_CONFIG,
		"a role that another role assumes cannot take a code of its "
		"own: write the device of the profile with the key, or take "
		"the line out"),
	    m->e);
}

/* From the role next to the key out to the one asked for. */
static enum rc
add_roles(struct planning *m, size_t first, const struct devices *session)
{
	struct devices code;
	bool by_key = false;
	enum rc rc;

	if ((rc = devices_of(m, first, &code)) != RC_OK ||
	    (rc = is_direct(m, first, &by_key)) != RC_OK)
		return rc;
	if (code.n == 0)
		code = *session;
	by_key |= code.n == 0 || !devices_same(&code, session);
	if (!by_key)
		rc = add_session(m, session);
	if (rc == RC_OK)
		rc = add_role(m, first, by_key, by_key ? &code : NULL);
	for (size_t i = first; i > 0 && rc == RC_OK; i--) {
		rc = check_outer(m, i - 1, &code);
		if (rc == RC_OK)
			rc = add_role(m, i - 1, false, NULL);
	}
	return rc;
}

enum rc
plan_links(struct planning *m)
{
	size_t n = m->family.n;
	bool key_only = m->family.at[n - 1].role_arn == NULL;
	struct devices session;
	enum rc rc = devices_of_session(m, &session);

	if (rc == RC_OK && n == 1 && key_only)
		rc = add_session(m, &session);
	else if (rc == RC_OK)
		rc = add_roles(m, key_only ? n - 2 : n - 1, &session);
	for (size_t i = 0; i < m->plan->n && rc == RC_OK; i++)
		plan_key(m->plan, i);
	return rc;
}

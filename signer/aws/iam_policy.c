/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/iam_policy.h"

/*
 * Every Allow of the user and every trust in him asks for MFA, since a session
 * without it can always be had, and so can, by a key, another key.  The Deny is
 * for policies that somebody attaches later.
 */

static const char mfa_key[] = "aws:MultiFactorAuthPresent";

static const char *const assume[] = { "sts:AssumeRole" };
static const char *const everything[] = { "*" };
static const char *const see[] = { "iam:GetUser", "iam:ListAccessKeys",
	"iam:ListMFADevices", "iam:GetAccessKeyLastUsed" };
static const char *const rotate[] = { "iam:CreateAccessKey",
	"iam:UpdateAccessKey", "iam:DeleteAccessKey" };
static const char *const keep_devices[] = { "iam:CreateVirtualMFADevice",
	"iam:EnableMFADevice", "iam:ResyncMFADevice", "iam:DeactivateMFADevice",
	"iam:DeleteVirtualMFADevice" };
static const char *const first_keys[] = { "iam:CreateAccessKey",
	"iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys",
	"iam:GetAccessKeyLastUsed", "iam:GetUser" };
/* None is deactivated: with it goes whatever stands in a thief's way. */
static const char *const first_device[] = { "iam:CreateVirtualMFADevice",
	"iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice",
	"iam:DeleteVirtualMFADevice" };

/* AWS allows it for all devices or none. */
static const char *const look[] = { "iam:ListVirtualMFADevices" };

#define LIST(array) \
	((struct iam_list){ (array), sizeof(array) / sizeof((array)[0]) })

const char *
iam_arn(const struct iam_facts *f, const char *account, const char *what,
    struct pool *strings)
{
	return pool_fmt(
	    strings, "arn:%s:iam::%s:%s", f->partition, account, what);
}

static void
condition(struct iam_statement *s, const char *test, const char *key,
    const char *value)
{
	s->conditions[s->nconditions++] =
	    (struct iam_condition){ test, key, value };
}

static struct iam_statement *
allow(struct iam_policy *p, const char *sid, struct iam_list actions,
    struct iam_list resources)
{
	struct iam_statement *s = &p->at[p->n++];

	*s = (struct iam_statement){
		.sid = sid, .actions = actions, .resources = resources
	};
	return s;
}

static void
with_mfa(struct iam_statement *s)
{
	condition(s, "Bool", mfa_key, "true");
}

/* Whether one of the patterns of the user's devices covers it already. */
static bool
is_covered(const struct iam_policy *p, const char *serial)
{
	size_t len = strlen(p->devices[0]) - 1; /* without its * */

	if (strncmp(serial, p->devices[0], len) == 0)
		return true;
	for (size_t i = 1; i < p->ndevices; i++)
		if (strcmp(serial, p->devices[i]) == 0)
			return true;
	return false;
}

/* The user, and his devices: those that are called like him, and the rest. */
static void
own(struct iam_policy *p, const struct iam_facts *f, struct pool *strings)
{
	const char *account = f->account != NULL ? f->account : "*";
	const char *user = f->user != NULL ? f->user : "${aws:username}";
	const char *stem = iam_arn(f, account, "mfa/", strings);

	p->self[0] =
	    iam_arn(f, account, pool_fmt(strings, "user/%s", user), strings);
	p->devices[p->ndevices++] = pool_fmt(strings, "%s%s*", stem, user);
	for (size_t i = 0; i < f->ndevices && i < PLAN_MAX_MFA; i++)
		if (f->user != NULL && strncmp(f->devices[i], "arn:", 4) == 0 &&
		    !is_covered(p, f->devices[i]))
			p->devices[p->ndevices++] = f->devices[i];
	p->devices[p->ndevices++] = p->self[0];
}

void
iam_policy_user(
    struct iam_policy *ret, const struct iam_facts *f, struct pool *strings)
{
	struct iam_list roles = { f->roles, f->nroles };
	struct iam_statement *deny;

	*ret = (struct iam_policy){ .n = 0 };
	own(ret, f, strings);
	ret->any_role[0] = iam_arn(f, "*", "role/*", strings);
	if (roles.n == 0)
		roles = LIST(ret->any_role);
	with_mfa(allow(ret, "RolesWithMfa", LIST(assume), roles));
	with_mfa(allow(
	    ret, "SeeOwnKeysAndDevicesWithMfa", LIST(see), LIST(ret->self)));
	with_mfa(
	    allow(ret, "OwnAccessKeysWithMfa", LIST(rotate), LIST(ret->self)));
	with_mfa(allow(ret, "OwnMfaDevicesWithMfa", LIST(keep_devices),
	    (struct iam_list){ ret->devices, ret->ndevices }));
	with_mfa(
	    allow(ret, "DevicesOfNobodyWithMfa", LIST(look), LIST(everything)));
	deny =
	    allow(ret, "NothingWithoutMfa", LIST(everything), LIST(everything));
	deny->deny = true;
	condition(deny, "BoolIfExists", mfa_key, "false");
}

void
iam_policy_bootstrap(
    struct iam_policy *ret, const struct iam_facts *f, struct pool *strings)
{
	*ret = (struct iam_policy){ .n = 0 };
	own(ret, f, strings);
	(void)allow(ret, "OwnAccessKeys", LIST(first_keys), LIST(ret->self));
	(void)allow(ret, "OwnMfaDevice", LIST(first_device),
	    (struct iam_list){ ret->devices, ret->ndevices });
	(void)allow(ret, "DevicesOfNobody", LIST(look), LIST(everything));
}

void
iam_policy_trust(struct iam_policy *ret, const struct iam_trust *t)
{
	struct iam_statement *s;

	*ret = (struct iam_policy){ .n = 0 };
	s = allow(ret, NULL, LIST(assume), (struct iam_list){ NULL, 0 });
	s->principal = t->principal;
	if (t->with_mfa)
		with_mfa(s);
	if (t->external_id != NULL)
		condition(s, "StringEquals", "sts:ExternalId", t->external_id);
}

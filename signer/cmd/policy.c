/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/aws/iam.h"
#include "signer/aws/iam_policy.h"
#include "signer/base/mem.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

/*
 * The documents that IAM needs of a profile, from files alone: standard output
 * is a document, or one after the other; what each is, and what is not known,
 * is said on standard error.
 */

enum { OUT_MAX = 1024 * 1024, MANAGED_MAX = 6144 };

struct request {
	const char *profile;
	bool user, role, bootstrap, terraform;
};

#define AT(member) offsetof(struct request, member)

const struct option policy_options[] = {
	{ OPTION_STR, "profile", AT(profile), "NAME",
	    "whose (default: $AWS_PROFILE)" },
	{ OPTION_FLAG, "user", AT(user), "",
	    "of the IAM user (default: all that apply)" },
	{ OPTION_FLAG, "role", AT(role), "",
	    "of the profile's role: whom it trusts" },
	{ OPTION_FLAG, "bootstrap", AT(bootstrap), "",
	    "of the user, before the first MFA device" },
	{ OPTION_FLAG, "terraform", AT(terraform), "",
	    "as HCL, instead of JSON" },
	{ 0 },
};

/* The documents of one profile, as they are being made. */
struct drafting {
	const struct request *request;
	struct world world;
	struct plan plan;
	struct pool strings;
	const char **roles; /* owned; max is its room */
	size_t max;
	const char *devices[PLAN_MAX_MFA];
	struct iam_facts facts;
	bool told, any; /* what is not known; anything at all */
};

static void
drafting_done(struct drafting *d)
{
	mem_free(d->roles);
	world_done(&d->world);
	plan_done(&d->plan);
	pool_done(&d->strings);
}

static void
add(const char **list, size_t *n, size_t max, const char *s)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(list[i], s) == 0)
			return;
	if (*n < max)
		list[(*n)++] = s;
}

/* The role that the key or its session assumes; NULL: none. */
static const struct link *
first_role(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->links[i].kind == LINK_ROLE)
			return &p->links[i];
	return NULL;
}

/* What one profile says of the user. */
static void
take_plan(struct drafting *d, const struct plan *p)
{
	struct iam_facts *f = &d->facts;
	const struct link *role = first_role(p);

	if (role != NULL)
		add(d->roles, &f->nroles, d->max,
		    pool_add(&d->strings, BYTES_STR(role->role_arn)));
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->links[i].nmfa; k++)
			add(d->devices, &f->ndevices, PLAN_MAX_MFA,
			    pool_add(&d->strings,
				BYTES_STR(p->links[i].mfa[k].serial)));
}

/* A user has one policy for all that stands on his key. */
static void
take_profile(void *ctx, const char *profile)
{
	struct drafting *d = ctx;
	AUTO_PLAN struct plan p = { 0 };
	struct err ignored;

	if (plan_make(&d->world.in, profile, &p, &ignored) == RC_OK &&
	    strcmp(p.access_key_id, d->plan.access_key_id) == 0)
		take_plan(d, &p);
}

/* The account of arn:aws:iam::123456789012:mfa/dev; NULL: it has none. */
static const char *
account_of(const char *arn, struct pool *strings)
{
	const char *at = arn;

	for (int i = 0; i < 4 && at != NULL; i++) {
		at = strchr(at, ':');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at == NULL || strspn(at, "0123456789") != 12 || at[12] != ':')
		return NULL;
	return pool_add(strings, BYTES(at, 12));
}

static enum rc
check_user(const struct plan *p, struct err *e)
{
	struct err ignored;

	/* IAM takes the same letters for both. */
	if (p->user == NULL ||
	    iam_check_device_name(BYTES_STR(p->user), &ignored) == RC_OK)
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "profile '%.80s': stskey_user is no name that an IAM user can "
	    "have: letters, digits and _+=,.@- are what IAM takes",
	    p->key_profile);
}

static enum rc
gather(struct drafting *d, struct err *e)
{
	const char *profile = world_profile(d->request->profile);
	struct iam_facts *f = &d->facts;
	enum rc rc;

	if ((rc = world_load(&d->world, e)) != RC_OK ||
	    (rc = plan_make(&d->world.in, profile, &d->plan, e)) != RC_OK ||
	    (rc = check_user(&d->plan, e)) != RC_OK)
		return rc;
	d->max = d->world.config.nsections + 1;
	d->roles = mem_new(d->max, sizeof(*d->roles));
	world_profiles(&d->world, take_profile, d);
	take_plan(d, &d->plan);
	for (size_t i = 0; i < f->ndevices && f->account == NULL; i++)
		f->account = account_of(d->devices[i], &d->strings);
	f->partition = d->plan.links[0].endpoint.partition;
	f->user = d->plan.user;
	f->roles = d->roles;
	f->devices = d->devices;
	return RC_OK;
}

/* What stands for what the profile does not say, and what would say it. */
static void
tell_unknown(const struct drafting *d, const char *account, const char *user)
{
	const char *profile = d->plan.key_profile;

	if (d->facts.account == NULL)
		term_say("the account id is not known, and %s stands for it: "
			 "mfa_serial of profile '%s' would give it",
		    account, profile);
	if (d->facts.user == NULL)
		term_say("the name of the IAM user is not known, and %s "
			 "stands for it: stskey_user of profile '%s' would "
			 "give it",
		    user, profile);
}

static void
tell_unknown_user(struct drafting *d)
{
	if (!d->told)
		tell_unknown(d, "*", "${aws:username}");
	d->told = true;
}

/* IAM counts all but white space. */
static void
tell_size(struct bytes text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.p[i] != ' ' && text.p[i] != '\n';
	if (n > MANAGED_MAX)
		term_say("warning: IAM takes %d characters of a managed "
			 "policy, and this one has %zu: name the roles by a "
			 "pattern",
		    MANAGED_MAX, n);
}

/* "stskey_dev_user": what Terraform takes for a name. */
static const char *
name_of(struct drafting *d, const char *which, const char *profile)
{
	char *name = pool_fmt(&d->strings, "stskey_%s_%s", profile, which);

	for (char *p = name; *p != '\0'; p++)
		if ((*p < 'a' || *p > 'z') && (*p < 'A' || *p > 'Z') &&
		    (*p < '0' || *p > '9'))
			*p = '_';
	return name;
}

static void
terraform(struct buf *out, const struct iam_policy *p, const char *name)
{
	iam_policy_hcl(out, p, name);
	if (p->at[0].principal != NULL)
		return; /* it stands in the role: assume_role_policy */
	buf_fmt(out, "\nresource \"aws_iam_policy\" \"%.200s\" {\n", name);
	buf_fmt(out, "  name   = \"%.200s\"\n", name);
	buf_fmt(out, "  policy = data.aws_iam_policy_document.%.200s.json\n}\n",
	    name);
}

/* Each by itself, so that on a terminal it stands under its heading. */
static enum rc
put(struct drafting *d, const struct iam_policy *p, const char *name,
    const char *what, struct err *e)
{
	AUTO_BUF struct buf json = BUF_INIT(OUT_MAX);
	AUTO_BUF struct buf hcl = BUF_INIT(OUT_MAX);

	if (!d->request->terraform)
		term_say("%s:", what);
	iam_policy_json(&json, p);
	tell_size(buf_bytes(&json)); /* it is what Terraform makes of HCL */
	if (!d->request->terraform)
		return session_print(buf_bytes(&json), e);
	buf_str(&hcl, d->any ? "\n# " : "# ");
	buf_str(&hcl, what);
	buf_chr(&hcl, '\n');
	terraform(&hcl, p, name);
	d->any = true;
	return session_print(buf_bytes(&hcl), e);
}

static enum rc
put_user(struct drafting *d, struct err *e)
{
	struct iam_policy p;

	tell_unknown_user(d);
	if (d->facts.ndevices == 0)
		term_say("warning: profile '%s' names no MFA device, and "
			 "without one the policy for good allows nothing; "
			 "`stskey mfa enroll` makes one",
		    d->plan.key_profile);
	iam_policy_user(&p, &d->facts, &d->strings);
	return put(d, &p, name_of(d, "user", d->plan.key_profile),
	    "the policy of the IAM user, for good", e);
}

static enum rc
put_bootstrap(struct drafting *d, struct err *e)
{
	struct iam_policy p;

	tell_unknown_user(d);
	iam_policy_bootstrap(&p, &d->facts, &d->strings);
	return put(d, &p, name_of(d, "bootstrap", d->plan.key_profile),
	    "the policy of the IAM user until its first MFA device is "
	    "enrolled, instead of the one for good",
	    e);
}

/* The user, or the role before it. */
static struct iam_trust
trust_of(struct drafting *d, const struct link *last)
{
	const char *account = d->facts.account, *user = d->facts.user;
	struct iam_trust t = { .external_id = last->external_id };

	t.with_mfa = last == first_role(&d->plan);
	if (!t.with_mfa) {
		t.principal = last[-1].role_arn;
		return t;
	}
	t.principal = iam_arn(&d->facts,
	    account != NULL ? account : "ACCOUNT_ID",
	    pool_fmt(&d->strings, "user/%s", user != NULL ? user : "USER_NAME"),
	    &d->strings);
	return t;
}

static enum rc
put_role(struct drafting *d, struct err *e)
{
	const struct link *last = &d->plan.links[d->plan.n - 1];
	const struct iam_trust t = trust_of(d, last);
	struct iam_policy p;

	if (t.with_mfa)
		tell_unknown(d, "ACCOUNT_ID", "USER_NAME");
	else
		term_say("another role assumes it, and AWS does not tell it "
			 "of the MFA, so that it asks for none; %s needs a "
			 "policy that allows sts:AssumeRole on it",
		    t.principal);
	if (t.with_mfa && d->facts.ndevices == 0)
		term_say("warning: profile '%s' names no MFA device, and "
			 "the trust policy lets nobody in without one",
		    d->plan.key_profile);
	iam_policy_trust(&p, &t);
	return put(d, &p, name_of(d, "role", d->plan.profile),
	    pool_fmt(&d->strings, "the trust policy of %s", last->role_arn), e);
}

static enum rc
check(const struct drafting *d, struct err *e)
{
	const struct request *q = d->request;

	if (!q->role || first_role(&d->plan) != NULL)
		return RC_OK;
	return err_set(e, RC_NOTFOUND,
	    "profile '%.80s' assumes no role; give the profile of one: "
	    "--profile NAME",
	    d->plan.profile);
}

/* Where nothing is asked for by name: what is of use to this profile. */
static enum rc
draft(struct drafting *d, struct err *e)
{
	const struct request *q = d->request;
	bool all = !q->user && !q->role && !q->bootstrap;
	bool assumes = first_role(&d->plan) != NULL;
	enum rc rc = check(d, e);

	if (rc == RC_OK && (q->user || all))
		rc = put_user(d, e);
	if (rc == RC_OK && (q->role || (all && assumes)))
		rc = put_role(d, e);
	if (rc == RC_OK && (q->bootstrap || (all && d->facts.ndevices == 0)))
		rc = put_bootstrap(d, e);
	return rc;
}

enum rc
cmd_policy(const struct verb *v, char **argv, struct err *e)
{
	struct request request = { 0 };
	AUTO(drafting_done) struct drafting d = { .request = &request };
	enum rc rc = option_parse(v, argv, &request, e);

	if (rc == RC_OK && request.user + request.role + request.bootstrap > 1)
		return err_set(e, RC_USAGE,
		    "--user, --role and --bootstrap are one or the other: "
		    "give one, or none for all that apply");
	if (rc != RC_OK || (rc = gather(&d, e)) != RC_OK)
		return rc;
	return draft(&d, e);
}

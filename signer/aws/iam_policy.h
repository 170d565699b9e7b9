/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_IAM_POLICY_H
#define AWS_IAM_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "signer/aws/plan.h"
#include "signer/base/buf.h"
#include "signer/base/pool.h"

/*
 * The documents that IAM wants of who uses this program: the user's policy for
 * good, the one of the hour in which the first MFA device is enrolled, and the
 * trust policy of a role (IAM User Guide, "JSON policy element reference").
 * docs/policies/ holds what comes of facts that are not known.
 */

/* What is known of a user; text is borrowed, NULL is not known. */
struct iam_facts {
	const char *partition; /* aws, aws-us-gov, aws-cn; never NULL */
	const char *account;   /* twelve digits; else any, which is his */
	const char *user;      /* else ${aws:username}, which IAM fills in */
	const char *const *devices; /* serial numbers of his MFA devices */
	size_t ndevices;
	const char *const *roles; /* that he assumes; none: every one */
	size_t nroles;
};

/* Who may assume a role, and how. */
struct iam_trust {
	const char *principal;   /* an ARN */
	const char *external_id; /* NULL: none is asked for */
	bool with_mfa; /* not of a role: AWS does not tell it of the MFA */
};

/* Names as they stand in a policy: what = "user/dev", text of the pool. */
const char *iam_arn(const struct iam_facts *f, const char *account,
    const char *what, struct pool *strings);

struct iam_list {
	const char *const *at;
	size_t n;
};

struct iam_condition {
	const char *test, *key, *value;
};

struct iam_statement {
	const char *sid, *principal; /* NULL: none */
	bool deny;
	struct iam_list actions, resources; /* of a trust policy no resource */
	struct iam_condition conditions[2];
	size_t nconditions;
};

/* Points into itself and into strings: it does not move. */
struct iam_policy {
	struct iam_statement at[6];
	size_t n;
	const char *any_role[1], *self[1], *devices[PLAN_MAX_MFA + 2];
	size_t ndevices;
};

void iam_policy_user(
    struct iam_policy *ret, const struct iam_facts *f, struct pool *strings);
void iam_policy_bootstrap(
    struct iam_policy *ret, const struct iam_facts *f, struct pool *strings);
void iam_policy_trust(struct iam_policy *ret, const struct iam_trust *t);

/* As IAM takes it, with a line end. */
void iam_policy_json(struct buf *out, const struct iam_policy *p);
/* The same for Terraform: data "aws_iam_policy_document" "NAME". */
void iam_policy_hcl(
    struct buf *out, const struct iam_policy *p, const char *name);

#endif

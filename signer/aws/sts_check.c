/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sts.h"

#include <string.h>

#include "signer/aws/shape.h"

enum rc
sts_check_access_key_id(struct bytes s, struct err *e)
{
	static const struct shape shape = { "an access key id", 16, 128, "",
		"letters, digits and '_'" };
	enum rc rc = shape_check(&shape, s, e);

	/* IAM User Guide, "Understanding unique ID prefixes". */
	if (rc == RC_OK && memcmp(s.p, "ASIA", 4) == 0)
		return err_set(e, RC_CONFIG,
		    "an access key id that begins with ASIA is a temporary "
		    "one: give the long-term one (AKIA…)");
	return rc;
}

enum rc
sts_check_serial(struct bytes s, struct err *e)
{
	static const struct shape shape = { "an MFA serial number", 9, 256,
		"+=/:,.@-", "letters, digits and _ + = / : , . @ -" };
	enum rc rc = shape_check(&shape, s, e);

	/* A hardware device has a plain number, a virtual one an ARN. */
	if (rc == RC_OK && memcmp(s.p, "arn:", 4) == 0 &&
	    memmem(s.p, s.len, ":mfa/", 5) == NULL)
		return err_set(e, RC_CONFIG,
		    "that ARN is not one of an MFA device: it reads "
		    "arn:aws:iam::ACCOUNT:mfa/NAME");
	return rc;
}

enum rc
sts_check_session_name(struct bytes s, struct err *e)
{
	static const struct shape shape = { "a role session name", 2, 64,
		"+=,.@-", "letters, digits and _ + = , . @ -" };

	return shape_check(&shape, s, e);
}

enum rc
sts_check_external_id(struct bytes s, struct err *e)
{
	static const struct shape shape = { "an external id", 2, 1224,
		"+=,.@:/-", "letters, digits and _ + = , . @ : / -" };

	return shape_check(&shape, s, e);
}

static bool
has(struct bytes s, const char *text)
{
	return s.len > 0 && memmem(s.p, s.len, text, strlen(text)) != NULL;
}

enum rc
sts_check_role_arn(struct bytes s, struct err *e)
{
	if (s.len < 20 || s.len > 2048)
		return err_set(e, RC_CONFIG,
		    "a role ARN has 20 to 2048 characters, and this one has "
		    "%zu: write it like arn:aws:iam::123456789012:role/Admin",
		    s.len);
	if (memcmp(s.p, "arn:", 4) != 0 || !has(s, ":iam:") ||
	    !has(s, ":role/"))
		return err_set(e, RC_CONFIG,
		    "a role ARN looks like "
		    "arn:aws:iam::123456789012:role/Admin, and this one does "
		    "not: copy it from the role's page in the IAM console");
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f)
			return err_set(e, RC_CONFIG,
			    "character %zu of the role ARN is a control "
			    "character: type the ARN again",
			    i + 1);
	return RC_OK;
}

enum rc
sts_check_secret(struct bytes s, struct err *e)
{
	bool fine = s.len == 40;

	for (size_t i = 0; i < s.len; i++)
		fine &= shape_is_alnum(s.p[i]) || shape_is_one_of(s.p[i], "/+");
	if (fine)
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "a secret access key is 40 characters of A-Z a-z 0-9 / and +, "
	    "and this is not one: copy all of it, and nothing else");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sts.h"

#include "signer/aws/form.h"

void
sts_get_caller_identity(struct buf *ret)
{
	form_begin(ret, "GetCallerIdentity", STS_VERSION);
}

void
sts_get_session_token(struct buf *ret, const struct sts_session *s)
{
	form_begin(ret, "GetSessionToken", STS_VERSION);
	form_number(ret, "DurationSeconds", s->seconds);
	form_text(ret, "SerialNumber", s->serial);
	form_text(ret, "TokenCode", s->code);
}

void
sts_assume_role(struct buf *ret, const struct sts_role *r)
{
	form_begin(ret, "AssumeRole", STS_VERSION);
	form_text(ret, "RoleArn", r->role_arn);
	form_text(ret, "RoleSessionName", r->session_name);
	form_number(ret, "DurationSeconds", r->seconds);
	form_text(ret, "ExternalId", r->external_id);
	form_text(ret, "SerialNumber", r->serial);
	form_text(ret, "TokenCode", r->code);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/make.h"

#include <string.h>

#include "signer/base/clock.h"
#include "signer/cmd/call.h"

void
identity_done(struct identity *i)
{
	message_free(i->answer);
	*i = (struct identity){ 0 };
}

const char *
identity_user(const struct identity *i)
{
	const char *user = i->arn != NULL ? strstr(i->arn, ":user/") : NULL;

	return user != NULL ? strrchr(user, '/') + 1 : NULL;
}

static enum rc
explain(
    const struct identity_of *who, const struct sts_answer *a, struct err *e)
{
	const struct sts_asked asked = {
		.action = "GetCallerIdentity",
		.profile = who->profile,
		.region = who->endpoint->region,
		.access_key_id = who->access_key_id,
	};

	return sts_explain(a, &asked, e);
}

/* There, and nothing in it that a terminal or a file would act on. */
static bool
is_plain(const char *s)
{
	if (s == NULL || *s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f)
			return false;
	return true;
}

static enum rc
read_identity(struct message *answer, const struct endpoint *endpoint,
    struct identity *ret, struct err *e)
{
	const char *arn = message_pair(answer, "values", "Arn");
	const char *account = message_pair(answer, "values", "Account");
	const char *user_id = message_pair(answer, "values", "UserId");

	if (!is_plain(arn) || !is_plain(account) || !is_plain(user_id))
		return err_set(e, RC_FORMAT,
		    "the answer to GetCallerIdentity names nobody; "
		    "is '%s' an STS endpoint?",
		    endpoint->url);
	*ret = (struct identity){ answer, arn, account, user_id };
	return RC_OK;
}

enum rc
make_identity(struct crew *c, const struct identity_of *who,
    struct identity *ret, struct err *e)
{
	AUTO_BUF struct buf form = BUF_INIT(256);
	int64_t skew = 0;

	sts_get_caller_identity(&form);
	for (bool corrected = false;; corrected = true) {
		AUTO_MESSAGE struct message *answer = NULL;
		struct call call = {
			.endpoint = who->endpoint,
			.body = buf_bytes(&form),
			.action = "GetCallerIdentity",
			.key = who->key,
			.access_key_id = who->access_key_id,
			.session = who->session,
			.time = clock_now() + skew,
			.skewed = corrected,
		};
		struct sts_answer a;
		enum rc rc = call_send(c, &call, &answer, e);

		if (rc != RC_OK)
			return rc;
		a = call_answer(answer, &call);
		if (sts_judge(&a) == STS_FINE) {
			rc = read_identity(answer, who->endpoint, ret, e);
			if (rc == RC_OK)
				answer = NULL; /* ret owns it */
			return rc;
		}
		if (sts_judge(&a) != STS_CLOCK || corrected || a.skew == 0)
			return explain(who, &a, e);
		skew += a.skew;
		call_tell_clock(skew);
	}
}

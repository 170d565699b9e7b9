/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/choose.h"

#include "signer/aws/entry.h"

/* Time to ask what is plugged in, where we need not wait for more. */
enum { LOOK_MS = 1500 };

/* The first that is on a token, or the first that is not; NULL: none is. */
static const struct link_mfa *
first(const struct link *l, bool hardware)
{
	for (size_t i = 0; i < l->nmfa; i++)
		if (entry_is_hardware(l->mfa[i].entry) == hardware)
			return &l->mfa[i];
	return NULL;
}

/* Of those on tokens. */
static enum rc
plugged_in(struct crew *c, const struct link *l, int64_t patience_ms,
    const struct link_mfa **ret, struct err *e)
{
	const struct link_mfa *mfa[PLAN_MAX_MFA] = { 0 };
	const char *entries[PLAN_MAX_MFA];
	struct choice choice = { entries, 0, patience_ms };
	size_t which = 0;
	enum rc rc;

	for (size_t i = 0; i < l->nmfa; i++)
		if (entry_is_hardware(l->mfa[i].entry)) {
			entries[choice.n] = l->mfa[i].entry;
			mfa[choice.n++] = &l->mfa[i];
		}
	rc = crew_choose(c, &choice, &which, e);
	if (rc == RC_OK)
		*ret = mfa[which];
	return rc;
}

enum rc
choose_mfa(struct crew *c, const struct link *l, const struct link_mfa **ret,
    struct err *e)
{
	const struct link_mfa *other = first(l, false);
	enum rc rc;

	if (l->nmfa == 1 || first(l, true) == NULL) {
		*ret = &l->mfa[0];
		return RC_OK;
	}
	rc = plugged_in(c, l, other != NULL ? LOOK_MS : 0, ret, e);
	if (other == NULL || (rc != RC_NOTFOUND && rc != RC_TIMEOUT))
		return rc;
	*ret = other;
	return RC_OK;
}

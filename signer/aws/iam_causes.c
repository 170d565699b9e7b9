/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "signer/aws/sts_cause.h"

const struct sts_cause iam_causes[] = {
	{ "AccessDenied", NULL, STS_BY_SESSION, RC_DENIED,
	    "AWS does not allow {action} in the MFA session of {profile}: the "
	    "user needs the daily policy of the README "
	    "(docs/policies/daily.json), and the name of the device must be "
	    "one that it allows" },
	{ "AccessDenied", NULL, STS_ANY, RC_DENIED,
	    "AWS does not allow {action} for {profile} without MFA: a first "
	    "device needs the bootstrap policy of the README "
	    "(docs/policies/bootstrap.json) instead of the daily one, and a "
	    "name that begins with the user's" },
	{ "InvalidAuthenticationCode", NULL, STS_ANY, RC_MFA,
	    "AWS refused the two codes for {serial}: they must follow one "
	    "another, and neither may have been used; wait a minute and try "
	    "again, and if it fails again compare the clock and the seed" },
	{ "EntityAlreadyExists", NULL, STS_TO_CREATE, RC_DENIED,
	    "the account of {profile} has an MFA device of that name: choose "
	    "another with --name, or finish an enrolment that was cut off with "
	    "'stskey mfa enroll --resume'" },
	{ "EntityAlreadyExists", NULL, STS_ANY, RC_DENIED,
	    "{serial} belongs to a user already: 'stskey mfa list' shows "
	    "which devices there are; enrol one of another name with --name" },
	{ "LimitExceeded", NULL, STS_TO_CREATE, RC_DENIED,
	    "the account of {profile} has as many virtual MFA devices as AWS "
	    "allows: ask whoever manages it to delete those that belong to "
	    "nobody" },
	{ "LimitExceeded", NULL, STS_TO_ENABLE, RC_DENIED,
	    "the user of {profile} has as many MFA devices as AWS allows (8): "
	    "take one away with 'stskey mfa deactivate' and try again" },
	{ "LimitExceeded", NULL, STS_ANY, RC_DENIED,
	    "{action} for {profile} goes beyond a quota of the account: ask "
	    "whoever manages it to have that raised" },
	{ "NoSuchEntity", "user with name", STS_ANY, RC_DENIED,
	    "IAM does not know the user of {profile}: set stskey_user to the "
	    "name that the IAM console shows" },
	{ "NoSuchEntity", NULL, STS_ANY, RC_DENIED,
	    "IAM does not know {serial} as one of this user's: compare "
	    "mfa_serial with what 'stskey mfa list' shows, and enrol the "
	    "device anew if it is gone" },
	{ "DeleteConflict", NULL, STS_ANY, RC_DENIED,
	    "{serial} still belongs to a user, so AWS does not delete it: "
	    "take it away first with 'stskey mfa deactivate'" },
	{ "InvalidClientTokenId", NULL, STS_BY_SESSION, RC_DENIED,
	    "IAM does not accept the session of {profile}: it takes only those "
	    "made with an MFA code; run 'stskey clear' and try again, and "
	    "check mfa_serial and stskey_mfa if that does not help" },
	{ "ValidationError", NULL, STS_ANY, RC_DENIED,
	    "AWS refuses a value sent with {action} for {profile}: check "
	    "stskey_user, mfa_serial and the name of the device" },
	{ NULL, NULL, STS_ANY, RC_OK, NULL },
};

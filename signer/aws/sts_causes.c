/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sts_cause.h"

#include <stddef.h>

const struct sts_cause sts_causes[] = {
	{ "AccessDenied", "invalid MFA one time pass code", STS_ANY, RC_MFA,
	    "AWS refused the MFA code for {profile}: that code is wrong or "
	    "was already used; wait for the next one (30 s) and try again, "
	    "and if it fails again compare the clock and the seed with "
	    "{serial}" },
	{ "AccessDenied", "unable to validate MFA code", STS_ANY, RC_MFA,
	    "AWS cannot check the MFA code for {profile}: {serial} is not "
	    "one of this user's; copy mfa_serial from the user's security "
	    "credentials in the IAM console" },
	{ "AccessDenied", "must provide both MFA serial number", STS_ANY,
	    RC_MFA,
	    "AWS wants a serial number and a code for {profile}: set both "
	    "mfa_serial and stskey_mfa" },
	{ "AccessDenied", "MultiFactorAuthentication", STS_ANY, RC_MFA,
	    "AWS refused the MFA for {profile} with {serial}: check "
	    "mfa_serial and stskey_mfa" },
	{ "AccessDenied", "with session credentials", STS_ANY, RC_DENIED,
	    "AWS gives sessions to long-term access keys only, and {profile} "
	    "signed with a session: name the key itself in stskey_key" },
	{ "AccessDenied", NULL, STS_FOR_ROLE, RC_DENIED,
	    "AWS does not let {profile} take {role}: the role's trust policy "
	    "must name this user and its conditions (MFA, external_id, "
	    "role_session_name) must be met, and the user's own policy must "
	    "allow sts:AssumeRole on it" },
	{ "AccessDenied", NULL, STS_ANY, RC_DENIED,
	    "AWS does not allow {action} for {profile}: ask whoever manages "
	    "the account for a policy that does" },
	{ "InvalidClientTokenId", NULL, STS_BY_SESSION, RC_DENIED,
	    "AWS does not accept the session of {profile} in {region}: run "
	    "'stskey clear' and try again; if that does not help, the region "
	    "may be switched off for the account" },
	{ "InvalidClientTokenId", NULL, STS_ANY, RC_DENIED,
	    "AWS does not know {key} of {profile}: it is inactive, deleted, "
	    "or of another partition; look it up in the IAM console, and "
	    "check stskey_access_key_id and region" },
	{ "ExpiredToken", NULL, STS_ANY, RC_DENIED,
	    "the session of {profile} is over: run 'stskey clear' and try "
	    "again" },
	{ "SignatureDoesNotMatch", NULL, STS_BY_SESSION, RC_DENIED,
	    "AWS finds the signature for {profile} wrong: run 'stskey clear' "
	    "and try again" },
	{ "SignatureDoesNotMatch", NULL, STS_ANY, RC_DENIED,
	    "AWS finds the signature for {profile} wrong: the secret in "
	    "stskey_key is not the one of {key}; import the right one with "
	    "'stskey key import' (and wait 5 s, AWS remembers a wrong one "
	    "that long)" },
	{ "RegionDisabledException", NULL, STS_ANY, RC_DENIED,
	    "STS is switched off in {region} for this account: an "
	    "administrator can switch it on (IAM console, Account settings), "
	    "or set another region for {profile}" },
	{ "ValidationError", "role chaining", STS_ANY, RC_DENIED,
	    "a session that takes {role} gets an hour at most: set "
	    "duration_seconds = 3600 in {profile}, or stskey_role_direct = "
	    "true to take it with the key itself" },
	{ "ValidationError", "MaxSessionDuration", STS_ANY, RC_DENIED,
	    "{role} does not allow so long a session: lower duration_seconds "
	    "in {profile}, or have the role's maximum session duration "
	    "raised" },
	{ "ValidationError", "DurationSeconds", STS_FOR_ROLE, RC_DENIED,
	    "AWS refuses the duration of the session: set duration_seconds "
	    "of {profile} to 900 or more and no more than {role} allows" },
	{ "ValidationError", "DurationSeconds", STS_ANY, RC_DENIED,
	    "AWS refuses the duration of the session: set "
	    "stskey_session_seconds of {profile} between 900 and 129600 "
	    "(3600 for the root user)" },
	{ "ValidationError", NULL, STS_FOR_ROLE, RC_DENIED,
	    "AWS refuses a value sent for {profile}: check role_arn, "
	    "role_session_name, external_id, mfa_serial and "
	    "duration_seconds" },
	{ "ValidationError", NULL, STS_ANY, RC_DENIED,
	    "AWS refuses a value sent for {profile}: check mfa_serial and "
	    "stskey_session_seconds" },
	{ "PackedPolicyTooLarge", NULL, STS_ANY, RC_DENIED,
	    "the policies and tags of the session for {profile} are too "
	    "large together: send fewer or shorter ones" },
	{ "MalformedPolicyDocument", NULL, STS_ANY, RC_DENIED,
	    "AWS cannot read the session policy for {profile}: correct its "
	    "JSON" },
	{ "OptInRequired", NULL, STS_ANY, RC_DENIED,
	    "the account of {profile} is not signed up for this in {region}: "
	    "ask whoever manages the account, or set another region" },
	{ "InvalidAction", NULL, STS_ANY, RC_DENIED,
	    "the service does not know {action}: is the endpoint_url of "
	    "{profile} that of {service}?" },
	{ NULL, NULL, STS_ANY, RC_DENIED,
	    "AWS refused {action} for {profile}: see what it says, and "
	    "check the profile" },
};

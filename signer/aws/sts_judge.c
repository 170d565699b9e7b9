/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sts_judge.h"

#include <string.h>

#include "signer/aws/sts.h"

enum { AWS_WINDOW_S = 15 * 60 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool
sts_code_in(const char *code, const char *const *list, size_t n)
{
	for (size_t i = 0; code != NULL && i < n; i++)
		if (strcmp(code, list[i]) == 0)
			return true;
	return false;
}

bool
sts_says(const char *message, const char *part)
{
	return message != NULL && strcasestr(message, part) != NULL;
}

/* Throttling comes as HTTP 400: only the code tells it from a refusal. */
static bool
is_passing(const struct sts_answer *a)
{
	static const char *const codes[] = {
		"Throttling",
		"ThrottlingException",
		"ThrottledException",
		"RequestThrottled",
		"RequestThrottledException",
		"EC2ThrottledException",
		"TooManyRequestsException",
		"RequestLimitExceeded",
		"LimitExceededException",
		"BandwidthLimitExceeded",
		"ProvisionedThroughputExceededException",
		"TransactionInProgressException",
		"PriorRequestNotComplete",
		"SlowDown",
		"RequestTimeout",
		"RequestTimeoutException",
		"InternalFailure",
		"InternalError",
		"ServiceUnavailable",
		"IDPCommunicationError",
		"EntityTemporarilyUnmodifiable",
		"ConcurrentModification",
		"ConcurrentModificationException",
	};

	return a->status >= 500 || a->status == 429 ||
	       sts_code_in(a->code, codes, COUNT(codes));
}

/*
 * STS reports a clock that is off with the code of a wrong secret.  Its
 * message tells them apart, and where that changes one day its Date does.
 */
static bool
is_skew(const struct sts_answer *a)
{
	static const char *const always[] = { "RequestExpired",
		"RequestInTheFuture", "RequestTimeTooSkewed" };
	static const char *const perhaps[] = { "SignatureDoesNotMatch",
		"InvalidSignatureException", "InvalidSignature" };

	if (sts_code_in(a->code, always, COUNT(always)))
		return true;
	if (!sts_code_in(a->code, perhaps, COUNT(perhaps)))
		return false;
	return sts_says(a->message, "Signature expired") ||
	       sts_says(a->message, "Signature not yet current") ||
	       a->skew > AWS_WINDOW_S || a->skew < -AWS_WINDOW_S;
}

enum sts_verdict
sts_judge(const struct sts_answer *a)
{
	if (a->status >= 200 && a->status < 300 && a->code == NULL)
		return STS_FINE;
	if (is_passing(a))
		return STS_AGAIN;
	return is_skew(a) ? STS_CLOCK : STS_REFUSED;
}

bool
sts_refused_code(const struct sts_answer *a)
{
	static const char *const of_iam[] = { "InvalidAuthenticationCode" };

	return sts_judge(a) == STS_REFUSED &&
	       (sts_says(a->message, "invalid MFA one time pass code") ||
		   sts_code_in(a->code, of_iam, COUNT(of_iam)));
}

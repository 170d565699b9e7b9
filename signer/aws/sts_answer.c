/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "signer/aws/iam.h"
#include "signer/aws/sts.h"
#include "signer/aws/sts_cause.h"
#include "signer/aws/sts_judge.h"
#include "signer/aws/sts_text.h"

/*
 * Room for what callers put in front of the sentence, for a name in it, for
 * what is left of AWS's message in the longest of sentences.
 */
enum {
	ROOM_BEFORE = 48,
	MAX_NAME = 160,
	MAX_WORD = 64,
	ROOM_BESIDE = 2 * MAX_WORD + 24, /* status, code, request id */
	LEAST_MESSAGE = 80,
	MAX_SENTENCE = 8 * ERR_MAX, /* cut to ERR_MAX in the end */
	MINUTE = 60,
	HOUR = 3600,
	DAY = 86400,
};

/* The names that other services and stand-ins of STS use. */
static const char *
usual_name(const char *code)
{
	static const char *const same[][2] = {
		{ "AccessDeniedException", "AccessDenied" },
		{ "UnauthorizedOperation", "AccessDenied" },
		{ "ExpiredTokenException", "ExpiredToken" },
		{ "InvalidAccessKeyId", "InvalidClientTokenId" },
		{ "UnrecognizedClientException", "InvalidClientTokenId" },
		{ "InvalidToken", "InvalidClientTokenId" },
		{ "InvalidSignatureException", "SignatureDoesNotMatch" },
		{ "InvalidSignature", "SignatureDoesNotMatch" },
		{ "MalformedPolicyDocumentException",
		    "MalformedPolicyDocument" },
		{ "PackedPolicyTooLargeException", "PackedPolicyTooLarge" },
		{ "InvalidInput", "ValidationError" },
		{ "RegionDisabled", "RegionDisabledException" },
		{ "UnknownOperationException", "InvalidAction" },
		{ "ValidationException", "ValidationError" },
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp(code, same[i][0]) == 0)
			return same[i][1];
	return code;
}

static bool
is_action(const struct sts_asked *who, const char *action)
{
	return who->action != NULL && strcmp(who->action, action) == 0;
}

static bool
is_when(enum sts_when when, const struct sts_asked *who)
{
	switch (when) {
	case STS_ANY:
		return true;
	case STS_FOR_ROLE:
		return who->role_arn != NULL;
	case STS_BY_SESSION:
		return who->access_key_id != NULL &&
		       strncmp(who->access_key_id, "ASIA", 4) == 0;
	case STS_TO_CREATE:
		return is_action(who, "CreateVirtualMFADevice");
	case STS_TO_ENABLE:
		return is_action(who, "EnableMFADevice");
	}
	return false;
}

/* The first row that fits, or the last. */
static const struct sts_cause *
first_fit(const struct sts_cause *c, const struct sts_answer *a,
    const struct sts_asked *who)
{
	const char *code = usual_name(a->code != NULL ? a->code : "");

	while (c->code != NULL &&
	       (strcmp(c->code, code) != 0 || !is_when(c->when, who) ||
		   (c->part != NULL && !sts_says(a->message, c->part))))
		c++;
	return c;
}

static const struct sts_cause *
cause_of(const struct sts_answer *a, const struct sts_asked *who)
{
	const struct sts_cause *c;

	if (!iam_is_action(who->action))
		return first_fit(sts_causes, a, who);
	c = first_fit(iam_causes, a, who);
	return c->sentence != NULL ? c : first_fit(sts_causes, a, who);
}

/* "{key}" at at: "access key 'AKIA...'", or how it is called without name. */
static size_t
name_at(struct buf *ret, const char *at, const struct sts_asked *who)
{
	const struct {
		const char *mark, *before, *value, *unknown;
	} names[] = {
		{ "{profile}", "profile '", who->profile, "this profile" },
		{ "{role}", "role '", who->role_arn, "the role" },
		{ "{serial}", "MFA device '", who->serial, "the MFA device" },
		{ "{region}", "region '", who->region, "this region" },
		{ "{key}", "access key '", who->access_key_id,
		    "the access key" },
		{ "{action}", "'", who->action, "the request" },
		{ "{service}", "", NULL,
		    iam_is_action(who->action) ? "IAM" : "STS" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i].mark);

		if (strncmp(at, names[i].mark, n) != 0)
			continue;
		if (names[i].value == NULL) {
			buf_str(ret, names[i].unknown);
			return n;
		}
		buf_str(ret, names[i].before);
		sts_text_clean(ret, names[i].value, MAX_NAME);
		buf_chr(ret, '\'');
		return n;
	}
	return 0;
}

static void
fill_in(struct buf *ret, const char *sentence, const struct sts_asked *who)
{
	while (*sentence != '\0') {
		size_t n = *sentence == '{' ? name_at(ret, sentence, who) : 0;

		if (n == 0)
			buf_chr(ret, *sentence);
		sentence += n > 0 ? n : 1;
	}
}

/* AWS's own words: people search for them, and its support wants the id. */
static void
quote(struct buf *ret, const struct sts_answer *a)
{
	size_t used = ret->len + ROOM_BEFORE + ROOM_BESIDE;
	size_t left = used < ERR_MAX ? ERR_MAX - used : 0;

	buf_fmt(ret, " (HTTP %lld", (long long)a->status);
	if (a->code != NULL) {
		buf_chr(ret, ' ');
		sts_text_clean(ret, a->code, MAX_WORD);
	}
	if (a->request_id != NULL) {
		buf_str(ret, ", request ");
		sts_text_clean(ret, a->request_id, MAX_WORD);
	}
	if (a->message != NULL && a->message[0] != '\0') {
		buf_str(ret, ": ");
		sts_text_clean(ret, a->message,
		    left > LEAST_MESSAGE ? left : LEAST_MESSAGE);
	}
	buf_chr(ret, ')');
}

/* In the largest unit of which there are two or more. */
static void
say_span(struct buf *ret, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { DAY, "days" }, { HOUR, "hours" }, { MINUTE, "minutes" },
		{ 1, "seconds" } };
	size_t i = 0;

	while (i < 3 && seconds / units[i].seconds < 2)
		i++;
	buf_fmt(ret, "%lld %s", (long long)(seconds / units[i].seconds),
	    units[i].name);
}

static int64_t
distance(int64_t seconds)
{
	if (seconds == INT64_MIN) /* has no positive */
		return INT64_MAX;
	return seconds < 0 ? -seconds : seconds;
}

static void
say_apart(struct buf *ret, const struct sts_answer *a)
{
	bool ahead = a->skew != 0
	                 ? a->skew < 0
	                 : sts_says(a->message, "not yet current") ||
	                       (a->code != NULL &&
				   strcmp(a->code, "RequestInTheFuture") == 0);

	buf_str(ret, "the clock of this computer is ");
	if (a->skew != 0) {
		say_span(ret, distance(a->skew));
		buf_chr(ret, ' ');
	}
	buf_str(ret, ahead ? "ahead of" : "behind");
	buf_str(ret, " that of AWS");
}

static enum rc
say_clock(struct buf *ret, const struct sts_answer *a)
{
	say_apart(ret, a);
	buf_str(ret, ": set it right (timedatectl) and try again");
	return RC_CLOCK;
}

/* Near enough for a signature, but not for a code. */
static bool
is_code_of_another_time(const struct sts_answer *a)
{
	return sts_refused_code(a) && distance(a->skew) > MINUTE;
}

static void
say_code(
    struct buf *ret, const struct sts_answer *a, const struct sts_asked *who)
{
	fill_in(ret, "AWS refused the MFA code for {profile}: ", who);
	say_apart(ret, a);
	fill_in(ret,
	    ", and a code made by it is one of another time: set it right "
	    "(timedatectl) and try again; if the code was made elsewhere, "
	    "compare the seed there with {serial}",
	    who);
}

static const char *
why_later(const struct sts_answer *a)
{
	/* IAM alone says so: it has not come to rest since the last change. */
	static const char *const busy[] = { "EntityTemporarilyUnmodifiable",
		"ConcurrentModification", "ConcurrentModificationException" };

	if (sts_code_in(a->code, busy, sizeof(busy) / sizeof(busy[0])))
		return "IAM is still at work on an earlier change of this user "
		       "or device: wait a few minutes and try {profile} again";
	if (a->status >= 500)
		return "{service} in {region} has trouble of its own: wait a "
		       "minute and try again";
	return "AWS takes no more requests of this account for now: wait a "
	       "minute and try {profile} again";
}

static enum rc
say_later(
    struct buf *ret, const struct sts_answer *a, const struct sts_asked *who)
{
	fill_in(ret, why_later(a), who);
	return RC_NET;
}

enum rc
sts_explain(
    const struct sts_answer *a, const struct sts_asked *who, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(MAX_SENTENCE);
	enum sts_verdict verdict = sts_judge(a);
	const struct sts_cause *cause = cause_of(a, who);
	enum rc rc = cause->rc;

	if (verdict == STS_CLOCK)
		rc = say_clock(&text, a);
	else if (verdict == STS_AGAIN)
		rc = say_later(&text, a, who);
	else if (is_code_of_another_time(a))
		say_code(&text, a, who);
	else
		fill_in(&text, cause->sentence, who);
	quote(&text, a);
	return err_set(e, rc, "%s", buf_cstr(&text));
}

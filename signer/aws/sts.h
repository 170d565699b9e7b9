/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_STS_H
#define AWS_STS_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * The AWS STS query API, version 2011-06-15: form bodies out, and what its
 * errors mean.  The lists of names and limits are those of the API Reference.
 */

#define STS_VERSION "2011-06-15"
#define STS_CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

/* NULL or 0 leaves a parameter out. */
struct sts_session {
	int64_t seconds;
	const char *serial, *code;
};

struct sts_role {
	const char *role_arn, *session_name, *external_id;
	int64_t seconds;
	const char *serial, *code;
};

void sts_get_caller_identity(struct buf *ret);
void sts_get_session_token(struct buf *ret, const struct sts_session *s);
void sts_assume_role(struct buf *ret, const struct sts_role *r);

/* What STS (or IAM) answered, as stskey-net read it; pointers may be NULL. */
struct sts_answer {
	int64_t status;
	const char *code, *message, *request_id;
	int64_t skew; /* the service's Date less the time signed; 0: unknown */
};

/* For whom, so that the sentence can name the cause. */
struct sts_asked {
	const char *action; /* GetSessionToken; one of IAM's: of its errors */
	const char *profile, *role_arn, *serial, *region, *access_key_id;
};

enum sts_verdict {
	STS_FINE,
	STS_AGAIN,   /* throttled or a server's trouble: the same, later */
	STS_CLOCK,   /* the clocks differ: once more with the service's time */
	STS_REFUSED, /* no use in asking again */
};

enum sts_verdict sts_judge(const struct sts_answer *a);
/* STS_REFUSED for its MFA code, which may be one of another time. */
bool sts_refused_code(const struct sts_answer *a);

/*
 * The sentence for an answer that is not STS_FINE: what happened, for which
 * profile or role, what to do next, AWS's own message and request id.
 * Returns RC_DENIED, RC_MFA, RC_CLOCK or RC_NET.
 */
enum rc sts_explain(
    const struct sts_answer *a, const struct sts_asked *who, struct err *e);

/* Shapes that IAM uses; each sets a sentence naming the rule.  RC_CONFIG. */
enum rc sts_check_access_key_id(struct bytes s, struct err *e);
enum rc sts_check_serial(struct bytes s, struct err *e);
enum rc sts_check_role_arn(struct bytes s, struct err *e);
enum rc sts_check_session_name(struct bytes s, struct err *e);
enum rc sts_check_external_id(struct bytes s, struct err *e);
/* 40 characters of A-Z a-z 0-9 / +; the sentence never holds any of it. */
enum rc sts_check_secret(struct bytes s, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_ANSWER_H
#define NET_ANSWER_H

#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/secret.h"
#include "signer/net/xml.h"

/*
 * What a query service (STS, IAM) said, read from the body of its answer.
 * Successes are <XResponse><XResult>..., failures come in four shapes:
 * ErrorResponse/Error (AWS), Error alone (Ceph), Response/Errors/Error (EC2,
 * moto), and a root <SomethingException>.
 */
struct answer {
	struct xml *xml; /* owned; what the rest points into.  May be NULL */
	int64_t status;
	const char *code, *message, *request_id; /* NULL: not said */
};

#define AUTO_ANSWER AUTO(answer_done)

/*
 * action is the one that was asked for, and its result is the only success
 * taken; NULL: any.  Without a result only where that action of IAM has
 * none.  A body that cannot be read is RC_FORMAT and a sentence
 * with what it looks like, but under a status of 429 or 500 and more it is
 * passed over: load balancers answer in HTML, and the status says enough.
 */
enum rc answer_read(int64_t status, struct bytes body, const char *action,
    struct answer *ret, struct err *e);
void answer_done(struct answer *a);

/*
 * The first long-term secret or MFA seed below XResult, as it stands there;
 * this and whatever else shows it (the table in answer.c) is wiped in *a.
 * *ret, empty before, stays so where there is none.
 */
void answer_take_secret(struct answer *a, struct secret *ret);
/*
 * Calls each for every value below XResult, in order, with the path below it
 * ("Credentials.AccessKeyId"), but for those secrets.  None for a failure.
 */
void answer_values(const struct answer *a,
    void (*each)(void *ctx, const char *name, const char *value), void *ctx);

#endif

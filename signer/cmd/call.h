/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_CALL_H
#define CMD_CALL_H

#include "signer/aws/credentials.h"
#include "signer/aws/endpoint.h"
#include "signer/aws/sts.h"
#include "signer/cmd/crew.h"
#include "signer/wire/message.h"

/* One POST of the query API: signed by the token key, or by a session. */
struct call {
	const struct endpoint *endpoint;
	const char *service; /* to sign for; NULL: sts */
	struct bytes body;
	bool once;          /* it carries a code */
	const char *action; /* for the log, as these; or NULL: */
	const char *serial; /* of the device that gave the code */
	const char *role_arn;
	const char *key, *access_key_id;
	const struct credentials *session; /* NULL: by key */
	int64_t time;
	bool skewed;          /* time is the service's, not ours */
	struct bytes seal_to; /* a secret in the answer is closed to that key */
	bool sent;            /* out: some of the body may have gone out */
};

/*
 * *ret is the `answer`, whatever its status: sts_judge() says what it means.
 * RC_NET and others: there was none.
 */
enum rc call_send(
    struct crew *c, struct call *call, struct message **ret, struct err *e);
/* The parts of an `answer` that sts_judge() looks at, borrowed from it. */
struct sts_answer call_answer(
    const struct message *answer, const struct call *call);
/* Says by how much our clock differs from the service's; 0: nothing. */
void call_tell_clock(int64_t skew);

#endif

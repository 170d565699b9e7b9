/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_MAKE_H
#define CMD_MAKE_H

#include "signer/aws/plan.h"
#include "signer/base/err.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/grant.h"

/*
 * One link of a plan made: the code, the signature, the request, and what
 * the answer means.  *g holds the session that signs (unused when the link
 * is signed by the token key) and then the new one.
 */
enum rc make_link(struct crew *c, const struct plan *p, const struct link *l,
    struct grant *g, struct err *e);

/* GetCallerIdentity: by the session in *s, or by the key when s is NULL. */
struct identity {
	struct message *answer; /* owns the strings */
	const char *arn, *account, *user_id;
};

struct identity_of {
	const struct endpoint *endpoint;
	const char *profile, *key, *access_key_id;
	const struct credentials *session;
};

#define AUTO_IDENTITY AUTO(identity_done)

enum rc make_identity(struct crew *c, const struct identity_of *who,
    struct identity *ret, struct err *e);
void identity_done(struct identity *i);
/* "dev" of arn:aws:iam::123456789012:user/team/dev; NULL for anything else. */
const char *identity_user(const struct identity *i);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_IAM_H
#define CMD_IAM_H

#include "signer/aws/credentials.h"
#include "signer/aws/endpoint.h"
#include "signer/aws/iam.h"
#include "signer/aws/plan.h"
#include "signer/cmd/crew.h"
#include "signer/wire/message.h"

/*
 * What the life of an MFA device needs of IAM, signed by a session that MFA
 * was given for, or, for the first device, by the token key.
 */
struct iam {
	struct crew *crew;
	const struct plan *plan;
	const struct credentials *session; /* NULL: by the key */
	const char *user;
	struct endpoint endpoint;
	int64_t skew; /* of IAM's clock, as it was last seen */
	bool gone;    /* IAM has no such device (any more) */
	bool in_use;  /* what was to be deleted is some user's device */
	bool unheard; /* the last request may have been carried out: no answer
		       * to it came */
};

/* The endpoint of the plan's partition; RC_CONFIG. */
enum rc iam_settle(struct iam *i, struct err *e);

/*
 * A new virtual device; *serial is its ARN (of the pool), and the seed is
 * closed to the key `offered` by stskey-net.
 */
struct iam_made {
	const char *serial;
	struct buf sealed;
};
enum rc iam_create(struct iam *i, const char *name, struct bytes offered,
    struct pool *p, struct iam_made *ret, struct err *e);
/* RC_OK as well when there is none of that serial; sets in_use. */
enum rc iam_delete(struct iam *i, const char *serial, struct err *e);
/* codes[0] is of the step before codes[1]. */
struct iam_pair {
	char codes[2][7];
};
enum rc iam_enable(struct iam *i, const char *serial,
    const struct iam_pair *pair, struct err *e);
enum rc iam_resync(struct iam *i, const char *serial,
    const struct iam_pair *pair, struct err *e);
/* RC_OK as well when it is not the user's, so that a deletion can follow. */
enum rc iam_deactivate(struct iam *i, const char *serial, struct err *e);
/*
 * Whether the account has a virtual device of that name that is no user's:
 * Delete would take it.  RC_DENIED where that may not be asked.
 */
enum rc iam_spare(struct iam *i, const char *name, bool *ret, struct err *e);
/* Whether the device is one of the user's. */
enum rc iam_has(struct iam *i, const char *serial, bool *ret, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_STS_CAUSE_H
#define AWS_STS_CAUSE_H

#include "signer/base/err.h"

/*
 * Inside aws/ only: what the answers of STS and IAM mean.  The first row that
 * fits is the one; a NULL part fits any message.  {profile} and the like
 * become names.
 */

/* A row holds only for a request of that kind. */
enum sts_when {
	STS_ANY,
	STS_FOR_ROLE,
	STS_BY_SESSION,
	STS_TO_CREATE, /* CreateVirtualMFADevice */
	STS_TO_ENABLE, /* EnableMFADevice */
};

struct sts_cause {
	const char *code, *part;
	enum sts_when when;
	enum rc rc;
	const char *sentence;
};

extern const struct sts_cause sts_causes[]; /* the last row fits all */
/* Of an action of IAM these come first; the last has no sentence. */
extern const struct sts_cause iam_causes[];

#endif

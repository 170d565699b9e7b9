/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_PLAN_DEVICES_H
#define AWS_PLAN_DEVICES_H

#include "signer/aws/planning.h"
#include "signer/base/err.h"

/*
 * The MFA devices that a profile names: those of its stskey_mfa, where that
 * says ARN=…, else the one of mfa_serial.  Where both speak, mfa_serial (which
 * other tools read) is one of the list.
 */
struct devices {
	struct link_mfa at[PLAN_MAX_MFA]; /* text of the plan */
	size_t n;                         /* 0: it names none */
	struct setting said;              /* what names them */
};

/* Those of profile i of the family. */
enum rc devices_of(struct planning *m, size_t i, struct devices *ret);
/* Those of the key's profile, else of the nearest role that has some. */
enum rc devices_of_session(struct planning *m, struct devices *ret);

/* Whether they are the same devices, in whatever order. */
bool devices_same(const struct devices *a, const struct devices *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_CHOOSE_H
#define CMD_CHOOSE_H

#include "signer/aws/plan.h"
#include "signer/base/err.h"
#include "signer/cmd/crew.h"

/*
 * The MFA device of the link that gives the code: the first whose token is
 * there, else the first that needs none (prompt, command:), else whichever is
 * plugged in next.  One device, or none on a token, is chosen without asking
 * the token process.  *ret is borrowed from the link, which has one at least.
 */
enum rc choose_mfa(struct crew *c, const struct link *l,
    const struct link_mfa **ret, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_PLAN_LINKS_H
#define AWS_PLAN_LINKS_H

#include "signer/aws/planning.h"
#include "signer/base/err.h"

/*
 * The links of a plan, with their cache keys.  The session speaks for the
 * profile that names the key; roles use the region and endpoint of the caller
 * (or, where it names none, of its source).  One link at most takes a code.
 */
enum rc plan_links(struct planning *m);

#endif

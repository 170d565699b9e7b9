/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_PLAN_KEY_H
#define AWS_PLAN_KEY_H

#include "signer/aws/plan.h"

/*
 * What a link is cached under: a line of exactly what shapes it, and a file
 * name made of that.
 *
 *     key    = step *( ">" step )       the link before comes first
 *     step   = word *( ";" name "=" value )
 *     word   = "session" / "role" / "key"
 *
 * "key" stands for the token key where it signs a role itself, with id alone;
 * a session has id, a session and a role have partition, endpoint, serial and
 * seconds, a role also arn, name and external_id.  What is not given is left
 * out; of several MFA devices each has a serial, in ascending order.  Values are percent-encoded, except : / , + @.
 */

/* Sets cache_key and cache_name of p->links[i], once those before have it. */
void plan_key(struct plan *p, size_t i);

#endif

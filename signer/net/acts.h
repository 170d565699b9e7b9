/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_ACTS_H
#define NET_ACTS_H

#include "signer/base/err.h"
#include "signer/helper/helper.h"

/* What stskey-net does when asked: `warm` and `send` of wire/schema.c. */
extern const struct act net_acts[];

/* Before helper_main(), as libcurl starts before threads do.  RC_SYS. */
enum rc acts_begin(const char *agent, struct err *e);
void acts_cancel(void); /* fits struct helper_program */
void acts_end(void);

#endif

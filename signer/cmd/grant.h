/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_GRANT_H
#define CMD_GRANT_H

#include <stdint.h>

#include "signer/base/buf.h"

/* Session credentials as they are printed, cached and signed with. */
struct grant {
	struct buf text;     /* owns answer */
	struct bytes answer; /* the credential_process JSON */
	int64_t expires;     /* by the service's clock */
	int64_t skew;        /* the service's clock less ours */
};

#define GRANT_INIT ((struct grant){ .text = BUF_INIT(0) })
#define AUTO_GRANT AUTO(grant_done)

void grant_done(struct grant *g);
void grant_move(struct grant *to, struct grant *from); /* from is emptied */

#endif

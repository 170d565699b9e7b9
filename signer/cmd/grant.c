/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/grant.h"

void
grant_done(struct grant *g)
{
	buf_done(&g->text);
	*g = GRANT_INIT;
}

void
grant_move(struct grant *to, struct grant *from)
{
	grant_done(to);
	*to = *from;
	*from = GRANT_INIT;
}

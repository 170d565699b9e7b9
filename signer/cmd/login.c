/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "signer/cmd/cmd.h"
#include "signer/cmd/session.h"

enum { TIMEOUT_SECONDS = 300 }; /* a person is here: no SDK waits for us */

enum rc
cmd_login(const struct verb *v, char **argv, struct err *e)
{
	AUTO_SESSION struct session s = SESSION_INIT;
	AUTO_BUF struct buf line = BUF_INIT(4096);
	char when[WHEN_SIZE];
	enum rc rc;

	if ((rc = session_plan(v, argv, TIMEOUT_SECONDS, &s, e)) != RC_OK ||
	    (rc = session_obtain(&s, e)) != RC_OK)
		return rc;
	session_when(s.grant.expires - s.grant.skew, when);
	buf_str(&line, s.plan.profile);
	buf_fmt(&line, ": until %s\n", when);
	world_tell_shadows(&s.world, s.plan.profile);
	return session_print(buf_bytes(&line), e);
}

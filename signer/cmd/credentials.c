/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "signer/cmd/cmd.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

/* Go's SDK kills a credential_process after 60 s, without a word of why. */
enum { TIMEOUT_SECONDS = 55 };

enum rc
cmd_credentials(const struct verb *v, char **argv, struct err *e)
{
	AUTO_SESSION struct session s = SESSION_INIT;
	enum rc rc;

	s.unheard = true;
	if ((rc = session_plan(v, argv, TIMEOUT_SECONDS, &s, e)) != RC_OK ||
	    (rc = session_obtain(&s, e)) != RC_OK)
		return rc;
	rc = session_print(s.grant.answer, e);
	if (rc == RC_OK && isatty(STDOUT_FILENO))
		term_say("this is for programs: `stskey exec` starts one, "
			 "`stskey export` is for a shell, `stskey login` "
			 "prints no secret");
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>

#include "signer/base/mem.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/variables.h"
#include "signer/host/become.h"
#include "signer/host/environment.h"
#include "signer/host/term.h"

enum { TIMEOUT_SECONDS = 300 }; /* a person is here: no SDK waits for us */

struct request {
	struct session session;
	const char *region;
	char **command;
};

const struct option exec_options[] = {
	SESSION_OPTIONS(offsetof(struct request, session)),
	{ OPTION_STR, "region", offsetof(struct request, region), "REGION",
	    "for the command (default: $AWS_REGION, else the profile's)" },
	{ OPTION_REST, "CMD ...", offsetof(struct request, command), "",
	    "what to run (default: $SHELL)" },
	{ 0 },
};

/* What an SDK would take before the credentials, or mix with them. */
static const char *const conflicting[] = {
	"AWS_PROFILE",
	"AWS_DEFAULT_PROFILE",
	"AWS_ROLE_ARN",
	"AWS_ROLE_SESSION_NAME",
	"AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	"AWS_CREDENTIAL_FILE",
	"AWS_ACCESS_KEY", /* of old SDKs, as the next */
	"AWS_SECRET_KEY",
	"AWS_SESSION_EXPIRATION",
	"AWS_ACCOUNT_ID",
	NULL,
};

static void
done(struct request *r)
{
	session_done(&r->session);
}

static void
tell_outer(const struct session *s)
{
	const char *outer = variables_outer();

	if (outer != NULL)
		term_say("warning: this runs inside an exec or export of "
			 "profile '%.80s'; the command gets the credentials of "
			 "'%.80s' instead",
		    outer, s->plan.profile);
}

/* Our environment, with the variables in the place of what there was. */
static char **
surroundings(const struct variables *v, struct pool *strings)
{
	const char *added[VARIABLES_MAX + 1] = { NULL };
	size_t n = 0;

	for (; n < v->n; n++) {
		const char *const part[] = { v->at[n].name, "=",
			v->at[n].value };
		AUTO_BUF struct buf line = BUF_INIT(1 << 20);

		for (size_t i = 0; i < 3; i++)
			buf_str(&line, part[i]);
		added[n] = pool_add(strings, buf_bytes(&line));
	}
	return environment_with(added, conflicting);
}

static enum rc
run(struct request *r, struct err *e)
{
	AUTO_VARIABLES struct variables v = VARIABLES_INIT;
	AUTO_POOL struct pool strings = POOL_INIT;
	char *shell[] = { getenv("SHELL"), NULL }, none[] = "/bin/sh", **env;
	char **argv = r->command;
	enum rc rc = variables_of(&r->session, r->region, &v, e);

	if (rc != RC_OK)
		return rc;
	tell_outer(&r->session);
	if (shell[0] == NULL || shell[0][0] == '\0')
		shell[0] = none;
	if (argv == NULL || argv[0] == NULL)
		argv = shell;
	env = surroundings(&v, &strings);
	rc = become(argv, env, e);
	mem_free((void *)env);
	return rc;
}

enum rc
cmd_exec(const struct verb *v, char **argv, struct err *e)
{
	AUTO(done) struct request r = { .session = SESSION_INIT };
	enum rc rc;

	r.session.longer = true;
	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = variables_check_region(r.region, e)) != RC_OK ||
	    (rc = session_prepare(&r.session, TIMEOUT_SECONDS, e)) != RC_OK ||
	    (rc = session_obtain(&r.session, e)) != RC_OK)
		return RC_EXEC;
	rc = run(&r, e);
	return rc == RC_NO_COMMAND || rc == RC_CANNOT_RUN ? rc : RC_EXEC;
}

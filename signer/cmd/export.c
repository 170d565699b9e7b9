/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>

#include "signer/base/mem.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/format.h"
#include "signer/host/term.h"
#include "signer/wire/message.h"

enum { TIMEOUT_SECONDS = 300, OUT_MAX = 4 << 20 };

struct request {
	struct session session;
	const char *region, *format, *write;
	bool unset;
};

const struct option export_options[] = {
	SESSION_OPTIONS(offsetof(struct request, session)),
	{ OPTION_STR, "region", offsetof(struct request, region), "REGION",
	    "default: $AWS_REGION, else the profile's" },
	{ OPTION_STR, "format", offsetof(struct request, format), "WORD",
	    "env (default) and others: stskey(1)" },
	{ OPTION_FLAG, "unset", offsetof(struct request, unset), "",
	    "what removes the variables again" },
	{ OPTION_STR, "write", offsetof(struct request, write), "NAME",
	    "into that section of ~/.aws/credentials instead" },
	{ 0 },
};

static void
done(struct request *r)
{
	session_done(&r->session);
}

/* AWS tools take a profile that is named before any variables. */
static void
tell_profile(void)
{
	static const char *const names[] = { "AWS_PROFILE",
		"AWS_DEFAULT_PROFILE" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			term_say("warning: %s is set, and AWS tools take that "
				 "profile before these variables: unset %s",
			    names[i], names[i]);
	}
}

static enum rc
put(struct request *r, const struct format *f, struct buf *out, struct err *e)
{
	AUTO_VARIABLES struct variables v = VARIABLES_INIT;
	enum rc rc = variables_of(&r->session, r->region, &v, e);

	if (rc == RC_OK)
		rc = format_put(f, &v, r->session.grant.answer, out, e);
	if (rc == RC_OK)
		tell_profile();
	return rc;
}

/* SDKs ask the credentials file first, and what is there ends. */
static void
tell_shadow(const struct request *r, const char *path)
{
	const struct profile_file *f = &r->session.world.config;
	const struct profile_section *s = profile_find(f, r->write, true);

	if (profile_entry(f, s, "credential_process") != NULL)
		term_say("warning: AWS tools now take [%.80s] of %s instead of "
			 "the credential_process of that profile, also when it "
			 "has expired: --write another name, and take it out",
		    r->write, path);
}

/* The token process is the one that reads what stands in that file. */
static enum rc
write_section(struct request *r, const char *path, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("credentials-edit");
	AUTO_VARIABLES struct variables v = VARIABLES_INIT;
	AUTO_CREW struct crew crew = CREW_INIT;
	struct session *s = &r->session;
	enum rc rc = variables_of(s, NULL, &v, e);

	if (rc != RC_OK)
		return rc;
	message_set_str(m, "action", "write");
	message_set_str(m, "path", path);
	message_set_str(m, "profile", r->write);
	message_set_str(
	    m, "access_key_id", variables_value(&v, "AWS_ACCESS_KEY_ID"));
	message_set_str(m, "secret_access_key",
	    variables_value(&v, "AWS_SECRET_ACCESS_KEY"));
	message_set_str(
	    m, "session_token", variables_value(&v, "AWS_SESSION_TOKEN"));
	crew_plan(&crew, &s->plan, s->pin_source, s->retry_pin);
	crew_begin(&crew, s->timeout_seconds);
	if ((rc = crew_token(&crew, false, e)) != RC_OK)
		return rc;
	return child_call(&crew.token, m, "ok", NULL, e);
}

static enum rc
write_file(struct request *r, struct err *e)
{
	AUTO_MEM char *path = NULL;
	char when[WHEN_SIZE];
	struct grant *g = &r->session.grant;
	enum rc rc = world_credentials_path(&path, e);

	if (rc == RC_OK)
		rc = write_section(r, path, e);
	if (rc != RC_OK)
		return rc;
	session_when(g->expires - g->skew, when);
	term_say("[%.80s] of %s has the credentials of '%.80s' until %s",
	    r->write, path, r->session.plan.profile, when);
	tell_shadow(r, path);
	return RC_OK;
}

static enum rc
check(const struct request *r, struct err *e)
{
	if (r->write != NULL &&
	    (r->format != NULL || r->region != NULL || r->unset))
		return err_set(e, RC_USAGE,
		    "--write goes without --format, --region and --unset");
	return variables_check_region(r->region, e);
}

/* What is printed, in whole. */
static enum rc
make(struct request *r, const struct format *f, struct buf *out, struct err *e)
{
	enum rc rc;

	if (r->unset)
		return format_unset(f, out, e);
	if ((rc = session_prepare(&r->session, TIMEOUT_SECONDS, e)) != RC_OK ||
	    (rc = session_obtain(&r->session, e)) != RC_OK)
		return rc;
	return r->write != NULL ? write_file(r, e) : put(r, f, out, e);
}

enum rc
cmd_export(const struct verb *v, char **argv, struct err *e)
{
	AUTO(done) struct request r = { .session = SESSION_INIT };
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	const struct format *f = NULL;
	enum rc rc;

	r.session.longer = true;
	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = format_find(r.format, &f, e)) != RC_OK ||
	    (rc = check(&r, e)) != RC_OK ||
	    (rc = make(&r, f, &out, e)) != RC_OK)
		return rc;
	if (!buf_ok(&out))
		return err_set(e, RC_FORMAT,
		    "the credentials are of an absurd length: see whether the "
		    "endpoint is really STS");
	return session_print(buf_bytes(&out), e);
}

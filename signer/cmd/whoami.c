/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/credentials.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/make.h"
#include "signer/cmd/session.h"

enum { TIMEOUT_SECONDS = 60 };

static enum rc
ask(struct session *s, struct identity *ret, struct err *e)
{
	AUTO_CREW struct crew crew = CREW_INIT;
	const struct endpoint *endpoint =
	    &s->plan.links[s->plan.n - 1].endpoint;
	struct credentials c;
	const struct identity_of who = {
		.endpoint = endpoint,
		.profile = s->plan.profile,
		.access_key_id = s->plan.access_key_id,
		.session = &c,
	};
	enum rc rc = credentials_parse(s->grant.answer, &c, e);

	if (rc != RC_OK)
		return rc;
	crew.ca_bundle = s->plan.ca_bundle;
	crew_begin(&crew, s->timeout_seconds);
	if ((rc = crew_net(&crew, endpoint->url, e)) != RC_OK)
		return rc;
	return make_identity(&crew, &who, ret, e);
}

enum rc
cmd_whoami(const struct verb *v, char **argv, struct err *e)
{
	AUTO_SESSION struct session s = SESSION_INIT;
	AUTO_IDENTITY struct identity id = { 0 };
	AUTO_BUF struct buf out = BUF_INIT(8192);
	enum rc rc;

	if ((rc = session_plan(v, argv, TIMEOUT_SECONDS, &s, e)) != RC_OK ||
	    (rc = session_obtain(&s, e)) != RC_OK ||
	    (rc = ask(&s, &id, e)) != RC_OK)
		return rc;
	world_tell_shadows(&s.world, s.plan.profile);
	buf_fmt(&out, "%s\naccount %s, user id %s\n", id.arn, id.account,
	    id.user_id);
	return session_print(buf_bytes(&out), e);
}

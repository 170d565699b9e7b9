/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "signer/aws/sts.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/enrol_options.h"
#include "signer/host/term.h"

struct request {
	struct enrol enrol;
	const char *uri, *access_key_id, *replace;
	bool offline;
};

#define AT(member) offsetof(struct request, member)

const struct option key_adopt_options[] = {
	{ OPTION_PLACE, "URI", AT(uri), "",
	    "a key on a token whose value is \"AWS4\" and the secret" },
	{ OPTION_STR, "access-key-id", AT(access_key_id), "ID",
	    "the access key that the secret belongs to" },
	ENROL_PROFILE_OPTION(struct request),
	{ OPTION_URI, "replace", AT(replace), "OLD-URI",
	    "put the key into every profile that names this one" },
	ENROL_REGION_OPTION(struct request),
	{ OPTION_FLAG, "offline", AT(offline), "", "do not ask AWS" },
	ENROL_PIN_OPTIONS(struct request),
	{ 0 },
};

static void
request_done(struct request *r)
{
	enrol_done(&r->enrol);
}

/* The token's own name for the key goes into the configuration. */
static enum rc
describe(struct request *r, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("describe");
	AUTO_MESSAGE struct message *d = NULL;
	struct enrol *n = &r->enrol;
	enum rc rc;

	message_set_str(m, "key", r->uri);
	rc = child_call(&n->crew.token, m, "described", &d, e);
	if (rc != RC_OK)
		return rc;
	n->uri = pool_add(&n->strings, BYTES_STR(message_str(d, "uri")));
	n->access_key_id = r->access_key_id;
	if (message_bool(d, "extractable"))
		term_say("warning: the token would give this key's value away; "
			 "import one that it keeps");
	return RC_OK;
}

static enum rc
check(const struct request *r, struct err *e)
{
	if (r->access_key_id == NULL)
		return err_set(e, RC_USAGE,
		    "key adopt wants --access-key-id AKIA…: the token does not "
		    "know whose secret it holds");
	if (sts_check_access_key_id(BYTES_STR(r->access_key_id), e) != RC_OK)
		return RC_USAGE;
	return enrol_check(&r->enrol, r->replace, e);
}

enum rc
cmd_key_adopt(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .enrol = ENROL_INIT };
	struct enrol *n = &r.enrol;
	enum rc rc;

	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = enrol_begin(n, r.uri, e)) != RC_OK ||
	    (rc = check(&r, e)) != RC_OK ||
	    (rc = enrol_hold(n, r.uri, false, e)) != RC_OK ||
	    (rc = describe(&r, e)) != RC_OK)
		return rc;
	if (!r.offline && (rc = enrol_prove(n, e)) != RC_OK)
		return err_in(e, rc,
		    "AWS did not confirm '%s' as the secret of %s; nothing was "
		    "written",
		    r.uri, r.access_key_id);
	rc = enrol_write(n, r.replace, e);
	if (rc == RC_OK)
		enrol_tell(n);
	return rc;
}

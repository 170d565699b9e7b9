/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "signer/aws/sts.h"
#include "signer/base/uri.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/enrol_options.h"
#include "signer/cmd/session.h"

struct request {
	struct enrol enrol;
	const char *uri, *access_key_id;
};

#define AT(member) offsetof(struct request, member)

const struct option key_verify_options[] = {
	{ OPTION_PLACE, "URI", AT(uri), "", "a key on a token" },
	{ OPTION_STR, "access-key-id", AT(access_key_id), "ID",
	    "whose secret it is (default: as configured, or its label)" },
	{ OPTION_STR, "profile", AT(enrol.profile), "NAME",
	    "whose region and endpoint to ask at" },
	ENROL_REGION_OPTION(struct request),
	ENROL_PIN_OPTIONS(struct request),
	{ 0 },
};

static void
request_done(struct request *r)
{
	enrol_done(&r->enrol);
}

/* The option, the configuration, or the label where that is one. */
static enum rc
find_id(struct request *r, struct err *e)
{
	struct enrol *n = &r->enrol;
	struct bytes label = uri_attribute(r->uri, "object");
	struct err ignored;
	enum rc rc;

	n->uri = r->uri;
	n->access_key_id = r->access_key_id;
	if (n->access_key_id == NULL)
		n->access_key_id = enrol_access_key_id(n, r->uri);
	if (n->access_key_id == NULL &&
	    sts_check_access_key_id(label, &ignored) == RC_OK)
		n->access_key_id = pool_add(&n->strings, label);
	if (n->access_key_id == NULL)
		return err_set(e, RC_USAGE,
		    "no profile says whose secret '%s' is; give "
		    "--access-key-id AKIA…",
		    r->uri);
	rc = sts_check_access_key_id(BYTES_STR(n->access_key_id), e);
	return rc != RC_OK && r->access_key_id != NULL ? RC_USAGE : rc;
}

static enum rc
report(struct enrol *n, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("describe");
	AUTO_MESSAGE struct message *d = NULL;
	AUTO_BUF struct buf out = BUF_INIT(8192);
	enum rc rc;

	message_set_str(m, "key", n->uri);
	rc = child_call(&n->crew.token, m, "described", &d, e);
	if (rc != RC_OK)
		return rc;
	buf_fmt(&out, "%s: %s, held as %s on token '%s' (%s, serial %s)\n",
	    n->access_key_id, message_str(d, "algorithm"),
	    message_str(d, "held"), message_str(d, "token"),
	    message_str(d, "model"), message_str(d, "serial"));
	if (message_bool(d, "extractable"))
		buf_str(&out, "warning: the token would give its value away\n");
	return session_print(buf_bytes(&out), e);
}

enum rc
cmd_key_verify(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .enrol = ENROL_INIT };
	struct enrol *n = &r.enrol;
	enum rc rc;

	n->serves = true;
	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = enrol_begin(n, r.uri, e)) != RC_OK ||
	    (rc = find_id(&r, e)) != RC_OK ||
	    (rc = enrol_hold(n, r.uri, false, e)) != RC_OK ||
	    (rc = enrol_prove(n, e)) != RC_OK)
		return rc;
	return report(n, e);
}

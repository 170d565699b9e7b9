/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "signer/base/uri.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol.h"
#include "signer/cmd/enrol_options.h"
#include "signer/host/term.h"

/* The same secret sealed to one key more: by touching both. */

struct request {
	struct enrol enrol;
	const char *name, *to;
	bool pin;
};

#define AT(member) offsetof(struct request, member)

const struct option mfa_copy_options[] = {
	{ OPTION_STR, "name", AT(name), "NAME", "of the sealed secret" },
	{ OPTION_URI, "to", AT(to), "URI", "fido: (the default)" },
	{ OPTION_FLAG, "pin", AT(pin), "",
	    "on the new key every use wants its PIN" },
	{ 0 },
};

static void
request_done(struct request *r)
{
	enrol_done(&r->enrol);
}

/* Without looking for a token that would not do. */
static enum rc
check_to(const struct request *r, struct err *e)
{
	if (r->to == NULL)
		return RC_OK;
	if (enrol_check_to(r->to, r->pin, e) != RC_OK)
		return RC_USAGE;
	if (bytes_is(uri_scheme(r->to), "fido"))
		return RC_OK;
	return err_set(e, RC_USAGE,
	    "mfa copy seals to one more FIDO2 key, and to nothing else: give "
	    "--to fido:, or leave --to out");
}

static enum rc
copy(struct request *r, const char *uri, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("copy");
	AUTO_MESSAGE struct message *done = NULL;
	enum rc rc;

	message_set_str(m, "key", uri);
	message_set_str(m, "to", r->to != NULL ? r->to : "fido:");
	message_set_bool(m, "pin", r->pin);
	rc = child_call(&r->enrol.crew.token, m, "imported", &done, e);
	if (rc != RC_OK)
		return rc;
	if (message_has(done, "warning"))
		term_say("warning: %s", message_str(done, "warning"));
	term_say("%s is sealed to %s now: any one of them opens it", uri,
	    message_str(done, "token"));
	return RC_OK;
}

enum rc
cmd_mfa_copy(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .enrol = ENROL_INIT };
	struct enrol *n = &r.enrol;
	const char *uri;
	enum rc rc = option_parse(v, argv, &r, e);

	if (rc != RC_OK)
		return rc;
	if (r.name == NULL)
		return err_set(e, RC_USAGE,
		    "mfa copy wants --name NAME; `stskey mfa list` shows what "
		    "is sealed here");
	if ((rc = check_to(&r, e)) != RC_OK)
		return rc;
	uri = pool_fmt(&n->strings, "sealed:%s", r.name);
	n->serves = true;
	if ((rc = enrol_begin(n, uri, e)) != RC_OK ||
	    (rc = enrol_hold(n, uri, false, e)) != RC_OK)
		return rc;
	return copy(&r, uri, e);
}

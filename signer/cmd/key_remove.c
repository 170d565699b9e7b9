/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/enrol_options.h"
#include "signer/host/term.h"

struct request {
	struct enrol enrol;
	const char *uri, *damage; /* what a sealed file has, or NULL */
	bool yes;
};

#define AT(member) offsetof(struct request, member)

const struct option key_remove_options[] = {
	{ OPTION_PLACE, "URI", AT(uri), "",
	    "a key or seed on a token, or sealed:NAME" },
	{ OPTION_FLAG, "yes", AT(yes), "", "do not ask" },
	ENROL_PIN_OPTIONS(struct request),
	{ 0 },
};

static void
request_done(struct request *r)
{
	enrol_done(&r->enrol);
}

/* What cannot be opened any more may be wanted all the less lightly. */
static enum rc
look(struct request *r, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("describe");
	AUTO_MESSAGE struct message *described = NULL;
	struct enrol *n = &r->enrol;
	enum rc rc;

	if (strncmp(r->uri, "sealed:", 7) != 0)
		return RC_OK;
	rc = crew_token(&n->crew, false, e);
	message_set_str(m, "key", r->uri);
	if (rc == RC_OK)
		rc = child_call(&n->crew.token, m, "described", &described, e);
	if (rc != RC_FORMAT)
		return rc;
	r->damage = pool_add(&n->strings, BYTES_STR(e->msg));
	return RC_OK;
}

static enum rc
sure(const struct request *r, struct err *e)
{
	AUTO_BUF struct buf question = BUF_INIT(8192);
	size_t named = enrol_count(&r->enrol, NULL, r->uri);
	bool yes = r->yes;
	enum rc rc;

	if (r->damage != NULL) {
		buf_str(&question, r->damage);
		buf_chr(&question, '\n');
	}
	buf_str(&question, "remove ");
	buf_str(&question, r->uri);
	buf_str(&question, " for good");
	if (named > 0)
		buf_fmt(&question, " (named by %zu profile%s)", named,
		    named == 1 ? "" : "s");
	if (r->damage != NULL)
		buf_str(&question, ", and with it what it sealed");
	buf_str(&question, "?");
	if (yes && r->damage != NULL)
		term_say("warning: %s", r->damage);
	rc = yes ? RC_OK : term_confirm(buf_cstr(&question), &yes, e);
	if (rc == RC_OK && !yes)
		return err_set(e, RC_CANCELLED, "nothing was removed");
	return rc;
}

enum rc
cmd_key_remove(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .enrol = ENROL_INIT };
	AUTO_MESSAGE struct message *m = message_new("remove");
	struct enrol *n = &r.enrol;
	enum rc rc;

	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = enrol_begin(n, r.uri, e)) != RC_OK ||
	    (rc = look(&r, e)) != RC_OK || (rc = sure(&r, e)) != RC_OK ||
	    (rc = enrol_hold(n, r.uri, false, e)) != RC_OK)
		return rc;
	message_set_str(m, "key", r.uri);
	rc = child_call(&n->crew.token, m, "ok", NULL, e);
	if (rc != RC_OK)
		return rc;
	term_say("'%s' is gone", r.uri);
	if (r.damage != NULL)
		term_say("warning: the seed or secret access key that was "
			 "sealed in it is lost, unless the file was copied "
			 "elsewhere before it was damaged");
	if (enrol_count(n, NULL, r.uri) > 0)
		term_say("warning: %s still names it", n->world.config_path);
	return RC_OK;
}

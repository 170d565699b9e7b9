/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <unistd.h>

#include "signer/aws/sts.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/enrol_options.h"
#include "signer/cmd/held.h"
#include "signer/cmd/mfa_lines.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

enum { LINES_MAX = 16 * 1024 };

struct request {
	struct enrol enrol;
	const char *to, *arn, *label, *name, *serial;
	bool pin, no_touch;
};

#define AT(member) offsetof(struct request, member)

const struct option mfa_import_options[] = {
	{ OPTION_URI, "to", AT(to), "URI",
	    "pkcs11:token=desk (RFC 7512), oath:, or fido: to seal it" },
	{ OPTION_STR, "serial-number", AT(arn), "ARN",
	    "of the virtual MFA device whose base32 seed is entered" },
	ENROL_PROFILE_OPTION(struct request),
	{ OPTION_STR, "label", AT(label), "TEXT",
	    "of the object on the token (default: mfa- and the device)" },
	ENROL_OATH_OPTIONS(struct request),
	ENROL_SEALED_OPTIONS(struct request),
	ENROL_PIN_OPTIONS(struct request),
	{ 0 },
};

static void
request_done(struct request *r)
{
	enrol_done(&r->enrol);
}

static enum rc
check(const struct request *r, struct err *e)
{
	if (r->to == NULL || r->arn == NULL)
		return err_set(e, RC_USAGE,
		    "mfa import wants --to (fido:, oath: or 'pkcs11:token=…') "
		    "and --serial-number ARN");
	if (r->label != NULL && r->name != NULL)
		return err_set(e, RC_USAGE,
		    "--label is of an object on a token, --name of a sealed "
		    "secret; give one");
	if (sts_check_serial(BYTES_STR(r->arn), e) != RC_OK ||
	    enrol_check_to(r->to, r->pin, e) != RC_OK)
		return RC_USAGE;
	return enrol_check(&r->enrol, NULL, e);
}

/* Lines that could not be written must be known before a seed is taken. */
static enum rc
look_ahead(struct request *r, struct err *e)
{
	struct enrol *n = &r->enrol;
	struct mfa_lines had;
	enum rc rc;

	if (n->profile == NULL)
		return RC_OK;
	rc = mfa_lines_read(&n->world, n->profile, &n->strings, &had, e);
	return rc == RC_OK ? mfa_lines_room(had.at, had.n, r->arn, e) : rc;
}

static enum rc
import(struct request *r, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("import");
	AUTO_MESSAGE struct message *done = NULL;
	struct enrol *n = &r->enrol;
	enum rc rc;

	message_set_str(m, "what", "seed");
	message_set_str(m, "to", r->to);
	message_set_str(m, "from", isatty(STDIN_FILENO) ? "prompt" : "stdin");
	message_set_str(m, "serial_number", r->arn);
	message_set_str(m, "label", r->name != NULL ? r->name : r->label);
	message_set_bool(m, "pin", r->pin);
	message_set_bool(m, "no_touch", r->no_touch);
	rc = child_call(&n->crew.token, m, "imported", &done, e);
	if (rc != RC_OK)
		return rc;
	n->uri = pool_add(&n->strings, BYTES_STR(message_str(done, "uri")));
	if (message_has(done, "warning"))
		term_say("warning: %s", message_str(done, "warning"));
	term_say("the seed is %s '%s' as %s", held_where(n->uri),
	    message_str(done, "token"), n->uri);
	return RC_OK;
}

/* As the profile is now, since a prompt and a touch take their time. */
static enum rc
write_profile(struct request *r, struct err *e)
{
	struct enrol *n = &r->enrol;
	const struct link_mfa made = { r->arn, n->uri };
	struct world_change c = { .profile = n->profile };
	struct mfa_lines had;
	enum rc rc;

	world_done(&n->world);
	if ((rc = world_load(&n->world, e)) != RC_OK ||
	    (rc = mfa_lines_read(
		 &n->world, n->profile, &n->strings, &had, e)) != RC_OK ||
	    (rc = mfa_lines_room(had.at, had.n, r->arn, e)) != RC_OK)
		return rc;
	mfa_lines_add(had.at, had.n, &made, &n->strings, &c);
	return world_write(&n->world, &c, 1, e);
}

static enum rc
write_lines(struct request *r, struct err *e)
{
	AUTO_BUF struct buf out = BUF_INIT(LINES_MAX);

	if (r->enrol.profile != NULL)
		return write_profile(r, e);
	buf_str(&out, "mfa_serial = ");
	buf_str(&out, r->arn);
	buf_str(&out, "\nstskey_mfa = ");
	buf_str(&out, r->enrol.uri);
	buf_chr(&out, '\n');
	return session_print(buf_bytes(&out), e);
}

enum rc
cmd_mfa_import(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .enrol = ENROL_INIT };
	enum rc rc;

	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = enrol_begin(&r.enrol, NULL, e)) != RC_OK ||
	    (rc = check(&r, e)) != RC_OK || (rc = look_ahead(&r, e)) != RC_OK ||
	    (rc = enrol_to(&r.enrol, &r.to, r.serial, r.no_touch, e)) !=
		RC_OK ||
	    (rc = enrol_hold(&r.enrol, r.to, true, e)) != RC_OK ||
	    (rc = import(&r, e)) != RC_OK || (rc = write_lines(&r, e)) != RC_OK)
		return rc;
	if (r.enrol.profile != NULL)
		world_tell_shadows(&r.enrol.world, r.enrol.profile);
	return RC_OK;
}

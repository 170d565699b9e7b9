/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "signer/aws/sts.h"
#include "signer/base/mem.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/enrol_options.h"
#include "signer/cmd/held.h"
#include "signer/host/term.h"
#include "signer/store/file.h"

struct request {
	struct enrol enrol;
	const char *to, *access_key_id, *csv, *credentials, *replace, *label,
	    *name, *serial;
	bool offline, yes, pin, no_touch;
};

#define AT(member) offsetof(struct request, member)

const struct option key_import_options[] = {
	{ OPTION_URI, "to", AT(to), "URI",
	    "pkcs11:token=work (RFC 7512), oath:, or fido: to seal it" },
	{ OPTION_STR, "access-key-id", AT(access_key_id), "ID",
	    "of the secret that is typed or on standard input" },
	{ OPTION_STR, "csv", AT(csv), "FILE",
	    "the file that the IAM console downloads" },
	{ OPTION_STR, "from-credentials", AT(credentials), "PROFILE",
	    "a plaintext key of ~/.aws/credentials" },
	ENROL_PROFILE_OPTION(struct request),
	{ OPTION_URI, "replace", AT(replace), "OLD-URI",
	    "put the new key into every profile that names this one" },
	{ OPTION_STR, "label", AT(label), "TEXT",
	    "of the object on the token (default: the access key id)" },
	ENROL_OATH_OPTIONS(struct request),
	ENROL_SEALED_OPTIONS(struct request),
	ENROL_REGION_OPTION(struct request),
	{ OPTION_FLAG, "offline", AT(offline), "", "do not ask AWS" },
	{ OPTION_FLAG, "yes", AT(yes), "",
	    "remove the plaintext afterwards without asking" },
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
	enum rc rc;
	int sources = (r->csv != NULL) + (r->credentials != NULL);

	if (r->to == NULL)
		return err_set(e, RC_USAGE,
		    "key import wants --to 'pkcs11:token=…', oath: or fido:, "
		    "the token that shall hold the key");
	if (sources > 1)
		return err_set(e, RC_USAGE,
		    "--csv and --from-credentials are two sources; give one");
	if (sources == 0 && r->access_key_id == NULL)
		return err_set(e, RC_USAGE,
		    "key import wants --access-key-id AKIA…, or --csv FILE or "
		    "--from-credentials PROFILE, which name it");
	if (r->label != NULL && r->name != NULL)
		return err_set(e, RC_USAGE,
		    "--label is of an object on a token, --name of a sealed "
		    "secret; give one");
	if (enrol_check_to(r->to, r->pin, e) != RC_OK ||
	    (r->access_key_id != NULL &&
		sts_check_access_key_id(BYTES_STR(r->access_key_id), e) !=
		    RC_OK))
		return RC_USAGE;
	/* Whether it can go afterwards is seen before its secret is used. */
	if (r->csv != NULL && (rc = file_check_wipe(r->csv, e)) != RC_OK)
		return rc;
	return enrol_check(&r->enrol, r->replace, e);
}

static const char *
source(const struct request *r)
{
	if (r->csv != NULL)
		return "csv";
	if (r->credentials != NULL)
		return "credentials";
	return isatty(STDIN_FILENO) ? "prompt" : "stdin";
}

/* The token process reads the secret; what comes back is where it is now. */
static enum rc
import(struct request *r, const char *credentials_path, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("import");
	AUTO_MESSAGE struct message *done = NULL;
	struct enrol *n = &r->enrol;
	const char *id;
	enum rc rc;

	message_set_str(m, "what", "key");
	message_set_str(m, "to", r->to);
	message_set_str(m, "from", source(r));
	message_set_str(
	    m, "path", r->credentials != NULL ? credentials_path : r->csv);
	message_set_str(m, "profile", r->credentials);
	message_set_str(m, "access_key_id", r->access_key_id);
	message_set_str(m, "label", r->name != NULL ? r->name : r->label);
	message_set_bool(m, "pin", r->pin);
	message_set_bool(m, "no_touch", r->no_touch);
	rc = child_call(&n->crew.token, m, "imported", &done, e);
	if (rc != RC_OK)
		return rc;
	id = message_str(done, "access_key_id");
	n->uri = pool_add(&n->strings, BYTES_STR(message_str(done, "uri")));
	n->access_key_id =
	    pool_add(&n->strings, BYTES_STR(id != NULL ? id : ""));
	if (message_has(done, "warning"))
		term_say("warning: %s", message_str(done, "warning"));
	if (held_no_touch(n->uri))
		term_say("warning: no touch guards this key: any program of "
			 "yours may sign with it");
	term_say("the key is %s '%s' as %s, held as %s", held_where(n->uri),
	    message_str(done, "token"), n->uri,
	    held_words(message_str(done, "held"), n->access_key_id));
	return RC_OK;
}

/* AWS's yes; without one nothing else is touched. */
static enum rc
prove(struct request *r, struct err *e)
{
	enum rc rc = r->offline ? RC_OK : enrol_prove(&r->enrol, e);

	if (rc == RC_OK)
		return rc;
	return err_in(e, rc,
	    "the key is there as '%s', but AWS did not confirm it (a "
	    "new "
	    "key takes seconds: `stskey key verify --access-key-id %s URI`; or "
	    "away with it: `stskey key remove URI`)",
	    r->enrol.uri, r->enrol.access_key_id);
}

static enum rc
drop_entry(struct request *r, const char *path, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("credentials-edit");

	message_set_str(m, "action", "remove");
	message_set_str(m, "path", path);
	message_set_str(m, "profile", r->credentials);
	message_set_str(m, "access_key_id", r->enrol.access_key_id);
	return child_call(&r->enrol.crew.token, m, "ok", NULL, e);
}

/* The plaintext has served: away with it, if the person says so. */
static enum rc
clean_up(struct request *r, const char *credentials_path, struct err *e)
{
	AUTO_BUF struct buf question = BUF_INIT(8192);
	const char *path = r->csv != NULL ? r->csv : credentials_path;
	bool yes = r->yes;
	enum rc rc;

	if (r->csv == NULL && r->credentials == NULL)
		return RC_OK;
	if (r->offline) {
		term_say("the plaintext stays in %s: AWS was not asked", path);
		return RC_OK;
	}
	buf_str(&question, "remove the plaintext secret ");
	if (r->credentials != NULL)
		buf_fmt(&question, "of [%.200s] ", r->credentials);
	buf_str(&question, r->csv != NULL ? "file " : "from ");
	buf_str(&question, path);
	buf_str(&question, "?");
	if (!yes && term_confirm(buf_cstr(&question), &yes, e) != RC_OK)
		term_say("%s; until then the plaintext stays", e->msg);
	if (!yes)
		return RC_OK;
	rc = r->csv != NULL ? file_wipe_aside(path, e) : drop_entry(r, path, e);
	if (rc == RC_OK)
		term_say("the plaintext secret is gone from %s", path);
	return rc;
}

enum rc
cmd_key_import(const struct verb *v, char **argv, struct err *e)
{
	AUTO(request_done) struct request r = { .enrol = ENROL_INIT };
	struct enrol *n = &r.enrol;
	AUTO_MEM char *path = NULL;
	enum rc rc;

	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = enrol_begin(n, NULL, e)) != RC_OK ||
	    (rc = check(&r, e)) != RC_OK ||
	    (rc = enrol_to(n, &r.to, r.serial, r.no_touch, e)) != RC_OK ||
	    (rc = world_credentials_path(&path, e)) != RC_OK ||
	    (rc = enrol_hold(n, r.to, true, e)) != RC_OK ||
	    (rc = import(&r, path, e)) != RC_OK ||
	    (rc = prove(&r, e)) != RC_OK ||
	    (rc = enrol_write(n, r.replace, e)) != RC_OK ||
	    (rc = clean_up(&r, path, e)) != RC_OK)
		return rc;
	enrol_tell(n);
	/* The one it was taken from, which may be left as it is. */
	if (n->profile == NULL && r.replace == NULL && r.credentials != NULL)
		world_tell_shadows(&n->world, r.credentials);
	return RC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/cmd/cmd.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/probe.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

/* Where codes come from: what is sealed here, and what profiles name. */

enum { OUT_MAX = 1024 * 1024 };

const struct option mfa_list_options[] = { { 0 } };

struct report {
	struct enrol enrol;
	struct buf out;
	bool damaged; /* there is something that cannot be read */
};

static void
report_done(struct report *r)
{
	buf_done(&r->out);
	enrol_done(&r->enrol);
}

static void
tell_profiles(struct report *r, const char *uri)
{
	size_t n = enrol_count(&r->enrol, NULL, uri);

	if (n > 0)
		buf_fmt(&r->out, "  of %zu profile%s", n, n == 1 ? "" : "s");
	buf_chr(&r->out, '\n');
}

static void
tell_presence(struct report *r, const char *uri)
{
	struct probe probe;
	struct err e;

	if (probe_look(&r->enrol.crew, uri, &r->enrol.strings, &probe, &e) !=
	    RC_OK)
		buf_str(&r->out, "  in use by another program");
	else
		buf_str(
		    &r->out, probe.there ? "  plugged in" : "  not plugged in");
}

/*
 * "sealed:desk-key  arn:…  Yubico YubiKey FIDO (PIN), Solo 2  plugged in  of 1
 * profile"
 */
static enum rc
tell_sealed(
    struct report *r, const struct message *listed, size_t i, struct err *e)
{
	const char *uri = message_item(listed, "items", i, "uri");
	const char *id = message_item(listed, "items", i, "id");
	const char *keys = message_item(listed, "items", i, "model");
	const char *damage = message_item(listed, "items", i, "damage");

	if (uri == NULL || keys == NULL)
		return err_set(e, RC_HELPER,
		    "stskey-token listed a seal without its parts");
	if (damage != NULL) {
		term_say("warning: %s", damage);
		r->damaged = true;
		return RC_OK;
	}
	if (id != NULL && strncmp(id, "arn:", 4) != 0)
		return RC_OK; /* an access key */
	buf_str(&r->out, uri);
	buf_str(&r->out, "  ");
	buf_str(&r->out, id != NULL ? id : "");
	buf_str(&r->out, "  ");
	buf_str(&r->out, keys);
	tell_presence(r, uri);
	tell_profiles(r, uri);
	return RC_OK;
}

static enum rc
sealed(struct report *r, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("list");
	AUTO_MESSAGE struct message *listed = NULL;
	enum rc rc;

	message_set_str(m, "uri", "sealed:");
	rc = crew_token(&r->enrol.crew, false, e);
	if (rc == RC_OK)
		rc = child_call(&r->enrol.crew.token, m, "listed", &listed, e);
	for (size_t i = 0; rc == RC_OK && i < message_count(listed, "items");
	     i++)
		rc = tell_sealed(r, listed, i, e);
	return rc;
}

/* What is not sealed: tokens, commands, prompts. */
static void
others(void *ctx, const char *profile)
{
	struct report *r = ctx;
	AUTO_PLAN struct plan p = { 0 };
	struct err unusable;
	const struct link *l;

	if (plan_make(&r->enrol.world.in, profile, &p, &unusable) != RC_OK)
		return;
	l = &p.links[0];
	for (size_t i = 0; i < l->nmfa; i++) {
		if (strncmp(l->mfa[i].entry, "sealed:", 7) == 0)
			continue;
		buf_str(&r->out, l->mfa[i].entry);
		buf_str(&r->out, "  ");
		buf_str(&r->out, l->mfa[i].serial);
		buf_str(&r->out, "  of profile ");
		buf_str(&r->out, profile);
		buf_chr(&r->out, '\n');
	}
}

enum rc
cmd_mfa_list(const struct verb *v, char **argv, struct err *e)
{
	AUTO(report_done)
	struct report r = { .enrol = ENROL_INIT, .out = BUF_INIT(OUT_MAX) };
	enum rc rc;

	if ((rc = option_parse(v, argv, &r, e)) != RC_OK ||
	    (rc = enrol_begin(&r.enrol, NULL, e)) != RC_OK ||
	    (rc = sealed(&r, e)) != RC_OK)
		return rc;
	world_profiles(&r.enrol.world, others, &r);
	if (r.out.len == 0 && !r.damaged)
		term_say("no MFA device is known here; `stskey mfa enroll` "
			 "makes one");
	return session_print(buf_bytes(&r.out), e);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/cmd.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

/* Every token in reach, whether a profile names it or not. */

enum { OUT_MAX = 1024 * 1024, TIMEOUT_SECONDS = 60 };

const struct option token_list_options[] = { { 0 } };

/* "oath:serial=1234567  hmac, code  'Yubico YubiKey' …  by its applet" */
static void
print_item(struct buf *out, const struct message *m, size_t i)
{
	const char *uri = message_item(m, "items", i, "uri");
	const char *can = message_item(m, "items", i, "can");
	const char *how = message_item(m, "items", i, "how");
	const char *text = message_item(m, "items", i, "text");
	const char *grade = message_item(m, "items", i, "grade");

	if (uri == NULL || can == NULL || how == NULL) {
		/* What is only said of a token, or keeps it from being one. */
		if (text != NULL && grade != NULL && strcmp(grade, "ok") != 0)
			term_say("warning: %s", text);
		return;
	}
	buf_str(out, uri);
	buf_str(out, "  ");
	buf_str(out, can);
	buf_str(out, "  ");
	buf_str(out, text != NULL ? text : "");
	buf_str(out, "  ");
	buf_str(out, how);
	buf_chr(out, '\n');
}

/* A process for each kind: what takes one down leaves the others. */
static void
look(struct buf *out, const char *uri)
{
	AUTO_CREW struct crew crew = CREW_INIT;
	AUTO_MESSAGE struct message *m = message_new("survey");
	AUTO_MESSAGE struct message *found = NULL;
	struct err e;
	enum rc rc;

	crew_begin(&crew, TIMEOUT_SECONDS);
	message_set_str(m, "uri", uri);
	rc = crew_token(&crew, false, &e);
	if (rc == RC_OK)
		rc = child_call(&crew.token, m, "surveyed", &found, &e);
	if (rc != RC_OK) {
		term_say("warning: %s", e.msg);
		return;
	}
	for (size_t i = 0; i < message_count(found, "items"); i++)
		print_item(out, found, i);
}

enum rc
cmd_token_list(const struct verb *v, char **argv, struct err *e)
{
	static const char *const kinds[] = { "pkcs11:", "oath:", "fido:" };
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	char none[1];
	enum rc rc = option_parse(v, argv, none, e);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		look(&out, kinds[i]);
	if (out.len == 0)
		return err_set(e, RC_NOTFOUND,
		    "no token is in reach: plug one in, or register the "
		    "PKCS#11 module of yours with p11-kit");
	return session_print(buf_bytes(&out), e);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/entry.h"
#include "signer/base/uri.h"
#include "signer/cmd/described.h"
#include "signer/cmd/probe.h"
#include "signer/cmd/status.h"

enum { PROBE_SECONDS = 20 };

/* "'work' (SoftHSM v2, serial 77aa)", of what is known. */
static void
print_described(struct buf *out, const struct described *d)
{
	bool both = d->model[0] != '\0' && d->serial[0] != '\0';

	buf_fmt(out, "'%s'", d->token);
	if (d->model[0] == '\0' && d->serial[0] == '\0')
		return;
	buf_fmt(out, " (%s%s%s%s)", d->model, both ? ", " : "",
	    d->serial[0] != '\0' ? "serial " : "", d->serial);
}

/* What a URI leads to, and of a sealed one whether its FIDO2 key is there. */
struct looked {
	struct described token;
	struct probe key;
};

/* A sealed file tells its token, and only a look whether that is there. */
static void
print_presence(
    struct buf *out, struct crew *crew, struct looked *at, struct pool *strings)
{
	const char *uri = at->token.uri;
	struct err e;

	if (!probe_is_for(uri)) {
		buf_str(out, " is plugged in");
		return;
	}
	if (probe_look(crew, uri, strings, &at->key, &e) != RC_OK) {
		buf_str(out, " may be plugged in: ");
		buf_str(out, e.msg);
		return;
	}
	buf_str(out, at->key.there ? " is plugged in" : " is not plugged in");
}

/* Which token it is: what it holds it would say only after a PIN. */
static struct looked
print_token(
    struct buf *out, struct crew *crew, const char *uri, struct pool *strings)
{
	struct looked at = { 0 };
	struct err e;

	buf_str(out, "    token: ");
	if (describe(crew, uri, strings, &at.token, &e) != RC_OK) {
		buf_str(out, e.msg);
	} else {
		print_described(out, &at.token);
		print_presence(out, crew, &at, strings);
		if (at.token.touch)
			buf_str(out, ", every use asks for a touch");
	}
	buf_chr(out, '\n');
	return at;
}

static bool
is_one(const struct looked *a, const struct looked *b)
{
	return b->token.uri != NULL && (described_same(&a->token, &b->token) ||
					   probe_is_one(&a->key, &b->key));
}

void
status_probe(const struct plan *p, const struct link *code, struct buf *out)
{
	AUTO_CREW struct crew crew = CREW_INIT;
	AUTO_POOL struct pool strings = POOL_INIT;
	struct looked key, seeds[PLAN_MAX_MFA] = { 0 };

	crew.module = p->module;
	crew_begin(&crew, PROBE_SECONDS);
	key = print_token(out, &crew, p->key, &strings);
	for (size_t i = 0; code != NULL && i < code->nmfa; i++)
		if (entry_is_hardware(code->mfa[i].entry))
			seeds[i] = print_token(
			    out, &crew, code->mfa[i].entry, &strings);
	for (size_t i = 0; code != NULL && i < code->nmfa; i++)
		if (is_one(&key, &seeds[i]))
			status_one_device(code, i, out);
}

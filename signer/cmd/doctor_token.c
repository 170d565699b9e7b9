/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "signer/aws/entry.h"
#include "signer/base/uri.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/doctor.h"

/* What stskey-token sees of the hardware, without a login or a touch. */

enum { TIMEOUT_SECONDS = 30, URIS_MAX = 128 };

/* Every key and seed once, and with the plan that says how to reach it. */
struct uris {
	struct {
		const char *uri;
		const struct plan *plan;
	} at[URIS_MAX];
	size_t n;
};

static bool
is_scheme(const char *uri, const char *scheme)
{
	return bytes_is(uri_scheme(uri), scheme);
}

/* Objects of one token are one; each sealed file is a thing of its own. */
static void
add(struct uris *u, const char *uri, const struct plan *plan)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->at[i].uri, uri) == 0 ||
		    uri_same_device(u->at[i].uri, uri))
			return;
	if (u->n == URIS_MAX)
		return;
	u->at[u->n].uri = uri;
	u->at[u->n++].plan = plan;
}

static void
gather(const struct doctor *d, struct uris *u)
{
	for (size_t i = 0; i < d->npatients; i++) {
		const struct plan *p = &d->patients[i].plan;
		const struct link *code = doctor_code_link(p);

		add(u, p->key, p);
		for (size_t k = 0; code != NULL && k < code->nmfa; k++)
			if (entry_is_hardware(code->mfa[k].entry))
				add(u, code->mfa[k].entry, p);
	}
}

static bool
is_fido_wanted(const struct doctor *d)
{
	struct uris u = { .n = 0 };

	gather(d, &u);
	for (size_t i = 0; i < u.n; i++)
		if (is_scheme(u.at[i].uri, "sealed") ||
		    is_scheme(u.at[i].uri, "fido"))
			return true;
	return false;
}

static void
tell_item(struct doctor *d, const struct message *m, size_t i)
{
	const char *what = message_item(m, "items", i, "what");
	const char *grade = message_item(m, "items", i, "grade");
	const char *text = message_item(m, "items", i, "text");
	const char *mend = message_item(m, "items", i, "mend");
	const char *rc = message_item(m, "items", i, "rc");

	if (what == NULL || grade == NULL || text == NULL || rc == NULL)
		doctor_fail(d, RC_HELPER, NULL,
		    "stskey-token found a thing without its parts");
	else if (strcmp(grade, "ok") == 0)
		doctor_ok(d, "%s: %s", what, text);
	else if (strcmp(grade, "warn") == 0)
		doctor_warn(d, mend, "%s: %s", what, text);
	else
		doctor_fail(d, (enum rc)strtol(rc, NULL, 10), mend, "%s: %s",
		    what, text);
}

/*
 * A process for each look, as a module may take it down or hang it.  How many
 * things were found; -1: the look failed, which is told.
 */
static int
look(struct doctor *d, const char *uri, const struct plan *p)
{
	AUTO_CREW struct crew crew = CREW_INIT;
	AUTO_MESSAGE struct message *m = message_new("survey");
	AUTO_MESSAGE struct message *found = NULL;
	struct err e;
	enum rc rc;

	crew.module = p != NULL ? p->module : NULL;
	crew_begin(&crew, TIMEOUT_SECONDS);
	message_set_str(m, "uri", uri);
	rc = crew_token(&crew, false, &e);
	if (rc == RC_OK)
		rc = child_call(&crew.token, m, "surveyed", &found, &e);
	if (rc != RC_OK) {
		doctor_fail(d, rc, NULL, "%s", e.msg);
		return -1;
	}
	for (size_t i = 0; i < message_count(found, "items"); i++)
		tell_item(d, found, i);
	return (int)message_count(found, "items");
}

void
doctor_tokens(struct doctor *d)
{
	struct uris u = { .n = 0 };

	gather(d, &u);
	for (size_t i = 0; i < u.n; i++)
		(void)look(d, u.at[i].uri, u.at[i].plan);
}

void
doctor_fido(struct doctor *d)
{
	if (look(d, "fido:", NULL) != 0)
		return;
	if (is_fido_wanted(d))
		doctor_warn(d, NULL,
		    "no security key is plugged in, and a profile wants one: "
		    "plug it in");
	else
		doctor_ok(d, "no security key is plugged in, nor wanted");
}

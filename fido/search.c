/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/search.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fido/assertion.h"
#include "fido/code.h"
#include "fido/node.h"
#include "fido/race.h"

enum { LOOK_MS = 250, SAY_MAX = 400, PATH_ROOM = 64 };

static const char keys[] = "FIDO2 keys", all[] = "all";

static enum fit
not_fit(struct device *d, const char *why)
{
	d->why = why;
	return FIT_NO;
}

/* A key that is open: does it hold one of the seals? */
static enum fit
judge(const struct search *s, struct device *d)
{
	int code = assertion_probe(d, s->seals, &d->which);

	if (code == FIDO_OK && s->fresh)
		return not_fit(d, "holds one of these seals already");
	if (code == FIDO_OK)
		return FIT_YES;
	if (code_may_be_busy(code))
		return FIT_BUSY;
	d->broken = code < 0; /* libfido2's own word, not the key's */
	if (d->broken)
		return not_fit(d, "gives answers that cannot be read");
	if (!s->fresh)
		return not_fit(d, "is another key");
	return device_has_hmac_secret(d) ? FIT_YES
	                                 : not_fit(d, "has no hmac-secret");
}

static void
ask_one(struct search *s, struct device *d)
{
	bool busy = false;
	struct err why = { 0 };
	enum rc rc = device_open(d, &busy, &why);

	if (rc == RC_OK)
		d->fit = judge(s, d);
	else if (busy)
		d->fit = FIT_BUSY;
	else
		d->fit = not_fit(d, rc == RC_UNSUPPORTED ? "speaks U2F only"
							 : "cannot be opened");
	if (d->fit != FIT_YES)
		device_close(d);
}

/* Those of the list. */
static void
ask_all(struct search *s, size_t *n, bool *busy)
{
	*n = 0;
	*busy = false;
	for (size_t i = 0; i < s->devices.n; i++) {
		struct device *d = &s->devices.at[i];

		if (d->fit == FIT_NEW || d->fit == FIT_BUSY)
			ask_one(s, d);
		*n += d->fit == FIT_YES;
		*busy = *busy || d->fit == FIT_BUSY;
	}
}

enum rc
search_look(struct search *s, size_t *n, bool *busy, struct err *e)
{
	enum rc rc = device_list_update(&s->devices, e);

	*n = 0;
	*busy = false;
	if (rc == RC_OK)
		ask_all(s, n, busy);
	return rc;
}

static bool
any_unknown(const struct search *s)
{
	for (size_t i = 0; i < s->devices.n; i++)
		if (s->devices.at[i].fit == FIT_NEW ||
		    s->devices.at[i].fit == FIT_BUSY)
			return true;
	return false;
}

/*
 * The keys are used by one process of ours at a time: a person touches one at
 * a time as well.  They are ours before one is opened, so that no two wait for
 * each other; and only while there is one, so that who waits for a key that is
 * not there is in nobody's way.
 */
static enum rc
look_alone(struct search *s, size_t *n, struct err *e)
{
	bool busy = false, waited;
	enum rc rc = device_list_update(&s->devices, e);

	*n = 0;
	if (rc != RC_OK || !any_unknown(s))
		return rc;
	rc = s->ask->claim(s->ask->ctx, keys, all, &waited, e);
	if (rc != RC_OK)
		return err_in(e, rc, "%s was not looked for", s->wanted);
	/* While another had them, one may have come or gone. */
	if (waited)
		rc = device_list_update(&s->devices, e);
	if (rc == RC_OK)
		ask_all(s, n, &busy);
	if (*n == 0)
		s->ask->unclaim(s->ask->ctx, keys, all);
	return rc;
}

/* The first that libfido2 does not show, as it may not open it. */
struct denied {
	const struct device_list *shown;
	char path[PATH_ROOM]; /* empty: there is none */
};

static void
look_at_node(void *ctx, const char *path)
{
	struct denied *d = ctx;

	for (size_t i = 0; i < d->shown->n; i++)
		if (strcmp(d->shown->at[i].path, path) == 0)
			return;
	if (d->path[0] == '\0' && access(path, R_OK | W_OK) != 0 &&
	    errno == EACCES)
		(void)snprintf(d->path, sizeof(d->path), "%s", path);
}

enum rc
search_denied(const struct search *s, struct err *e)
{
	struct denied d = { .shown = &s->devices };

	node_each(look_at_node, &d);
	if (d.path[0] == '\0')
		return RC_OK;
	return err_set(e, RC_TOKEN,
	    "%s is a security key that this user may not open (udev lets "
	    "whoever is logged in at the machine itself): log in there, or "
	    "allow it by a rule of udev",
	    d.path);
}

/*
 * What is to be done: the first that is busy comes before all else, and what
 * is there before what is not.
 */
static size_t
say_first(const struct search *s, char ret[static SAY_MAX])
{
	struct err why;

	for (size_t i = 0; i < s->devices.n; i++)
		if (s->devices.at[i].fit == FIT_BUSY)
			return (size_t)snprintf(ret, SAY_MAX,
			    "'%s' is in use by another program, or does not "
			    "answer: end that, or unplug it and put it in "
			    "again",
			    s->devices.at[i].name);
	if (search_denied(s, &why) != RC_OK)
		return (size_t)snprintf(ret, SAY_MAX,
		    "%.250s, or plug in %.120s", why.msg, s->wanted);
	return (size_t)snprintf(ret, SAY_MAX, "plug in %.170s", s->wanted);
}

/* "plug in desk-key ('Solo 2' speaks U2F only)" */
static void
describe(const struct search *s, char ret[static SAY_MAX])
{
	size_t len = say_first(s, ret);
	const char *end = "";

	for (size_t i = 0; i < s->devices.n && len < SAY_MAX; i++) {
		const struct device *d = &s->devices.at[i];

		if (d->fit != FIT_NO)
			continue;
		len += (size_t)snprintf(ret + len, SAY_MAX - len, "%s'%s' %s",
		    *end == '\0' ? " (" : ", ", d->name, d->why);
		end = ")";
	}
	if (len < SAY_MAX)
		(void)snprintf(ret + len, SAY_MAX - len, "%s", end);
}

/* Any that is there but busy, shut or out of its mind is what is to be said. */
static enum rc
gave_up(const struct search *s, struct err *e)
{
	char text[SAY_MAX];
	enum rc rc = search_denied(s, e) != RC_OK ? RC_TOKEN : RC_NOTFOUND;

	for (size_t i = 0; i < s->devices.n; i++)
		if (s->devices.at[i].fit == FIT_BUSY || s->devices.at[i].broken)
			rc = RC_TOKEN;
	describe(s, text);
	return err_set(e, rc,
	    "no FIDO2 key that can serve came in time: %s; then run it again",
	    text);
}

/* Whether to look once more, and why not. */
static enum rc
go_on(const struct search *s, bool last, struct err *e)
{
	if (race_is_off(s->ask))
		return err_set(
		    e, RC_CANCELLED, "called off while a key was waited for");
	return last && s->ask->left_ms(s->ask->ctx) == 0 ? gave_up(s, e)
	                                                 : RC_OK;
}

enum rc
search_wait(struct search *s, size_t *n, struct err *e)
{
	char said[SAY_MAX] = "", text[SAY_MAX];
	enum rc rc = go_on(s, false, e);

	while (rc == RC_OK && (rc = look_alone(s, n, e)) == RC_OK && *n == 0) {
		describe(s, text);
		if (strcmp(said, text) != 0)
			s->ask->notice(s->ask->ctx, text);
		memcpy(said, text, sizeof(said));
		race_pause(LOOK_MS);
		rc = go_on(s, true, e);
	}
	if (said[0] != '\0')
		s->ask->notice(s->ask->ctx, NULL);
	return rc;
}

struct device *
search_at(struct search *s, size_t i)
{
	for (size_t k = 0; k < s->devices.n; k++)
		if (s->devices.at[k].fit == FIT_YES && i-- == 0)
			return &s->devices.at[k];
	return NULL;
}

void
search_done(struct search *s)
{
	device_list_done(&s->devices);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/base/uri.h"
#include "signer/cmd/chain.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/held.h"
#include "signer/cmd/output.h"
#include "signer/cmd/session.h"
#include "signer/cmd/status.h"
#include "signer/host/cache.h"
#include "signer/host/term.h"

enum { OUT_MAX = 1024 * 1024 };

struct request {
	const char *profile, *output;
	bool brief, probe, watch;
};

#define AT(member) offsetof(struct request, member)

const struct option status_options[] = {
	{ OPTION_STR, "profile", AT(profile), "NAME",
	    "only this one (default: every profile with a key or role)" },
	{ OPTION_FLAG, "brief", AT(brief), "",
	    "one short line for a shell prompt: \"dev 7h12m\"" },
	{ OPTION_FLAG, "probe", AT(probe), "",
	    "look at the token too (no PIN, no touch)" },
	{ OPTION_FLAG, "watch", AT(watch), "",
	    "on the terminal, drawn anew each second until Ctrl-C" },
	{ OPTION_STR, "output", AT(output), "FORMAT",
	    "text, or json (default on a terminal: a line a profile)" },
	{ 0 },
};

/* One status as it is being written. */
struct report {
	const struct request *request;
	struct world world;
	struct buf out;
	bool all; /* not one that was asked for by name */
	bool warned;
	enum rc rc;
	struct err *e;
};

void
status_duration(struct buf *out, int64_t seconds, bool seconds_too)
{
	int64_t minutes = seconds / 60;

	if (minutes >= 60)
		buf_fmt(out, "%lldh%02lldm", (long long)(minutes / 60),
		    (long long)(minutes % 60));
	else if (minutes == 0 && seconds_too)
		buf_fmt(out, "%llds", (long long)seconds);
	else
		buf_fmt(out, "%lldm", (long long)minutes);
}

struct status_link
status_look(const struct plan *p, const struct link *l)
{
	AUTO_BUF struct buf text = BUF_INIT(0);
	AUTO_MEM char *path = NULL;
	struct status_link ret = { 0 };
	struct cache_entry entry;
	struct err ignored;
	int64_t left;

	if (chain_path(p, l, &path, &ignored) != RC_OK || path == NULL ||
	    cache_read(path, l->cache_key, &text, &entry, &ignored) != RC_OK)
		return ret;
	left = cache_left(&entry, clock_now());
	ret.used = entry.used;
	if (left <= 0)
		return ret;
	ret.left = left;
	ret.granted = cache_left(&entry, entry.made);
	ret.until = entry.expires - entry.skew;
	return ret;
}

const struct link *
status_code_link(const struct plan *p)
{
	const struct link *ret = NULL;

	for (size_t i = 0; i < p->n; i++)
		if (p->links[i].nmfa > 0)
			ret = &p->links[i];
	return ret;
}

static void
print_link(struct report *r, const struct plan *p, const struct link *l)
{
	bool session = l->kind == LINK_SESSION;
	const struct status_link s = status_look(p, l);
	char when[WHEN_SIZE];

	buf_str(&r->out, session ? "    session: " : "    role ");
	if (!session) {
		buf_str(&r->out, l->role_arn);
		buf_str(&r->out, ": ");
	}
	if (s.left == 0) {
		buf_str(&r->out, "none\n");
		return;
	}
	session_when(s.until, when);
	buf_fmt(&r->out, "until %s (", when);
	status_duration(&r->out, s.left, false);
	buf_str(&r->out, ")\n");
}

static void
print_brief(struct report *r, const struct plan *p)
{
	const struct status_link s = status_look(p, &p->links[p->n - 1]);

	if (s.left == 0)
		return;
	buf_str(&r->out, p->profile);
	buf_chr(&r->out, ' ');
	status_duration(&r->out, s.left, false);
	buf_chr(&r->out, '\n');
}

void
status_one_device(const struct link *code, size_t i, struct buf *out)
{
	buf_str(out, "    both factors on one device");
	if (code->nmfa > 1) {
		buf_str(out, ", where the code is that of ");
		buf_str(out, code->mfa[i].serial);
	}
	buf_chr(out, '\n');
}

static void
print_key(struct report *r, const struct plan *p)
{
	const char *held = held_by_uri(p->key);

	buf_str(&r->out, p->profile);
	buf_str(&r->out, "\n    key: ");
	buf_str(&r->out, p->key);
	buf_fmt(&r->out, " (%s%s)\n",
	    strcmp(held, "sealed") == 0 ? "" : "held as ",
	    held_words(held, p->access_key_id));
	if (held_no_touch(p->key))
		buf_str(&r->out,
		    "    NO TOUCH: any program of yours may sign with it\n");
}

static void
print_mfa(struct report *r, const struct plan *p, const struct link *code)
{
	for (size_t i = 0; i < code->nmfa; i++) {
		buf_str(&r->out, "    MFA: ");
		buf_str(&r->out, code->mfa[i].serial);
		buf_str(&r->out, " from ");
		buf_str(&r->out, code->mfa[i].entry);
		buf_str(&r->out,
		    held_no_touch(code->mfa[i].entry) ? ", NO TOUCH\n" : "\n");
	}
	/* A token that is asked knows better than its URIs. */
	for (size_t i = 0; i < code->nmfa && !r->request->probe; i++)
		if (uri_same_device(p->key, code->mfa[i].entry))
			status_one_device(code, i, &r->out);
}

static void
print_whole(struct report *r, const struct plan *p)
{
	const struct link *code = status_code_link(p);

	print_key(r, p);
	if (code != NULL)
		print_mfa(r, p, code);
	for (size_t i = 0; i < p->n; i++)
		print_link(r, p, &p->links[i]);
	if (r->request->probe)
		status_probe(p, code, &r->out);
}

static void
print_profile(void *ctx, const char *profile)
{
	struct report *r = ctx;
	AUTO_PLAN struct plan p = { 0 };
	enum rc rc = plan_make(&r->world.in, profile, &p, r->e);

	if (rc != RC_OK) {
		/* Of all profiles, those of other tools are none of ours. */
		if (!r->all)
			r->rc = rc;
		else if (rc == RC_CONFIG) {
			term_say("warning: %s", r->e->msg);
			r->warned = true;
		}
		return;
	}
	if (r->request->brief)
		print_brief(r, &p);
	else
		print_whole(r, &p);
	if (!r->request->brief)
		world_tell_shadows(&r->world, profile);
}

static void
report_done(struct report *r)
{
	world_done(&r->world);
	buf_done(&r->out);
}

/* What goes to programs, and to people who do not look at a terminal. */
static enum rc
print_text(struct report *r, struct err *e)
{
	const struct request *request = r->request;

	r->all = request->profile == NULL && !request->brief;
	if (r->all)
		world_profiles(&r->world, print_profile, r);
	else
		print_profile(r, world_profile(request->profile));
	if (!request->brief)
		world_tell_unknown(&r->world);
	if (r->rc != RC_OK)
		return r->rc;
	if (r->all && r->out.len == 0 && r->warned)
		return err_set(e, RC_CONFIG,
		    "no profile can be used as it stands; mend what the "
		    "warnings name");
	if (r->all && r->out.len == 0)
		return world_no_key(&r->world, e);
	return RC_OK;
}

static void
tell_shadows(void *ctx, const char *profile)
{
	world_tell_shadows(ctx, profile);
}

static enum rc
print_table(struct report *r, struct err *e)
{
	struct screen screen;
	enum rc rc;

	screen_look(&screen);
	rc = status_table(&r->world, r->request->profile, &screen, &r->out, e);
	if (rc != RC_OK)
		return rc;
	if (r->request->profile != NULL)
		world_tell_shadows(&r->world, r->request->profile);
	else
		world_profiles(&r->world, tell_shadows, &r->world);
	world_tell_unknown(&r->world);
	return RC_OK;
}

static enum rc
check(const struct request *q, bool *json, struct err *e)
{
	enum rc rc = output_is_json(q->output, json, e);

	if (rc != RC_OK)
		return rc;
	if ((q->brief || q->probe) + (q->output != NULL) + q->watch > 1)
		return err_set(e, RC_USAGE,
		    "--brief or --probe, --output and --watch are one or the "
		    "other: give one");
	return RC_OK;
}

enum rc
cmd_status(const struct verb *v, char **argv, struct err *e)
{
	struct request request = { 0 };
	AUTO(report_done)
	struct report r = {
		.request = &request,
		.out = BUF_INIT(OUT_MAX),
		.e = e,
	};
	bool json = false;
	enum rc rc;

	if ((rc = option_parse(v, argv, &request, e)) != RC_OK ||
	    (rc = check(&request, &json, e)) != RC_OK)
		return rc;
	if (request.watch)
		return status_watch(request.profile, e);
	if ((rc = world_load(&r.world, e)) != RC_OK)
		return rc;
	if (json)
		rc = status_json(&r.world, request.profile, &r.out, e);
	else if (!request.brief && !request.probe && request.output == NULL &&
		 screen_is_there())
		rc = print_table(&r, e);
	else
		rc = print_text(&r, e);
	return rc == RC_OK ? session_print(buf_bytes(&r.out), e) : rc;
}

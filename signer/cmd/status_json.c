/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/uri.h"
#include "signer/cmd/held.h"
#include "signer/cmd/status.h"
#include "signer/wire/json_out.h"

/* For programs: the shape is in stskey(1), and members are only added. */

struct report {
	const struct world *world;
	struct buf *out;
	bool named, any;
	enum rc rc;
	struct err *e;
};

static void
put_mfa(struct buf *out, const struct plan *p, const struct link *code)
{
	out_open(out, "mfa", '[');
	for (size_t i = 0; code != NULL && i < code->nmfa; i++) {
		out_open(out, NULL, '{');
		out_str(out, "serial", code->mfa[i].serial);
		out_str(out, "source", code->mfa[i].entry);
		out_bool(out, "same_device_as_key",
		    uri_same_device(p->key, code->mfa[i].entry));
		out_close(out, '}');
	}
	out_close(out, ']');
}

static void
put_link(struct buf *out, const struct plan *p, const struct link *l)
{
	struct status_link s = status_look(p, l);

	out_open(out, NULL, '{');
	out_str(out, "kind", l->kind == LINK_SESSION ? "session" : "role");
	out_str(out, "role_arn", l->role_arn);
	out_bool(out, "cached", s.left > 0);
	out_time(out, "expires", s.left > 0 ? s.until : 0);
	out_int(out, "seconds_left", s.left);
	out_int(out, "seconds_granted", s.granted);
	out_time(out, "last_used", s.used);
	out_close(out, '}');
}

static void
put_plan(struct buf *out, const struct plan *p)
{
	out_str(out, "key", p->key);
	out_str(out, "access_key_id", p->access_key_id);
	out_str(out, "held", held_by_uri(p->key));
	out_bool(out, "no_touch", held_no_touch(p->key));
	put_mfa(out, p, status_code_link(p));
	out_open(out, "sessions", '[');
	for (size_t i = 0; i < p->n; i++)
		put_link(out, p, &p->links[i]);
	out_close(out, ']');
}

static void
put_profile(void *ctx, const char *profile)
{
	struct report *r = ctx;
	AUTO_PLAN struct plan p = { 0 };
	enum rc rc = plan_make(&r->world->in, profile, &p, r->e);

	if (rc != RC_OK && r->named)
		r->rc = rc;
	/* Those of other tools are none of ours. */
	if (rc != RC_OK && (r->named || rc != RC_CONFIG))
		return;
	r->any = true;
	out_open(r->out, NULL, '{');
	out_str(r->out, "profile", profile);
	out_str(r->out, "error", rc != RC_OK ? r->e->msg : NULL);
	if (rc == RC_OK)
		put_plan(r->out, &p);
	out_close(r->out, '}');
}

enum rc
status_json(
    const struct world *w, const char *profile, struct buf *out, struct err *e)
{
	struct report r = {
		.world = w, .out = out, .named = profile != NULL, .e = e
	};

	out_open(out, NULL, '{');
	out_int(out, "version", 1);
	out_open(out, "profiles", '[');
	if (profile != NULL)
		put_profile(&r, profile);
	else
		world_profiles(w, put_profile, &r);
	out_close(out, ']');
	out_close(out, '}');
	buf_chr(out, '\n');
	return r.rc;
}

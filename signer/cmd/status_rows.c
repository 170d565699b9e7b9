/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/status_rows.h"

#include <string.h>

#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/base/text.h"
#include "signer/base/uri.h"
#include "signer/cmd/held.h"

enum { TEXT_MAX = 4096 };

struct filling {
	const struct world *world;
	struct rows *rows;
	bool named;
	enum rc rc;
	struct err *e;
};

static const char *
printable(struct filling *f, struct buf *b)
{
	char *s = pool_add(&f->rows->strings, buf_bytes(b));

	text_printable(s);
	return s;
}

/* The token's label, or the name of the sealed secret. */
static void
add_place(struct buf *b, const char *uri)
{
	struct bytes scheme = uri_scheme(uri);
	struct bytes name = uri_attribute(uri, "token");

	if (bytes_is(scheme, "oath"))
		name = uri_attribute(uri, "serial");
	if (bytes_is(scheme, "sealed")) {
		uri += scheme.len + 1;
		name = BYTES(uri, strcspn(uri, "?"));
	}
	buf_add(b, name.len > 0 ? name : scheme);
}

static const char *
key_of(struct filling *f, const struct plan *p)
{
	AUTO_BUF struct buf b = BUF_INIT(TEXT_MAX);

	add_place(&b, p->key);
	buf_fmt(&b, " (%s%s)", held_by_uri(p->key),
	    held_no_touch(p->key) ? ", NO TOUCH" : "");
	return printable(f, &b);
}

/* "dev-laptop (sealed)", of the first of them. */
static const char *
mfa_of(struct filling *f, const struct link *l, bool one_device)
{
	AUTO_BUF struct buf b = BUF_INIT(TEXT_MAX);
	const char *name, *entry;
	struct bytes how;

	if (l == NULL)
		return "-";
	entry = l->mfa[0].entry;
	name = strrchr(l->mfa[0].serial, '/');
	how = uri_scheme(entry);
	buf_str(&b, name != NULL ? name + 1 : l->mfa[0].serial);
	buf_str(&b, " (");
	buf_add(&b, how.len > 0 ? how : BYTES_STR(entry));
	buf_str(&b, one_device ? ", on the key's device)" : ")");
	if (l->nmfa > 1)
		buf_fmt(&b, " +%zu", l->nmfa - 1);
	return printable(f, &b);
}

static const char *
used_of(struct filling *f, int64_t used)
{
	int64_t age = clock_now() - used;

	if (used == 0)
		return "-";
	if (age < 120)
		return "just now";
	if (age < 3600)
		return pool_fmt(
		    &f->rows->strings, "%lld min ago", (long long)age / 60);
	if (age < 86400)
		return pool_fmt(
		    &f->rows->strings, "%lld h ago", (long long)age / 3600);
	return pool_fmt(
	    &f->rows->strings, "%lld d ago", (long long)age / 86400);
}

static void
fill(struct filling *f, struct row *r, const struct plan *p)
{
	const struct link *code = status_code_link(p);
	int64_t used = 0;

	for (size_t i = 0; code != NULL && i < code->nmfa; i++)
		r->one_device |= uri_same_device(p->key, code->mfa[i].entry);
	r->text[KEY] = key_of(f, p);
	r->text[MFA] = mfa_of(f, code, r->one_device);
	r->text[SESSION] = r->text[ROLE] = "-";
	for (size_t i = 0; i < p->n; i++) {
		enum column c =
		    p->links[i].kind == LINK_SESSION ? SESSION : ROLE;

		/* Of roles upon roles, the one that is served. */
		r->links[c] = status_look(p, &p->links[i]);
		r->text[c] = "none";
		r->has[c] = true;
		used = r->links[c].used;
	}
	r->text[USED] = used_of(f, used);
}

static void
add_row(void *ctx, const char *profile)
{
	struct filling *f = ctx;
	AUTO_PLAN struct plan p = { 0 };
	AUTO_BUF struct buf name = BUF_INIT(TEXT_MAX);
	struct rows *r = f->rows;
	struct row row = { 0 };
	enum rc rc = plan_make(&f->world->in, profile, &p, f->e);

	if (rc != RC_OK && f->named)
		f->rc = rc;
	/* Those of other tools are none of ours. */
	if (rc != RC_OK && (f->named || rc != RC_CONFIG))
		return;
	buf_str(&name, profile);
	row.text[PROFILE] = printable(f, &name);
	if (rc == RC_OK)
		fill(f, &row, &p);
	else
		row.wrong = pool_add(&r->strings, BYTES_STR(f->e->msg));
	r->at = mem_grow(r->at, r->n * sizeof(row), (r->n + 1) * sizeof(row));
	r->at[r->n++] = row;
}

void
rows_done(struct rows *r)
{
	mem_free(r->at);
	pool_done(&r->strings);
}

enum rc
rows_fill(
    const struct world *w, const char *profile, struct rows *ret, struct err *e)
{
	struct filling f = {
		.world = w, .rows = ret, .named = profile != NULL, .e = e
	};

	*ret = (struct rows){ 0 };
	if (profile != NULL)
		add_row(&f, profile);
	else
		world_profiles(w, add_row, &f);
	if (f.rc == RC_OK && ret->n == 0)
		return world_no_key(w, e);
	return f.rc;
}

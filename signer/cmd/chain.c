/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/chain.h"

#include <stdio.h>
#include <stdlib.h>

#include "signer/base/clock.h"
#include "signer/base/enc.h"
#include "signer/base/mem.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/make.h"
#include "signer/cmd/notify.h"
#include "signer/host/cache.h"
#include "signer/host/interrupt.h"
#include "signer/store/file.h"
#include "signer/store/lock.h"
#include "signer/store/path.h"

enum { MEANS_MAX = 64 * 1024, SOON_MS = 2000 };

/* One call of chain_obtain(), while it goes on. */
struct run {
	const struct plan *plan;
	const struct want *want;
	int64_t begun;
	uint64_t seen[PLAN_MAX_LINKS]; /* what was cached when a fresh one was
					* wanted: only another one will do */
	uint32_t means;
	struct crew crew;
	struct lock locks[PLAN_MAX_LINKS];
};

enum rc
chain_path(
    const struct plan *p, const struct link *l, char **ret, struct err *e)
{
	AUTO_MEM char *dir = NULL;
	enum rc rc;

	*ret = NULL;
	if (p->cache == CACHE_NONE)
		return RC_OK;
	rc = file_xdg(
	    p->cache == CACHE_RUNTIME ? XDG_RUNTIME : XDG_CACHE, &dir, e);
	if (rc == RC_OK)
		*ret = path_join(dir, l->cache_name);
	return rc;
}

static enum rc
read_entry(const struct run *r, size_t i, struct buf *text,
    struct cache_entry *ret, struct err *e)
{
	const struct link *l = &r->plan->links[i];
	AUTO_MEM char *path = NULL;
	enum rc rc = chain_path(r->plan, l, &path, e);

	if (rc != RC_OK)
		return rc;
	if (path == NULL)
		return err_set(e, RC_NOTFOUND, "the profile keeps no cache");
	return cache_read(path, l->cache_key, text, ret, e);
}

/* One flight serves all who want a fresh answer while it is under way. */
static void
remember(struct run *r)
{
	for (size_t i = 0; r->want->fresh && i < r->plan->n; i++) {
		AUTO_BUF struct buf text = BUF_INIT(0);
		struct cache_entry entry = { 0 };
		struct err ignored;

		if (read_entry(r, i, &text, &entry, &ignored) == RC_OK)
			r->seen[i] = enc_fnv1a(entry.answer);
	}
}

/* Of what was made since this call began, the moment since does not count. */
static bool
lasts(const struct run *r, const struct cache_entry *entry)
{
	return cache_left(entry, clock_now()) >= r->want->min_ttl ||
	       (entry->made >= r->begun &&
		   cache_left(entry, r->begun) >= r->want->min_ttl);
}

/* Whether an entry is as fresh as this link must be. */
static bool
does(const struct run *r, size_t i, const struct cache_entry *entry)
{
	int64_t left = cache_left(entry, clock_now());
	int64_t granted = cache_left(entry, entry->made);
	bool last = i == r->plan->n - 1;

	if (r->want->fresh && enc_fnv1a(entry->answer) == r->seen[i])
		return false;
	return left > 0 && left >= plan_min_left(granted) &&
	       (!last || lasts(r, entry));
}

static void
use(const struct run *r, size_t i, const struct cache_entry *entry)
{
	AUTO_MEM char *path = NULL;
	struct err ignored;

	if (chain_path(r->plan, &r->plan->links[i], &path, &ignored) == RC_OK &&
	    path != NULL)
		cache_use(path, entry);
}

/* "session of dev", for a step that is said. */
static void
say_link(const struct run *r, size_t i, const char *what)
{
	const struct link *l = &r->plan->links[i];

	if (l->kind == LINK_SESSION)
		term_step("session of '%s': %s", l->profile, what);
	else
		term_step("role %s: %s", l->role_arn, what);
}

static enum rc
lookup(const struct run *r, size_t i, struct grant *ret, struct err *e)
{
	AUTO_GRANT struct grant g = GRANT_INIT;
	struct cache_entry entry = { 0 };
	enum rc rc = read_entry(r, i, &g.text, &entry, e);

	if (rc != RC_OK)
		return rc;
	if (!does(r, i, &entry))
		return err_set(e, RC_NOTFOUND, "the cached session is too old");
	grant_move(ret, &g);
	ret->answer = entry.answer;
	ret->expires = entry.expires;
	ret->skew = entry.skew;
	use(r, i, &entry);
	say_link(r, i, "cached");
	return RC_OK;
}

/*
 * What else a refusal may hang on: where a PIN comes from, whether a person
 * could be asked and by which way, and how AWS is reached.  The same number is
 * the same means.
 */
static uint32_t
means(const struct run *r)
{
	const struct crew *c = &r->crew;
	const char *const all[] = { term_is_there() ? "terminal" : NULL,
		getenv("DISPLAY"), getenv("WAYLAND_DISPLAY"), c->pin_source,
		c->pin_source_default, c->pinentry, c->prompt, c->module,
		c->ca_bundle, c->retry_pin ? "retry" : NULL,
		getenv("HTTPS_PROXY"), getenv("https_proxy"),
		getenv("ALL_PROXY"), getenv("all_proxy"),
		getenv("SSL_CERT_FILE"), getenv("SSL_CERT_DIR") };
	AUTO_BUF struct buf text = BUF_INIT(MEANS_MAX);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_str(&text, all[i] != NULL ? all[i] : "");
		buf_chr(&text, '\n');
	}
	return (uint32_t)(enc_fnv1a(buf_bytes(&text)) >> 32);
}

static void
tell_holder(void *ctx, const struct lock_holder *who)
{
	struct run *r = ctx;
	char holder[LOCK_TEXT], text[LOCK_TEXT + 96];

	lock_text(who, holder);
	(void)snprintf(text, sizeof(text), "%.64s: waiting for %s",
	    r->plan->profile, holder);
	term_wait(&r->crew.term, text, 0);
}

static enum rc
take(struct run *r, size_t i, struct err *e)
{
	const struct lock_wait w = {
		.profile = r->plan->profile,
		.program = r->crew.caller,
		.means = r->means,
		.deadline_ms = r->crew.deadline_ms,
		.told = tell_holder,
		.cancelled = interrupt_caught,
		.ctx = r,
	};
	enum rc rc =
	    lock_take(&r->locks[i], r->plan->links[i].cache_name, &w, e);

	term_wait(&r->crew.term, "", 0);
	return rc;
}

/*
 * Locks from the role down until a link is fresh or needs no other: *first
 * is the first link to be made, n when none is.  *base is what signs it.
 */
static enum rc
descend(struct run *r, size_t *first, struct grant *base, struct err *e)
{
	const struct plan *p = r->plan;
	enum rc rc;

	for (size_t i = p->n; i-- > 0;) {
		*first = i + 1;
		rc = lookup(r, i, base, e);
		if (rc != RC_NOTFOUND)
			return rc;
		if ((rc = take(r, i, e)) != RC_OK)
			return rc;
		rc = lookup(r, i, base, e);
		if (rc != RC_NOTFOUND) {
			lock_done(&r->locks[i]);
			return rc;
		}
		*first = i;
		say_link(r, i, "not cached, or not for long enough");
		if (p->links[i].by_key)
			return RC_OK;
	}
	return RC_OK;
}

/* What was made goes to the cache; a cache that will not take it is said. */
static void
keep(const struct run *r, const struct link *l, const struct grant *g)
{
	AUTO_MEM char *path = NULL;
	struct cache_entry entry = {
		.expires = g->expires,
		.made = clock_now(),
		.skew = g->skew,
		.answer = g->answer,
	};
	struct err e;

	term_step("keeping it as %s", l->cache_name);
	if (chain_path(r->plan, l, &path, &e) != RC_OK ||
	    (path != NULL &&
		cache_write(path, l->cache_key, &entry, &e) != RC_OK))
		term_say("warning: the session was not kept: %s", e.msg);
	else if (path != NULL)
		notify_start(r->plan, l);
}

/* Makes the links from first upwards; *g holds the one below, then the last. */
static enum rc
ascend(struct run *r, size_t first, struct grant *g, struct err *e)
{
	const struct plan *p = r->plan;
	enum rc rc;

	for (size_t i = first; i < p->n; i++) {
		rc = make_link(&r->crew, p, &p->links[i], g, e);
		if (rc != RC_OK)
			return rc;
		keep(r, &p->links[i], g);
		lock_done(&r->locks[i]);
	}
	return RC_OK;
}

/* A touch, too, is waited for no longer than the whole may take. */
static bool
out_of_time(const struct run *r, enum rc rc)
{
	return rc == RC_TIMEOUT ||
	       clock_monotonic_ms() + SOON_MS >= r->crew.deadline_ms;
}

/*
 * Those who wait get what we got, unless a signal merely called us off, or
 * our own time was up: theirs may not be.
 */
static void
share(struct run *r, enum rc rc, const struct err *e)
{
	for (size_t i = 0; i < PLAN_MAX_LINKS; i++) {
		if (rc != RC_OK && !out_of_time(r, rc) &&
		    !interrupt_caught(NULL))
			lock_failed(&r->locks[i], rc, e);
		lock_done(&r->locks[i]);
	}
}

static void
begin(struct run *r)
{
	const struct plan *p = r->plan;

	for (size_t i = 0; i < PLAN_MAX_LINKS; i++)
		r->locks[i] = LOCK_INIT;
	r->crew = CREW_INIT;
	r->crew.term.aloud = r->want->aloud;
	crew_plan(&r->crew, p, r->want->pin_source, r->want->retry_pin);
	r->means = means(r);
	crew_begin(&r->crew, r->want->timeout_seconds);
}

/* STS may grant less than was asked for. */
static enum rc
check_left(const struct run *r, const struct grant *g, struct err *e)
{
	int64_t left = g->expires - g->skew - r->begun;

	if (left >= r->want->min_ttl)
		return RC_OK;
	return err_set(e, RC_DENIED,
	    "%s: STS granted %lld s, which is less than --min-ttl asks for; "
	    "ask for less, or raise what the account or role allows",
	    r->plan->profile, (long long)left);
}

static enum rc
make(struct run *r, struct grant *g, struct err *e)
{
	size_t first = r->plan->n;
	enum rc rc;

	begin(r);
	if ((rc = descend(r, &first, g, e)) == RC_OK &&
	    (rc = ascend(r, first, g, e)) == RC_OK)
		rc = check_left(r, g, e);
	share(r, rc, e);
	crew_done(&r->crew);
	return rc;
}

enum rc
chain_obtain(const struct plan *p, const struct want *w, struct grant *ret,
    struct err *e)
{
	AUTO_GRANT struct grant g = GRANT_INIT;
	struct run r = { .plan = p, .want = w, .begun = clock_now() };
	enum rc rc;

	remember(&r);
	rc = lookup(&r, p->n - 1, &g, e);
	if (rc == RC_NOTFOUND)
		rc = make(&r, &g, e);
	if (rc == RC_OK)
		grant_move(ret, &g);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/notify.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/enc.h"
#include "signer/base/harden.h"
#include "signer/base/mem.h"
#include "signer/cmd/chain.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/quote.h"
#include "signer/cmd/session.h"
#include "signer/host/cache.h"
#include "signer/host/detach.h"
#include "signer/host/term.h"
#include "signer/store/lock.h"
#include "signer/store/path.h"

enum {
	BEFORE = 900,       /* seconds before the end */
	SHORT = 2 * BEFORE, /* what lasts no longer is no news */
	RECENT = 3600,
	NAP = 60, /* a machine that slept finds out within so many seconds */
	PATIENCE_MS = 5000,
};

struct request {
	const char *profile;
	bool detach;
};

#define AT(member) offsetof(struct request, member)

const struct option notify_options[] = {
	{ OPTION_STR, "profile", AT(profile), "NAME",
	    "whose session (default: $AWS_PROFILE)" },
	{ OPTION_FLAG, "detach", AT(detach), "",
	    "wait in the background, and return at once" },
	{ 0 },
};

/* What is waited for the end of, as it was at first. */
struct vigil {
	const char *profile;
	struct cache_entry entry;
	uint64_t answer; /* which it was */
	bool begun;
	int watch; /* inotify(7) of what may end it early */
};

/* The session that a person is needed for: what the key itself signs. */
static const struct link *
link_of(const struct plan *p)
{
	const struct link *ret = &p->links[0];

	for (size_t i = 0; i < p->n; i++)
		if (p->links[i].by_key)
			ret = &p->links[i];
	return ret;
}

static bool
has_desktop(void)
{
	static const char *const signs[] = { "DBUS_SESSION_BUS_ADDRESS",
		"WAYLAND_DISPLAY", "DISPLAY" };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		const char *sign = getenv(signs[i]);

		if (sign != NULL && *sign != '\0')
			return true;
	}
	return false;
}

void
notify_start(const struct plan *p, const struct link *l)
{
	const char *const args[] = { "notify", "--profile", p->profile,
		"--detach", NULL };
	struct err e;

	if (!p->notify || l != link_of(p) || !has_desktop())
		return;
	term_step("leaving a process behind that tells of its end");
	if (detach_run(args, &e) != RC_OK)
		term_say("warning: nobody will tell of its end: %s", e.msg);
}

/* What the file says of itself; its secrets are wiped before this returns. */
static enum rc
look(const struct plan *p, struct cache_entry *ret, uint64_t *answer,
    struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(0);
	AUTO_MEM char *path = NULL;
	const struct link *l = link_of(p);
	enum rc rc = chain_path(p, l, &path, e);

	if (rc == RC_OK && path == NULL)
		return err_set(e, RC_NOTFOUND, "the profile keeps no cache");
	if (rc == RC_OK)
		rc = cache_read(path, l->cache_key, &text, ret, e);
	if (rc != RC_OK)
		return rc;
	*answer = enc_fnv1a(ret->answer);
	ret->answer = BYTES(NULL, 0);
	return RC_OK;
}

/* Folders, as files are replaced whole. */
static void
watch(const struct vigil *v, const char *file)
{
	AUTO_MEM char *dir = path_folder(file);

	(void)inotify_add_watch(v->watch, dir,
	    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
		IN_DELETE_SELF | IN_MOVE_SELF);
}

static void
watch_all(const struct vigil *v, const struct world *w, const struct plan *p)
{
	AUTO_MEM char *path = NULL;
	struct err ignored;

	if (chain_path(p, link_of(p), &path, &ignored) == RC_OK && path != NULL)
		watch(v, path);
	watch(v, w->config_path);
	if (w->defaults.path != NULL)
		watch(v, w->defaults.path);
}

/*
 * Whether it is still that session, and still to be told of: everything is
 * read anew.  *ret is then how it stands now.
 */
static bool
goes_on(struct vigil *v, struct cache_entry *ret)
{
	AUTO_WORLD struct world w = { 0 };
	AUTO_PLAN struct plan p = { 0 };
	struct err ignored;
	uint64_t answer = 0;

	if (world_load(&w, &ignored) != RC_OK ||
	    plan_make(&w.in, v->profile, &p, &ignored) != RC_OK || !p.notify)
		return false;
	/* Before it is looked at, so that no change is missed. */
	if (!v->begun)
		watch_all(v, &w, &p);
	if (look(&p, ret, &answer, &ignored) != RC_OK)
		return false;
	if (!v->begun) {
		v->entry = *ret;
		v->answer = answer;
	}
	v->begun = true;
	return answer == v->answer;
}

/* Until then, or something happens; never for longer than a nap. */
static void
nap(const struct vigil *v, int64_t seconds)
{
	struct pollfd pfd = { .fd = v->watch, .events = POLLIN };
	char events[512]; /* one with the longest of names at least */

	if (seconds > NAP)
		seconds = NAP;
	if (poll(&pfd, 1, (int)seconds * 1000) > 0)
		while (read(v->watch, events, sizeof(events)) > 0)
			continue;
}

/* This process becomes the one that shows it. */
static enum rc
show(const struct vigil *v, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	char when[WHEN_SIZE];
	const char *title;

	session_when(v->entry.expires - v->entry.skew, when);
	title = pool_fmt(
	    &p, "The AWS session of '%s' ends at %s", v->profile, when);
	harden_undo();
	(void)execlp("notify-send", "notify-send", "--app-name=stskey",
	    "--icon=dialog-password", "--", title,
	    pool_fmt(&p,
		"It was used in the last hour. `stskey login --fresh --profile "
		"%s` makes a new one now.",
		quote_word(&p, v->profile)),
	    (char *)NULL);
	return err_sys(e, "'notify-send' cannot be run; install libnotify-bin");
}

static enum rc
keep_vigil(struct vigil *v, struct err *e)
{
	struct cache_entry now = { 0 };

	while (goes_on(v, &now)) {
		int64_t left = cache_left(&now, clock_now());

		if (cache_left(&now, now.made) <= SHORT || left <= 0)
			break;
		if (left > BEFORE) {
			nap(v, left - BEFORE);
			continue;
		}
		if (clock_now() - now.used > RECENT)
			break;
		return show(v, e);
	}
	return RC_OK;
}

/* One for each entry: the one before it ends as its session was replaced. */
static enum rc
begin(const struct vigil *v, const struct plan *p, struct lock *ret,
    struct err *e)
{
	AUTO_BUF struct buf name = BUF_INIT(512);
	const struct lock_wait wait = {
		.profile = v->profile,
		.program = "stskey notify",
		.deadline_ms = clock_monotonic_ms() + PATIENCE_MS,
	};

	buf_str(&name, "notify-");
	buf_str(&name, link_of(p)->cache_name);
	return lock_take(ret, buf_cstr(&name), &wait, e);
}

static enum rc
run(struct vigil *v, struct err *e)
{
	AUTO_WORLD struct world w = { 0 };
	AUTO_PLAN struct plan p = { 0 };
	AUTO_LOCK struct lock lock = LOCK_INIT;
	enum rc rc;

	if ((rc = world_load(&w, e)) != RC_OK ||
	    (rc = plan_make(&w.in, v->profile, &p, e)) != RC_OK)
		return rc;
	if (!p.notify)
		return err_set(e, RC_CONFIG,
		    "profile '%s' wants no notice; write stskey_notify = "
		    "expiry",
		    v->profile);
	rc = begin(v, &p, &lock, e);
	if (rc == RC_TIMEOUT)
		return RC_OK; /* another does it */
	if (rc != RC_OK)
		return rc;
	/* No file system is kept busy by who waits for hours. */
	if (w.config_path[0] == '/')
		(void)!chdir("/");
	plan_done(&p);
	world_done(&w);
	return keep_vigil(v, e);
}

enum rc
cmd_notify(const struct verb *v, char **argv, struct err *e)
{
	struct request request = { 0 };
	AUTO_FD int watch_fd = -1;
	struct vigil vigil = { 0 };
	enum rc rc = option_parse(v, argv, &request, e);

	if (rc == RC_OK && request.detach)
		rc = detach_self(e);
	if (rc != RC_OK)
		return rc;
	watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	vigil.watch = watch_fd;
	vigil.profile = world_profile(request.profile);
	return run(&vigil, e);
}

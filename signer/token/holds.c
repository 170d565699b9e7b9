/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/holds.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "signer/store/lock.h"
#include "signer/token/name.h"

/* A plan has two factors, each with a URI and a login. */
enum { TOKENS_MAX = 8, LOCKS_MAX = 2 * TOKENS_MAX, MARGIN_MS = 500 };

struct held {
	struct lock lock;
	const char *name; /* of its file */
};

static struct {
	struct pool names;
	struct held device;
	struct pool device_name;
	struct held tokens[LOCKS_MAX];
	size_t ntokens;
} mine = { .device = { .lock = { .fd = -1 } } };

/*
 * "dev is waiting for terraform (pid 4711, profile dev, since 12:01:03),
 * which is stopped"
 */
static void
told(void *ctx, const struct lock_holder *who)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const struct state *s = ctx;
	char holder[LOCK_TEXT];

	lock_text(who, holder);
	state_say(s,
	    name_printable(
		&p, pool_fmt(&p, "%s: waiting for %s",
			s->profile != NULL ? s->profile : "stskey", holder)),
	    0);
}

static enum rc
take(struct state *s, const char *name, const char *what, struct lock *ret,
    struct err *e)
{
	struct lock_wait w = {
		.what = what,
		.profile = s->profile != NULL ? s->profile : "",
		.program = s->caller != NULL ? s->caller : "",
		/* So that its sentence comes before we are given up. */
		.deadline_ms = s->patience.deadline_ms - MARGIN_MS,
		.told = told,
		.cancelled = s->ask.cancelled,
		.ctx = s,
	};

	return lock_take(ret, name, &w, e);
}

enum rc
holds_device(struct state *s, const char *serial, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *name = name_file(&p, "mfa", serial);

	if (mine.device.lock.fd >= 0 && strcmp(mine.device.name, name) == 0)
		return RC_OK;
	/* The order is device, then tokens: never the other way round. */
	holds_release_tokens();
	lock_done(&mine.device.lock);
	mine.device.lock = LOCK_INIT;
	pool_done(&mine.device_name);
	mine.device.name = pool_add(&mine.device_name, BYTES_STR(name));
	return take(s, name, NULL, &mine.device.lock, e);
}

static bool
is_held(const char *name)
{
	for (size_t i = 0; i < mine.ntokens; i++)
		if (strcmp(mine.tokens[i].name, name) == 0)
			return true;
	return false;
}

static enum rc
take_token(struct state *s, const char *name, const char *what, struct err *e)
{
	struct held *h = &mine.tokens[mine.ntokens];
	enum rc rc;

	if (is_held(name))
		return RC_OK;
	if (mine.ntokens == LOCKS_MAX)
		return err_set(e, RC_CONFIG,
		    "one plan cannot use more than %d tokens", TOKENS_MAX);
	h->lock = LOCK_INIT;
	h->name = pool_add(&mine.names, BYTES_STR(name));
	rc = take(s, name, what, &h->lock, e);
	if (rc == RC_OK)
		mine.ntokens++;
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum rc
holds_tokens(struct state *s, const char *const *uris, size_t n, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *tokens[TOKENS_MAX] = { 0 };
	enum rc rc = RC_OK;

	if (n > TOKENS_MAX)
		return err_set(e, RC_CONFIG,
		    "one plan cannot use more than %d tokens", TOKENS_MAX);
	for (size_t i = 0; i < n; i++)
		tokens[i] = name_token(&p, uris[i]);
	qsort(tokens, n, sizeof(tokens[0]), by_name);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = take_token(s, name_file(&p, "token", tokens[i]), NULL, e);
	return rc;
}

enum rc
holds_token(struct state *s, const char *uri, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;

	return take_token(
	    s, name_file(&p, "token", name_token(&p, uri)), NULL, e);
}

static const char *
login_name(struct pool *p, const char *token, const char *serial)
{
	return name_file(
	    p, "login", pool_fmt(p, "%s;serial=%s", token, serial));
}

enum rc
holds_login(struct state *s, const char *token, const char *serial,
    bool *waited, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *what = name_printable(&p, pool_fmt(&p, "'%s'", token));
	size_t had = mine.ntokens;
	enum rc rc = take_token(s, login_name(&p, token, serial), what, e);

	*waited = mine.ntokens > had && mine.tokens[had].lock.waited;
	return rc;
}

void
holds_release_login(const char *token, const char *serial)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *name = login_name(&p, token, serial);

	for (size_t i = 0; i < mine.ntokens; i++) {
		if (strcmp(mine.tokens[i].name, name) != 0)
			continue;
		lock_done(&mine.tokens[i].lock);
		mine.tokens[i] = mine.tokens[--mine.ntokens];
		return;
	}
}

void
holds_release_tokens(void)
{
	while (mine.ntokens > 0)
		lock_done(&mine.tokens[--mine.ntokens].lock);
	pool_done(&mine.names);
}

void
holds_done(void)
{
	holds_release_tokens();
	lock_done(&mine.device.lock);
	mine.device.lock = LOCK_INIT;
	pool_done(&mine.device_name);
}

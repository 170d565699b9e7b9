/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/steps.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "signer/aws/totp.h"
#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/base/pool.h"
#include "signer/store/file.h"
#include "signer/token/name.h"

enum {
	AHEAD_MAX = 2, /* steps: a clock set back by a minute is waited out */
	LATELY = 30,   /* steps: a clock is not set right every minute */
	KEPT = 32,     /* steps on record */
	SKEW_MAX = 2 * 86400,
	RECORD_MAX = 2048,
};

/* What the file says. */
struct record {
	int64_t steps[KEPT]; /* the first is the last one handed out */
	size_t n;            /* never less again: a lower one may be gone */
	int64_t skew;
	bool damaged;
};

static const char head[] = "stskey step 1 ", more[] = "before";

static enum rc
path_of(struct pool *p, const char *serial, const char **ret, struct err *e)
{
	AUTO_MEM char *state = NULL;
	enum rc rc = file_xdg(XDG_STATE, &state, e);
	const char *folder;

	if (rc != RC_OK)
		return rc;
	folder = pool_fmt(p, "%s/step", state);
	rc = file_dir(folder, e);
	if (rc != RC_OK)
		return rc;
	*ret = pool_fmt(p, "%s/%s", folder, name_file(p, "mfa", serial));
	return RC_OK;
}

/* A decimal number and what ends it; *at goes past both. */
static bool
number(const char **at, int64_t most, const char *ends, int64_t *ret)
{
	char *end = NULL;
	long long v;

	if ((**at < '0' || **at > '9') && **at != '-')
		return false;
	v = strtoll(*at, &end, 10);
	if (*end == '\0' || strchr(ends, *end) == NULL || v > most || v < -most)
		return false;
	*at = end + 1;
	*ret = v;
	return true;
}

static bool
take_step(const char **at, const char *ends, struct record *r)
{
	int64_t step;

	if (r->n == KEPT ||
	    !number(at, INT64_MAX / TOTP_STEP_SECONDS, ends, &step) || step < 0)
		return false;
	r->steps[r->n++] = step;
	return true;
}

/* "before 57838921 57838919" and a newline, or nothing. */
static bool
parse_more(const char *at, struct record *r)
{
	if (*at == '\0')
		return true;
	if (strncmp(at, more, strlen(more)) != 0 || at[strlen(more)] != ' ')
		return false;
	for (at += strlen(more) + 1; at[-1] == ' ';)
		if (!take_step(&at, " \n", r))
			return false;
	return *at == '\0';
}

/* "stskey step 1 57838923 0 arn:…" and a newline; false: torn or foreign. */
static bool
parse(const char *text, const char *serial, struct record *ret)
{
	size_t n = strlen(serial);
	const char *at = text + strlen(head);
	struct record r = { 0 };

	if (strncmp(text, head, strlen(head)) != 0 ||
	    !take_step(&at, " ", &r) || !number(&at, SKEW_MAX, " ", &r.skew) ||
	    strncmp(at, serial, n) != 0 || at[n] != '\n' ||
	    !parse_more(at + n + 1, &r))
		return false;
	*ret = r;
	return true;
}

static enum rc
load(const char *path, const char *serial, struct record *ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);
	enum rc rc = file_read(path, FILE_OURS, &text, e);

	*ret = (struct record){ 0 };
	if (rc == RC_NOTFOUND)
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	ret->damaged = strlen(buf_cstr(&text)) != text.len ||
	               !parse(buf_cstr(&text), serial, ret);
	return RC_OK;
}

/* The highest up to that step; -1: there is none. */
static int64_t
highest(const struct record *r, int64_t up_to)
{
	int64_t ret = -1;

	for (size_t i = 0; i < r->n; i++)
		if (r->steps[i] <= up_to && r->steps[i] > ret)
			ret = r->steps[i];
	return ret;
}

/* What counts at that time; where it is waited for, what counts by then. */
static struct steps_last
last_of(const struct record *r, int64_t present)
{
	struct steps_last ret = {
		.step = r->damaged ? present : highest(r, present + AHEAD_MAX),
		.damaged = r->damaged,
	};
	int64_t next = ret.step;

	while (next >= present) {
		ret.step = next;
		next = highest(r, next + 1 + AHEAD_MAX);
		if (next == ret.step)
			break;
	}
	ret.doubtful = highest(r, INT64_MAX) > ret.step;
	return ret;
}

/*
 * The last one is still to come and the clock is not the service's, or so
 * many are to come that lower ones may have been given up.
 */
static bool
is_ahead(const struct record *r, int64_t present, bool corrected,
    const struct steps_last *last)
{
	if (r->n == 0)
		return false;
	return (!corrected && r->steps[0] > present + AHEAD_MAX) ||
	       (r->n == KEPT && last->step < 0);
}

enum rc
steps_read(const char *serial, int64_t present, bool corrected,
    struct steps_last *ret, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	char when[CLOCK_ISO_SIZE], now[CLOCK_ISO_SIZE];
	const char *path = NULL;
	struct record r = { 0 };
	enum rc rc = path_of(&p, serial, &path, e);

	if (rc == RC_OK)
		rc = load(path, serial, &r, e);
	if (rc != RC_OK)
		return rc;
	*ret = last_of(&r, present);
	if (!is_ahead(&r, present, corrected, ret))
		return RC_OK;
	clock_iso(totp_step_begins(r.steps[0]), when);
	clock_iso(totp_step_begins(present), now);
	return err_set(e, RC_CLOCK,
	    "the last code of '%s' was made for %s, but this clock says %s: "
	    "set the clock, or, if it was wrong then and is right now, remove "
	    "'%s'",
	    serial, when, now, path);
}

int64_t
steps_skew(const char *serial, int64_t now)
{
	AUTO_POOL struct pool p = POOL_INIT;
	int64_t present = totp_step(now), since;
	const char *path = NULL;
	struct record r = { 0 };
	struct err unsaid; /* steps_read() says it */

	if (path_of(&p, serial, &path, &unsaid) != RC_OK ||
	    load(path, serial, &r, &unsaid) != RC_OK || r.n == 0)
		return 0;
	since = totp_step(now + r.skew) - r.steps[0];
	if (since < -AHEAD_MAX ||
	    (since > LATELY && r.steps[0] <= present + AHEAD_MAX))
		return 0;
	return r.skew;
}

static enum rc
store(
    const char *path, const char *serial, const struct record *r, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);

	buf_fmt(&text, "%s%" PRId64 " %" PRId64 " %s\n", head, r->steps[0],
	    r->skew, serial);
	for (size_t i = 1; i < r->n; i++)
		buf_fmt(&text, "%s %" PRId64, i == 1 ? more : "", r->steps[i]);
	if (r->n > 1)
		buf_chr(&text, '\n');
	if (!buf_ok(&text))
		return err_set(e, RC_CONFIG,
		    "an MFA serial number of more than 1500 bytes");
	return file_replace(path, 0600, buf_bytes(&text), e);
}

static bool
has(const struct record *r, size_t from, int64_t step)
{
	for (size_t i = from; i < r->n; i++)
		if (r->steps[i] == step)
			return true;
	return false;
}

static size_t
lowest(const struct record *r)
{
	size_t ret = 0;

	for (size_t i = 1; i < r->n; i++)
		if (r->steps[i] < r->steps[ret])
			ret = i;
	return ret;
}

/* In front of the others; of too many the lowest goes. */
static void
put(struct record *r, int64_t step)
{
	size_t at = r->n < KEPT ? r->n++ : lowest(r);

	memmove(&r->steps[1], &r->steps[0], at * sizeof(r->steps[0]));
	r->steps[0] = step;
}

static enum rc
used_already(const char *serial, struct err *e)
{
	return err_set(e, RC_MFA,
	    "a code of '%s' was already used in this half minute; try again in "
	    "30 seconds",
	    serial);
}

enum rc
steps_check(const char *serial, int64_t step, const struct steps_last *last,
    struct err *e)
{
	return step > last->step ? RC_OK : used_already(serial, e);
}

enum rc
steps_reserve(const char *serial, int64_t step, int64_t skew,
    const struct steps_last *last, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *path = NULL;
	struct record r = { 0 };
	enum rc rc = steps_check(serial, step, last, e);

	if (rc == RC_OK)
		rc = path_of(&p, serial, &path, e);
	if (rc == RC_OK)
		rc = load(path, serial, &r, e);
	if (rc != RC_OK)
		return rc;
	/* A prompt may have lasted until a step that was still to come. */
	if (has(&r, 0, step) || (r.n == KEPT && step < r.steps[lowest(&r)]))
		return used_already(serial, e);
	put(&r, step);
	r.skew = skew;
	return store(path, serial, &r, e);
}

enum rc
steps_repair(const char *serial, int64_t step, struct err *e)
{
	static const struct steps_last none = { .step = -1 };

	return steps_reserve(serial, step, 0, &none, e);
}

/*
 * Not what an earlier release left there and was handed out before, nor what
 * may be next to one that was given up.
 */
static bool
can_release(const struct record *r, int64_t step)
{
	return r->n > 0 && step > 0 && r->steps[0] == step &&
	       !has(r, 1, step) && (r->n < KEPT || r->steps[lowest(r)] < step);
}

enum rc
steps_release(const char *serial, int64_t step, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *path = NULL;
	struct record r = { 0 };
	enum rc rc = path_of(&p, serial, &path, e);

	if (rc == RC_OK)
		rc = load(path, serial, &r, e);
	if (rc != RC_OK || !can_release(&r, step))
		return rc;
	/* The step before is past, whatever the record was. */
	r.steps[0] = step - 1;
	return store(path, serial, &r, e);
}

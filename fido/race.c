/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/race.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "fido/code.h"
#include "signer/base/clock.h"

enum {
	SLICE_MS = 100, /* how often it is looked whether we were called off */
	AGAIN_MS = 200, /* a key may miss a cancel that comes too early */
	SLACK_SECONDS = 2, /* our own end comes before that of libfido2 */
};

/* One for the process: only one race is run at a time. */
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool off;

struct runner {
	struct entrant *entrant;
	pthread_t thread;
	bool started, over;
};

struct race {
	struct runner at[DEVICES_MAX];
	size_t n;
};

static void
set_clock(void)
{
	pthread_condattr_t attr;

	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&changed, &attr);
	(void)pthread_condattr_destroy(&attr);
}

void
race_call_off(void)
{
	off = true;
	(void)pthread_once(&once, set_clock);
	(void)pthread_mutex_lock(&guard);
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&guard);
}

bool
race_is_off(const struct ask *ask)
{
	return off || ask->cancelled(ask->ctx);
}

void
race_reset(void)
{
	off = false;
}

/* With the guard held: until something changed, or at most so long. */
static void
wait_ms(int64_t ms)
{
	int64_t until = clock_monotonic_ms() + ms;
	struct timespec t = { .tv_sec = until / 1000,
		.tv_nsec = until % 1000 * 1000000 };

	(void)pthread_cond_timedwait(&changed, &guard, &t);
}

void
race_pause(int ms)
{
	(void)pthread_once(&once, set_clock);
	(void)pthread_mutex_lock(&guard);
	if (!off)
		wait_ms(ms);
	(void)pthread_mutex_unlock(&guard);
}

static void *
run(void *runner)
{
	struct runner *r = runner;
	int code = r->entrant->run(r->entrant->device, r->entrant->ctx);

	(void)pthread_mutex_lock(&guard);
	r->entrant->code = code;
	r->over = true;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&guard);
	return NULL;
}

/* No signal is for a thread of ours but the main one. */
static enum rc
start(struct race *race, struct entrant *at, struct err *e)
{
	struct runner *r = &race->at[race->n++];
	sigset_t all, before;

	*r = (struct runner){ .entrant = at };
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r->started = pthread_create(&r->thread, NULL, run, r) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r->started)
		return RC_OK;
	r->over = true;
	return err_set(e, RC_SYS,
	    "no thread can be started: end other programs, or raise the limit "
	    "('ulimit -u')");
}

static bool
is_decided(const struct race *race)
{
	bool all = true;

	for (size_t i = 0; i < race->n; i++) {
		if (race->at[i].over && race->at[i].entrant->code == FIDO_OK)
			return true;
		all = all && race->at[i].over;
	}
	return all;
}

/* With the guard held.  FIDO_OK: decided by the keys. */
static int
watch(const struct race *race, const struct ask *ask, int64_t deadline_ms)
{
	while (!is_decided(race)) {
		int64_t left = deadline_ms - clock_monotonic_ms();

		if (race_is_off(ask))
			return FIDO_ERR_KEEPALIVE_CANCEL;
		if (left <= 0)
			return FIDO_ERR_TIMEOUT;
		wait_ms(left < SLICE_MS ? left : SLICE_MS);
	}
	return FIDO_OK;
}

/* With the guard held: until nobody blinks any more. */
static void
call_off(const struct race *race)
{
	bool waiting = true;

	while (waiting) {
		waiting = false;
		for (size_t i = 0; i < race->n; i++) {
			if (race->at[i].over)
				continue;
			(void)fido_dev_cancel(race->at[i].entrant->device->dev);
			waiting = true;
		}
		if (waiting)
			wait_ms(AGAIN_MS);
	}
}

/* A key that was pulled out says less than one that refused a PIN. */
static size_t
telling(const struct race *race)
{
	size_t ret = 0;

	for (size_t i = 0; i < race->n; i++) {
		int code = race->at[i].entrant->code;

		if (code == FIDO_OK)
			return i;
		if (code_may_be_busy(race->at[ret].entrant->code))
			ret = i;
	}
	return ret;
}

int
race_seconds(const struct ask *ask)
{
	int64_t left = ask->left_ms(ask->ctx) / 1000;

	return left < ask->touch_seconds ? (int)left : ask->touch_seconds;
}

enum rc
race_run(struct entrant *at, size_t n, const struct ask *ask,
    struct race_end *ret, struct err *e)
{
	int seconds = race_seconds(ask);
	int64_t deadline_ms = clock_monotonic_ms() + (int64_t)seconds * 1000;
	struct race race = { 0 };
	enum rc rc = RC_OK;
	int ours = FIDO_ERR_KEEPALIVE_CANCEL;

	(void)pthread_once(&once, set_clock);
	(void)pthread_mutex_lock(&guard);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		device_allow(at[i].device, seconds + SLACK_SECONDS);
		rc = start(&race, &at[i], e);
	}
	if (rc == RC_OK)
		ours = watch(&race, ask, deadline_ms);
	call_off(&race);
	(void)pthread_mutex_unlock(&guard);
	for (size_t i = 0; i < race.n; i++)
		if (race.at[i].started)
			(void)pthread_join(race.at[i].thread, NULL);
	if (rc != RC_OK)
		return rc;
	ret->who = telling(&race);
	ret->code = at[ret->who].code;
	if (ours != FIDO_OK && ret->code != FIDO_OK)
		ret->code = ours;
	return RC_OK;
}

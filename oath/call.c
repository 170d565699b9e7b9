/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/call.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "signer/base/auto.h"
#include "signer/base/clock.h"
#include "signer/base/mem.h"

enum {
	SLICE_MS = 50,
	TOUCH_SECONDS = 15, /* a YubiKey's own; no program can set it */
	BUSY_MS = 500,      /* so long another program may have the card */
	TEXT_MAX = 256,
};

/* What the thread works on, which may outlive who waits for it. */
struct work {
	struct call call;
	const struct pcsc *pcsc;
	SCARDCONTEXT context;
	LONG rv;
	int done; /* eventfd(2) */
};

static LONG
transmit(struct work *w)
{
	struct call *c = &w->call;
	/* The library's own of these are data, which cannot come late. */
	const SCARD_IO_REQUEST how = { c->protocol, sizeof(how) };
	DWORD len = c->room;
	LONG rv = w->pcsc->transmit(
	    c->card, &how, c->out.p, c->out.len, NULL, c->in, &len);

	c->len = rv == SCARD_S_SUCCESS && len <= c->room ? len : 0;
	return rv;
}

static LONG
do_call(struct work *w)
{
	struct call *c = &w->call;

	if (c->kind == CALL_TRANSMIT)
		return transmit(w);
	if (c->kind == CALL_BEGIN)
		return w->pcsc->begin(c->card);
	return w->pcsc->connect(w->context, c->place, SCARD_SHARE_SHARED,
	    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &c->card, &c->protocol);
}

static void *
work(void *arg)
{
	struct work *w = arg;
	int64_t began_ms = clock_monotonic_ms();
	const uint64_t one = 1;

	w->rv = do_call(w);
	w->call.took_ms = clock_monotonic_ms() - began_ms;
	/* Of eight bytes it is written whole, or the reader is no more. */
	if (write(w->done, &one, sizeof(one)) < 0)
		return NULL;
	return NULL;
}

static void
tell_touch(const struct call *c, struct call_wait *w)
{
	const struct ask_touch what = {
		.device = c->reader, .why = w->why, .seconds = TOUCH_SECONDS
	};

	w->ask->touch(w->ask->ctx, &what);
	w->said = true;
}

/* Whoever was killed left it blinking, and nothing but time ends that. */
static void
tell_busy(const struct call *c, struct call_wait *w)
{
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text),
	    "another program has '%s'; if it blinks for one that is no more, "
	    "it stops by itself within %d seconds",
	    c->reader, TOUCH_SECONDS);
	w->ask->notice(w->ask->ctx, text);
	w->said = true;
}

/* Said as soon as it is to be said, and once. */
static void
tell(const struct call *c, struct call_wait *w, int64_t since_ms)
{
	if (w->said)
		return;
	if (c->kind != CALL_TRANSMIT && since_ms >= BUSY_MS)
		tell_busy(c, w);
	if (c->kind == CALL_TRANSMIT && w->touch && since_ms >= w->quiet_ms)
		tell_touch(c, w);
}

static void
tell_end(const struct call *c, const struct call_wait *w)
{
	if (w->said && c->kind != CALL_TRANSMIT)
		w->ask->notice(w->ask->ctx, NULL);
	else if (w->said)
		w->ask->touch(w->ask->ctx, NULL);
}

static enum rc
give_up(const struct call *c, struct call_wait *w, struct err *e)
{
	bool off = w->ask->cancelled(w->ask->ctx) || atomic_load(w->cancelled);

	if (off)
		return err_set(e, RC_CANCELLED,
		    "called off; '%s' stops waiting by itself", c->reader);
	if (w->ask->left_ms(w->ask->ctx) > 0)
		return RC_OK;
	return err_set(e, RC_TIMEOUT,
	    c->kind == CALL_TRANSMIT
		? "'%s' did not answer in the time allowed: if it blinks, "
		  "wait until it stops, then run it again"
		: "another program kept '%s' for all of the time allowed: end "
		  "it, then run it again",
	    c->reader);
}

static enum rc
wait(struct work *work, struct call_wait *w, struct err *e)
{
	int64_t began_ms = clock_monotonic_ms();
	struct pollfd pfd = { .fd = work->done, .events = POLLIN };
	enum rc rc = RC_OK;

	while (rc == RC_OK && poll(&pfd, 1, SLICE_MS) <= 0) {
		tell(&work->call, w, clock_monotonic_ms() - began_ms);
		rc = give_up(&work->call, w, e);
	}
	tell_end(&work->call, w);
	return rc;
}

static enum rc
start(struct work *w, pthread_t *ret, struct err *e)
{
	enum rc rc = pcsc_begin(&w->pcsc, &w->context, e);

	if (rc != RC_OK)
		return rc;
	w->done = eventfd(0, EFD_CLOEXEC);
	if (w->done < 0)
		return err_sys(e, "cannot make an event");
	if (pthread_create(ret, NULL, work, w) == 0)
		return RC_OK;
	(void)close(w->done);
	return err_sys(e, "cannot start a thread");
}

enum rc
call_run(struct call *c, struct call_wait *w, LONG *rv, struct err *e)
{
	struct work *work = mem_new(1, sizeof(*work));
	pthread_t thread = 0;
	enum rc rc;

	work->call = *c;
	w->said = false;
	rc = start(work, &thread, e);
	if (rc != RC_OK) {
		mem_free(work);
		return rc;
	}
	rc = wait(work, w, e);
	if (rc != RC_OK) {
		pcsc_abandon();
		(void)pthread_detach(thread);
		return rc;
	}
	(void)pthread_join(thread, NULL);
	(void)close(work->done);
	*c = work->call;
	*rv = work->rv;
	mem_free(work);
	return RC_OK;
}

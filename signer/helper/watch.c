/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/helper/watch.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "signer/base/buf.h"
#include "signer/base/fd.h"
#include "signer/base/mem.h"
#include "signer/wire/frame.h"
#include "signer/wire/message.h"

struct watch {
	int fd;
	struct inbox *inbox;
	void (*cancel)(void);
	pthread_mutex_t cancelling;
	bool greeted; /* a hello has come, so frames may be longer */
	bool closed;
};

/* No signal is for a thread of ours but the main one. */
static bool
start_thread(void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	pthread_t thread;
	bool started;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&thread, NULL, run, arg) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (started)
		(void)pthread_detach(thread);
	return started;
}

/* A thread of its own, since the cancel hook may hang in a module. */
static void *
give_up(void *unused)
{
	struct timespec grace = { .tv_nsec = WATCH_GRACE_MS * 1000000L };

	(void)unused;
	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &grace, NULL);
	_exit(RC_CANCELLED);
}

/* *cancelled: it said so. */
static enum rc
take_frame(struct watch *w, struct bytes frame, bool *cancelled, struct err *e)
{
	struct message *m = NULL;
	enum rc rc = message_decode(frame, &m, e);

	if (rc != RC_OK)
		return rc;
	if (message_is(m, "cancel")) {
		message_free(m);
		*cancelled = true;
		return RC_OK;
	}
	w->greeted = w->greeted || message_is(m, "hello");
	return inbox_put(w->inbox, m, e);
}

/* RC_OK: end-of-file or `cancel`. */
static enum rc
read_wire(struct watch *w, struct err *e)
{
	AUTO_BUF struct buf in = BUF_INIT(FRAME_HEAD + FRAME_MAX);
	bool over = false;
	struct bytes frame;
	enum rc rc;

	while (!over) {
		rc = frame_peek(buf_bytes(&in),
		    w->greeted ? FRAME_MAX : FRAME_MAX_BEFORE_HELLO, &frame, e);
		if (rc == RC_OK) {
			rc = take_frame(w, frame, &over, e);
			frame_drop(&in, frame);
		} else if (rc == RC_NOTFOUND) {
			rc = fd_read(w->fd, -1, &in, &over, e);
		}
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static void *
watch(void *watch)
{
	struct watch *w = watch;
	struct err e = { 0 };

	/* A thread is not free, and most processes end with nothing to do. */
	if (!inbox_end(w->inbox, read_wire(w, &e), &e))
		return give_up(NULL);
	if (!start_thread(give_up, NULL))
		_exit(RC_CANCELLED);
	(void)pthread_mutex_lock(&w->cancelling);
	if (!w->closed && w->cancel != NULL)
		w->cancel();
	(void)pthread_mutex_unlock(&w->cancelling);
	return NULL;
}

enum rc
watch_start(int fd, struct inbox *inbox, void (*cancel)(void),
    struct watch **ret, struct err *e)
{
	struct watch *w = mem_new(1, sizeof(*w));

	w->fd = fd;
	w->inbox = inbox;
	w->cancel = cancel;
	(void)pthread_mutex_init(&w->cancelling, NULL);
	*ret = w; /* never freed: the thread lives as long as the process */
	if (!start_thread(watch, w))
		return err_set(e, RC_SYS,
		    "no thread can be started: end other programs, or raise "
		    "the limit ('ulimit -u')");
	return RC_OK;
}

void
watch_close(struct watch *w)
{
	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->cancelling);
	w->closed = true;
	(void)pthread_mutex_unlock(&w->cancelling);
}

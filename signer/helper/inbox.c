/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/helper/inbox.h"

#include <pthread.h>

#include "signer/base/mem.h"

struct inbox {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct message *waiting[INBOX_MAX]; /* a ring */
	size_t first, n;
	bool ended, idle;
	enum rc rc; /* how it ended */
	struct err err;
};

struct inbox *
inbox_new(void)
{
	struct inbox *b = mem_new(1, sizeof(*b));

	(void)pthread_mutex_init(&b->lock, NULL);
	(void)pthread_cond_init(&b->changed, NULL);
	return b;
}

enum rc
inbox_put(struct inbox *b, struct message *m, struct err *e)
{
	bool full;

	(void)pthread_mutex_lock(&b->lock);
	full = b->n == INBOX_MAX;
	if (!full) {
		b->waiting[(b->first + b->n) % INBOX_MAX] = m;
		b->n++;
	}
	(void)pthread_cond_signal(&b->changed);
	(void)pthread_mutex_unlock(&b->lock);
	if (!full)
		return RC_OK;
	message_free(m);
	return err_set(e, RC_HELPER,
	    "more than %d requests were sent ahead on the wire", INBOX_MAX);
}

bool
inbox_end(struct inbox *b, enum rc rc, const struct err *e)
{
	bool working;

	(void)pthread_mutex_lock(&b->lock);
	b->ended = true;
	b->rc = rc;
	if (rc != RC_OK)
		b->err = *e;
	while (b->n > 0) {
		message_free(b->waiting[b->first]);
		b->first = (b->first + 1) % INBOX_MAX;
		b->n--;
	}
	working = !b->idle;
	(void)pthread_cond_signal(&b->changed);
	(void)pthread_mutex_unlock(&b->lock);
	return working;
}

bool
inbox_ended(struct inbox *b)
{
	bool ended;

	(void)pthread_mutex_lock(&b->lock);
	ended = b->ended;
	(void)pthread_mutex_unlock(&b->lock);
	return ended;
}

enum rc
inbox_take(struct inbox *b, struct message **ret, struct err *e)
{
	enum rc rc = RC_OK;

	(void)pthread_mutex_lock(&b->lock);
	b->idle = true;
	while (b->n == 0 && !b->ended)
		(void)pthread_cond_wait(&b->changed, &b->lock);
	if (b->ended) {
		*ret = NULL;
		rc = b->rc; /* and idle for good */
		if (rc != RC_OK)
			*e = b->err;
	} else {
		b->idle = false;
		*ret = b->waiting[b->first];
		b->first = (b->first + 1) % INBOX_MAX;
		b->n--;
	}
	(void)pthread_mutex_unlock(&b->lock);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/patience.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "signer/base/clock.h"

enum { SLICE_MS = 100 };

enum rc
patience_left(const struct patience *p, const char *what, struct err *e)
{
	if (p->cancelled != NULL && p->cancelled(p->ctx))
		return err_set(
		    e, RC_CANCELLED, "called off while waiting for %s", what);
	if (clock_monotonic_ms() >= p->deadline_ms)
		return err_set(e, RC_TIMEOUT,
		    "the time allowed was over while waiting for %s", what);
	return RC_OK;
}

int
patience_slice_ms(const struct patience *p)
{
	int64_t left = p->deadline_ms - clock_monotonic_ms();

	if (left < 0)
		return 0;
	return left < SLICE_MS ? (int)left : SLICE_MS;
}

enum rc
patience_pause(
    const struct patience *p, int ms, const char *what, struct err *e)
{
	int64_t until_ms = clock_monotonic_ms() + ms;
	enum rc rc;

	while ((rc = patience_left(p, what, e)) == RC_OK &&
	       clock_monotonic_ms() < until_ms)
		(void)poll(NULL, 0, patience_slice_ms(p));
	return rc;
}

enum rc
patience_readable(
    const struct patience *p, int fd, const char *what, struct err *e)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	for (;;) {
		enum rc rc = patience_left(p, what, e);
		int n;

		if (rc != RC_OK)
			return rc;
		n = poll(&pfd, 1, patience_slice_ms(p));
		if (n > 0)
			return RC_OK;
		if (n < 0 && errno != EINTR)
			return err_sys(e, "waiting for %s", what);
	}
}

enum rc
patience_until(
    const struct patience *p, time_t when, const char *what, struct err *e)
{
	while (clock_now() < when) {
		enum rc rc = patience_left(p, what, e);
		struct timespec now = { 0 };
		int ms = patience_slice_ms(p), left;

		if (rc != RC_OK)
			return rc;
		/* Not a tenth of a second too late either. */
		(void)clock_gettime(CLOCK_REALTIME, &now);
		left = (int)(1000 - now.tv_nsec / 1000000);
		if (now.tv_sec + 1 == when && left < ms)
			ms = left;
		(void)poll(NULL, 0, ms);
	}
	return RC_OK;
}

/* One read(2); *end when there is no more to be had. */
static enum rc
take_some(const struct intake *from, struct secret *s, size_t *len, bool *end,
    struct err *e)
{
	size_t room = from->line ? 1 : s->len - *len;
	ssize_t n = read(from->fd, s->p + *len, room);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN
		           ? RC_OK
		           : err_sys(e, "cannot read %s", from->what);
	*len += (size_t)n;
	*end = n == 0 || (from->line && s->p[*len - 1] == '\n');
	return RC_OK;
}

enum rc
patience_read(const struct patience *p, const struct intake *from,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret s = { 0 };
	size_t len = 0;
	bool end = false;

	secret_new(&s, from->max + 1);
	while (!end) {
		enum rc rc = patience_readable(p, from->fd, from->what, e);

		if (rc == RC_OK)
			rc = take_some(from, &s, &len, &end, e);
		if (rc != RC_OK)
			return rc;
		if (len > from->max)
			return err_set(e, RC_FORMAT,
			    "%s is longer than %zu bytes", from->what,
			    from->max);
	}
	secret_cut(&s, len);
	secret_move(ret, &s);
	return RC_OK;
}

void
patience_trim(struct secret *s)
{
	size_t n = s->len;

	while (n > 0 && (s->p[n - 1] == '\n' || s->p[n - 1] == '\r'))
		n--;
	secret_cut(s, n);
}

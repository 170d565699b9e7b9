/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/fd.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "signer/base/clock.h"

enum { CHUNK = 16 * 1024 };

static int
ms_until(int64_t deadline_ms)
{
	int64_t left;

	if (deadline_ms < 0)
		return -1;
	left = deadline_ms - clock_monotonic_ms();
	if (left < 0)
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

/* False: errno says why, ETIMEDOUT when the deadline (< 0: none) is over. */
static bool
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n, left;

	do {
		left = ms_until(deadline_ms);
		n = poll(&p, 1, left);
	} while ((n < 0 && errno == EINTR) || (n == 0 && left > 0));
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0;
}

/* send(2) can leave SIGPIPE out; a pipe or a file knows only write(2). */
static ssize_t
put(int fd, struct bytes s)
{
	ssize_t n = send(fd, s.p, s.len, MSG_NOSIGNAL);

	return n < 0 && errno == ENOTSOCK ? write(fd, s.p, s.len) : n;
}

enum rc
fd_write(int fd, struct bytes s, struct err *e)
{
	while (s.len > 0) {
		ssize_t n = put(fd, s);

		if (n >= 0) {
			s.p += n;
			s.len -= (size_t)n;
			continue;
		}
		if (errno == EINTR ||
		    (errno == EAGAIN && wait_for(fd, POLLOUT, -1)))
			continue;
		return err_sys(e, "writing to descriptor %d", fd);
	}
	return RC_OK;
}

static ssize_t
get(int fd, uint8_t *at, size_t n, int64_t deadline_ms)
{
	for (;;) {
		ssize_t got;

		if (deadline_ms >= 0 && !wait_for(fd, POLLIN, deadline_ms))
			return -1;
		got = read(fd, at, n);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
		if (errno == EAGAIN && !wait_for(fd, POLLIN, deadline_ms))
			return -1;
	}
}

enum rc
fd_read(int fd, int64_t deadline_ms, struct buf *ret, bool *eof, struct err *e)
{
	size_t start = ret->len, left = ret->max - ret->len;
	size_t room = left < CHUNK ? left : CHUNK;
	uint8_t *at;
	ssize_t n;

	if (left == 0)
		return err_set(
		    e, RC_FORMAT, "more than %zu bytes were sent", ret->max);
	at = buf_room(ret, room);
	n = get(fd, at, room, deadline_ms);
	/* A process that ends with bytes unread resets a Unix socket. */
	if (n < 0 && errno == ECONNRESET)
		n = 0;
	ret->len = start + (n > 0 ? (size_t)n : 0);
	if (n < 0 && errno == ETIMEDOUT)
		return err_set(e, RC_TIMEOUT, "nothing came in time");
	if (n < 0)
		return err_sys(e, "reading from descriptor %d", fd);
	*eof = n == 0;
	return RC_OK;
}

/* A kernel or a sandbox without pidfd_open(2) is asked every millisecond. */
void
fd_wait_exit(pid_t pid, int64_t deadline_ms)
{
	AUTO_FD int fd = pidfd_open(pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ms = fd >= 0 ? ms_until(deadline_ms) : 1;

	(void)poll(&p, 1, ms > 0 ? ms : 1);
}

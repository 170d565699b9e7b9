/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded: the wall clock is ahead of the machine's by what the file of
 * STSKEY_TEST_CLOCK says, and waiting for nothing but time is what moves it.
 * Every process that has the file, and the loopback, live in that time.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MOVE_MS = 1000, NAP_MS = 1 };

struct ahead {
	_Atomic int64_t ms;
	_Atomic int64_t stands; /* 1: waiting is in vain */
	_Atomic int64_t waits;  /* how often somebody waited */
};

static void
real(const char *name, void *ret)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol == NULL)
		abort();
	memcpy(ret, &symbol, sizeof(symbol));
}

static struct ahead *
ahead(void)
{
	static struct ahead none, *_Atomic mapped;
	const char *path = getenv("STSKEY_TEST_CLOCK");
	void *p;
	int fd;

	if (mapped != NULL)
		return mapped;
	mapped = &none;
	fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return mapped;
	p = mmap(NULL, sizeof(none), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (p != MAP_FAILED)
		mapped = p;
	return mapped;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's own
 * names are reserved. */
int
clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	static int (*next)(clockid_t, struct timespec *);
	int64_t ms;
	int failed;

	if (next == NULL)
		real("clock_gettime", &next);
	failed = next(clock_id, tp);
	if (failed != 0 || clock_id != CLOCK_REALTIME)
		return failed;
	ms = ahead()->ms + tp->tv_nsec / 1000000;
	tp->tv_sec += ms / 1000;
	tp->tv_nsec = ms % 1000 * 1000000 + tp->tv_nsec % 1000000;
	return 0;
}

time_t
time(time_t *timer)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (timer != NULL)
		*timer = now.tv_sec;
	return now.tv_sec;
}

int
poll(struct pollfd *fds, nfds_t nfds, int timeout)
{
	static int (*next)(struct pollfd *, nfds_t, int);
	struct ahead *a = ahead();

	if (next == NULL)
		real("poll", &next);
	if (nfds > 0 || timeout <= 0)
		return next(fds, nfds, timeout);
	a->waits++;
	if (a->stands != 0)
		return next(NULL, 0, timeout);
	a->ms += MOVE_MS;
	return next(NULL, 0, NAP_MS);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

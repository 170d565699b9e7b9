/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded: what changes files is counted, in the file of STSKEY_TEST_DIE,
 * for all processes together, and when its turn comes nothing more happens:
 * the whole process group is killed, as in a power cut.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct count {
	_Atomic int64_t done;
	_Atomic int64_t last; /* the one that is not done any more; 0: none */
};

static void
real(const char *name, void *ret)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol == NULL)
		abort();
	memcpy(ret, &symbol, sizeof(symbol));
}

static struct count *
count(void)
{
	static struct count none, *_Atomic mapped;
	const char *path = getenv("STSKEY_TEST_DIE");
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

static void
next(void)
{
	struct count *c = count();
	int64_t n = ++c->done;

	if (n != c->last)
		return;
	(void)kill(0, SIGKILL);
	for (;;)
		(void)pause();
}

int
rename(const char *old, const char *new)
{
	int (*f)(const char *, const char *);

	next();
	real("rename", &f);
	return f(old, new);
}

int
unlink(const char *name)
{
	int (*f)(const char *);

	next();
	real("unlink", &f);
	return f(name);
}

int
fsync(int fd)
{
	int (*f)(int);

	next();
	real("fsync", &f);
	return f(fd);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "signer/base/err.h"

static size_t
page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void
fatal(const char *say)
{
	if (write(STDERR_FILENO, say, strlen(say)) < 0)
		_exit(RC_NO_MEMORY);
	_exit(RC_NO_MEMORY);
}

static void
lock(void *p, size_t len)
{
	static bool said;
	static const char say[] =
	    "stskey: warning: mlock(2) was refused, so secrets may reach swap; "
	    "raise RLIMIT_MEMLOCK (ulimit -l)\n";

	if (mlock(p, len) == 0 || said)
		return;
	said = true;
	(void)!write(STDERR_FILENO, say, sizeof(say) - 1);
}

/* A guard page, cap bytes, a guard page. */
static uint8_t *
map(size_t cap)
{
	uint8_t *p = mmap(NULL, cap + 2 * page(), PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + page(), cap, PROT_READ | PROT_WRITE) != 0)
		fatal("stskey: out of memory for a secret\n");
	p += page();
	(void)madvise(p, cap, MADV_DONTDUMP);
	(void)madvise(p, cap, MADV_WIPEONFORK);
	lock(p, cap);
	return p;
}

void
secret_new(struct secret *s, size_t len)
{
	if (len > (size_t)1 << 20)
		fatal("stskey: a secret of more than 1 MiB was asked for\n");
	secret_done(s);
	s->cap = (len / page() + 1) * page();
	s->p = map(s->cap);
	s->len = len;
}

void
secret_set(struct secret *s, struct bytes from)
{
	struct secret fresh = { 0 };

	secret_new(&fresh, from.len);
	if (from.len > 0)
		memcpy(fresh.p, from.p, from.len);
	secret_done(s); /* only now: from may be a part of s */
	*s = fresh;
}

void
secret_cut(struct secret *s, size_t len)
{
	if (len >= s->len)
		return;
	explicit_bzero(s->p + len, s->len - len);
	s->len = len;
}

struct bytes
secret_bytes(const struct secret *s)
{
	return (struct bytes){ s->p, s->len };
}

bool
secret_eq(const struct secret *a, struct bytes b)
{
	volatile uint8_t differ = 0;

	if (a->len != b.len)
		return false;
	for (size_t i = 0; i < b.len; i++)
		differ |= (uint8_t)(a->p[i] ^ b.p[i]);
	return differ == 0;
}

void
secret_move(struct secret *to, struct secret *from)
{
	secret_done(to);
	*to = *from;
	*from = (struct secret){ 0 };
}

void
secret_done(struct secret *s)
{
	if (s->p != NULL) {
		explicit_bzero(s->p, s->cap);
		(void)munmap(s->p - page(), s->cap + 2 * page());
	}
	*s = (struct secret){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/secret.h"

#include "signer/base/err.h"
#include "tests/child.h"

enum { NOBODY = 65534 };

static size_t
page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void
test_new(void)
{
	AUTO_SECRET struct secret s = { 0 };
	const uint8_t *first;

	secret_new(&s, 0);
	CHECK(s.p != NULL);
	CHECK_EQ(s.len, 0);
	secret_new(&s, page());
	CHECK_EQ(s.len, page());
	CHECK_EQ(s.cap % page(), 0);
	CHECK(s.cap >= s.len);
	for (size_t i = 0; i < s.cap; i++)
		CHECK_EQ(s.p[i], 0);
	memset(s.p, 'x', s.len);
	first = s.p;
	secret_new(&s, 1); /* the old one is gone, and nothing of it here */
	CHECK(first != NULL);
	CHECK_EQ(s.len, 1);
	for (size_t i = 0; i < s.cap; i++)
		CHECK_EQ(s.p[i], 0);
	secret_done(&s);
	CHECK(s.p == NULL);
	CHECK_EQ(s.len, 0);
	secret_done(&s); /* twice is fine */
}

static void
test_set_and_cut(void)
{
	AUTO_SECRET struct secret s = { 0 };

	secret_set(&s, BYTES_STR("0123456789"));
	CHECK_MEM(secret_bytes(&s), "0123456789");
	secret_set(&s, BYTES(s.p + 2, 5)); /* a part of itself */
	CHECK_MEM(secret_bytes(&s), "23456");
	secret_cut(&s, 9); /* never longer */
	CHECK_EQ(s.len, 5);
	secret_cut(&s, 2);
	CHECK_MEM(secret_bytes(&s), "23");
	for (size_t i = 2; i < s.cap; i++)
		CHECK_EQ(s.p[i], 0);
	secret_set(&s, BYTES(NULL, 0));
	CHECK(s.p != NULL);
	CHECK_EQ(s.len, 0);
}

static void
test_eq(void)
{
	AUTO_SECRET struct secret s = { 0 };

	CHECK(secret_eq(&s, BYTES(NULL, 0)));
	secret_set(&s, BYTES_STR("abc"));
	CHECK(secret_eq(&s, BYTES_STR("abc")));
	CHECK(!secret_eq(&s, BYTES_STR("abd")));
	CHECK(!secret_eq(&s, BYTES_STR("bbc")));
	CHECK(!secret_eq(&s, BYTES_STR("ab")));
	CHECK(!secret_eq(&s, BYTES_STR("abcd")));
	CHECK(!secret_eq(&s, BYTES("abc\0", 4)));
}

static void
test_move(void)
{
	AUTO_SECRET struct secret from = { 0 };
	AUTO_SECRET struct secret to = { 0 };
	const uint8_t *place;

	secret_set(&from, BYTES_STR("abc"));
	secret_set(&to, BYTES_STR("old"));
	place = from.p;
	secret_move(&to, &from);
	CHECK(to.p == place);
	CHECK_MEM(secret_bytes(&to), "abc");
	CHECK(from.p == NULL);
	CHECK_EQ(from.len, 0);
}

static void
read_at(void *ctx)
{
	volatile const uint8_t *p = ctx;

	_exit(*p == 0 ? 0 : 1);
}

/* One byte before and one behind: no access.  Nor to what is done with. */
static void
test_guard_pages(void)
{
	struct secret s = { 0 };
	struct child c;
	uint8_t *place;

	secret_set(&s, BYTES_STR("abc"));
	place = s.p;
	c = child_run(read_at, place);
	CHECK_EXIT(c, 0);
	c = child_run(read_at, place - 1);
	CHECK_SIGNAL(c, SIGSEGV);
	c = child_run(read_at, place - page());
	CHECK_SIGNAL(c, SIGSEGV);
	c = child_run(read_at, place + s.cap);
	CHECK_SIGNAL(c, SIGSEGV);
	c = child_run(read_at, place + s.cap + page() - 1);
	CHECK_SIGNAL(c, SIGSEGV);
	secret_done(&s);
	c = child_run(read_at, place);
	CHECK_SIGNAL(c, SIGSEGV);
}

/* What a forked child finds in place of the secret: zeros. */
static void
find_nothing(void *ctx)
{
	const struct secret *s = ctx;

	for (size_t i = 0; i < s->cap; i++)
		if (s->p[i] != 0)
			_exit(1);
	_exit(s->p[0] == 0 ? 7 : 1);
}

static void
test_fork(void)
{
	AUTO_SECRET struct secret s = { 0 };
	struct child c;

	secret_set(&s, BYTES_STR("abc"));
	c = child_run(find_nothing, &s);
	CHECK_EXIT(c, 7);
	CHECK_MEM(secret_bytes(&s), "abc");
}

/* The VmFlags of the mapping that starts at p, as smaps has them. */
static void
flags_of(const void *p, char *ret, size_t size)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	char line[512], start[32];
	bool here = false;

	CHECK(maps != NULL);
	(void)snprintf(start, sizeof(start), "%lx-", (unsigned long)p);
	ret[0] = '\0';
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (strstr(line, "VmFlags:") == NULL) {
			here = here || strncmp(line, start, strlen(start)) == 0;
			continue;
		}
		if (here)
			(void)snprintf(ret, size, "%s", line);
		here = false;
	}
	(void)fclose(maps);
}

static long
locked_kib(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[512];
	long kib = -1;

	CHECK(status != NULL);
	while (fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "VmLck:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	(void)fclose(status);
	return kib;
}

/* lo: locked, dd: not in a core dump, wf: wiped on fork (proc(5)). */
static void
test_kernel_flags(void)
{
	long before = locked_kib();
	AUTO_SECRET struct secret s = { 0 };
	char flags[512], plain[512];
	char *other = malloc(page() * 64); /* big: a mapping of its own */

	secret_new(&s, 3);
	flags_of(s.p, flags, sizeof(flags));
	CHECK(strstr(flags, " dd") != NULL);
	CHECK(strstr(flags, " wf") != NULL);
	CHECK(SANITIZED || strstr(flags, " lo") != NULL);
	CHECK(SANITIZED || locked_kib() == before + (long)(s.cap / 1024));
	/* The reader of flags can tell: nothing of that on other memory. */
	flags_of(
	    other - ((uintptr_t)other & (page() - 1)), plain, sizeof(plain));
	CHECK(strstr(plain, " dd") == NULL && strstr(plain, " wf") == NULL);
	free(other);
	secret_done(&s);
	CHECK(SANITIZED || locked_kib() == before);
}

static void
without_locking(void *ctx)
{
	static const struct rlimit none = { 0, 0 };
	struct secret a = { 0 }, b = { 0 };

	(void)ctx;
	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 ||
	    (getuid() == 0 && setuid(NOBODY) != 0))
		_exit(99);
	secret_set(&a, BYTES_STR("abc"));
	secret_set(&b, BYTES_STR("def"));
	_exit(secret_eq(&a, BYTES_STR("abc")) && secret_eq(&b, BYTES_STR("def"))
		  ? 0
		  : 1);
}

/* Refused mlock(2): said once, and everything works. */
static void
test_no_locking(void)
{
	struct child c = child_run(without_locking, NULL);

	CHECK_EXIT(c, 0);
	if (SANITIZED)
		return;
	CHECK(strncmp(c.said, "stskey: warning: mlock(2)", 25) == 0);
	CHECK(strchr(c.said, '\n') == c.said + strlen(c.said) - 1);
}

static void
ask_too_much(void *ctx)
{
	struct secret s = { 0 };

	(void)ctx;
	secret_new(&s, ((size_t)1 << 20) + 1);
}

static void
test_too_much(void)
{
	struct child c = child_run(ask_too_much, NULL);

	CHECK_EXIT(c, RC_NO_MEMORY);
	CHECK(strncmp(c.said, "stskey: a secret of more", 24) == 0);
}

int
main(void)
{
	test_new();
	test_set_and_cut();
	test_eq();
	test_move();
	test_guard_pages();
	test_fork();
	test_kernel_flags();
	test_no_locking();
	test_too_much();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/err.h"
#include "tests/child.h"

static void
test_new(void)
{
	AUTO_MEM char *p = mem_new(7, 11);

	for (size_t i = 0; i < 77; i++)
		CHECK_EQ(p[i], 0);
	mem_free(p);
	p = mem_new(0, 11);
	CHECK(p != NULL);
	mem_free(p);
	p = mem_new(11, 0);
	CHECK(p != NULL);
}

static void
test_strings(void)
{
	AUTO_MEM char *a = mem_str("text");
	AUTO_MEM char *b = mem_strn("text", 2);
	AUTO_MEM char *c = mem_strn(NULL, 0);
	AUTO_MEM char *d = mem_strn("a\0b", 3);

	CHECK(strcmp(a, "text") == 0);
	CHECK(strcmp(b, "te") == 0);
	CHECK(strcmp(c, "") == 0);
	CHECK(memcmp(d, "a\0b\0", 4) == 0);
}

static void
test_grow(void)
{
	AUTO_MEM char *p = mem_grow(NULL, 0, 4);

	memcpy(p, "abc", 4);
	p = mem_grow(p, 4, 4000);
	CHECK(strcmp(p, "abc") == 0);
	p = mem_grow(p, 4000, 2); /* shorter keeps what fits */
	CHECK(memcmp(p, "ab", 2) == 0);
	p = mem_grow(p, 2, 0);
	CHECK(p != NULL);
}

static void
test_take(void)
{
	AUTO_MEM char *p = mem_str("text");
	char *q = TAKE(p);

	CHECK(p == NULL);
	CHECK(strcmp(q, "text") == 0);
	mem_free(q);
	mem_free(NULL);
}

static void
ask_too_much(void *ctx)
{
	(void)ctx;
	mem_free(mem_new(1, SIZE_MAX / 4));
}

/* n * size is more than there are numbers: not a small block. */
static void
overflow(void *ctx)
{
	(void)ctx;
	mem_free(mem_new(SIZE_MAX / 2 + 2, 2));
}

static void
grow_too_much(void *ctx)
{
	(void)ctx;
	mem_free(mem_grow(NULL, 0, SIZE_MAX / 4));
}

static void
test_no_memory(void)
{
	static void (*const acts[])(
	    void *) = { ask_too_much, overflow, grow_too_much };

	for (size_t i = 0; !SANITIZED && i < 3; i++) {
		struct child c = child_run(acts[i], NULL);

		CHECK_EXIT(c, RC_NO_MEMORY);
		CHECK(strcmp(c.said, "stskey: out of memory\n") == 0);
	}
}

#if !SANITIZED
/* The free(3) of this program, which looks at what it is given first. */
static const char *watched;
static bool wiped;

void real_free(void *p) __asm__("__libc_free"); /* glibc's */
void watching_free(void *p) __asm__("free");

void
watching_free(void *p)
{
	if (p != NULL && p == watched) {
		wiped = true;
		for (size_t i = 0; i < 32; i++)
			wiped = wiped && watched[i] == 0;
		watched = NULL;
	}
	real_free(p);
}

static char *
watch(void)
{
	char *p = mem_new(1, 32);

	memset(p, 'x', 32);
	watched = p;
	wiped = false;
	return p;
}

static void
test_wiped(void)
{
	char *p = watch();

	free(p); /* the watch itself works: this one is not wiped */
	CHECK(watched == NULL && !wiped);
	mem_free(watch());
	CHECK(watched == NULL && wiped);
	p = mem_grow(watch(), 32, 4000);
	CHECK(watched == NULL && wiped);
	mem_free(p);
}
#else
static void
test_wiped(void)
{
	(void)puts("not looked at under the sanitizer: wiping");
}
#endif

int
main(void)
{
	test_new();
	test_strings();
	test_grow();
	test_take();
	test_no_memory();
	test_wiped();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A test is a program: the first failed check prints and exits 1. */

#define CHECK(cond) check_at(__FILE__, __LINE__, (cond), #cond)
#define CHECK_EQ(a, b) check_eq_at(__FILE__, __LINE__, #a, (long)(a), (long)(b))
#define CHECK_MEM(buf, want) \
	check_mem_at(__FILE__, __LINE__, (buf).p, (buf).len, (want))

enum { SKIP = 77 }; /* ctest SKIP_RETURN_CODE */

static inline void
check_at(const char *file, int line, int ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "%s:%d: %s\n", file, line, what);
	exit(1);
}

static inline void
check_eq_at(const char *file, int line, const char *what, long got, long want)
{
	if (got == want)
		return;
	(void)fprintf(stderr, "%s:%d: %s is %ld, want %ld\n", file, line, what,
	    got, want);
	exit(1);
}

static inline void
check_mem_at(
    const char *file, int line, const void *got, size_t len, const char *want)
{
	if (len == strlen(want) && (len == 0 || memcmp(got, want, len) == 0))
		return;
	(void)fprintf(stderr, "%s:%d:\n got [%.*s]\nwant [%s]\n", file, line,
	    (int)len, (const char *)got, want);
	exit(1);
}

#endif

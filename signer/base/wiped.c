/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/wiped.h"

#include <malloc.h>
#include <stdint.h>
#include <string.h>

#include "signer/base/mem.h"

enum { WIPED_STACK = 64 * 1024 };

void *
wiped_malloc(size_t n)
{
	return mem_grow(NULL, 0, n);
}

void *
wiped_calloc(size_t n, size_t size)
{
	return mem_new(n, size);
}

void *
wiped_realloc(void *p, size_t n)
{
	size_t old = p != NULL ? malloc_usable_size(p) : 0;

	return mem_grow(p, old < n ? old : n, n);
}

char *
wiped_strdup(const char *s)
{
	return mem_str(s);
}

void
wiped_free(void *p)
{
	mem_free(p);
}

void
wiped_stack(void)
{
	/* Deeper than any library goes; CMakeLists.txt lets this frame be. */
	uint8_t room[WIPED_STACK];

	explicit_bzero(room, sizeof(room));
	/* Each size has registers of its own in the C library. */
	for (size_t n = 8; n <= sizeof(room) / 2; n *= 2)
		(void)memmove(room, room + n, n);
	explicit_bzero(room, sizeof(room));
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "signer/base/auto.h"

/*
 * The only callers of malloc(3).  None of these returns NULL: a process
 * that is out of memory says so and ends, in one place, with RC_NO_MEMORY.
 * mem_free() wipes what it frees, so no copy outlives its owner.
 */
void *mem_new(size_t n, size_t size); /* zeroed; n * size checked */
void *mem_grow(void *p, size_t oldlen, size_t newlen); /* wipes the old */
char *mem_str(const char *s);
char *mem_strn(const void *p, size_t len); /* a terminated copy of len bytes */
void mem_free(void *p);

static inline void
mem_freep(void *p)
{
	mem_free(*(void **)p);
}

#define AUTO_MEM AUTO(mem_freep)

#endif

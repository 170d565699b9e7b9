/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_WIPED_H
#define BASE_WIPED_H

#include <stddef.h>

/*
 * The allocator handed to libraries (libcurl, expat, OpenSSL), in the shapes
 * they ask for, so that what they free (headers, answers, names) is wiped as
 * ours is.
 */
void *wiped_malloc(size_t n);
void *wiped_calloc(size_t n, size_t size);
void *wiped_realloc(void *p, size_t n);
char *wiped_strdup(const char *s);
void wiped_free(void *p);

/*
 * Nor is anything left on the stack below the caller, where memcpy(3) and the
 * dynamic linker put whole vector registers, nor in those.
 */
void wiped_stack(void);

#endif

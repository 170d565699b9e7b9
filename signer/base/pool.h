/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "signer/base/buf.h"

/* Strings that live and are wiped together; none ever moves. */

struct pool_piece;

struct pool {
	struct pool_piece *pieces;
};

#define POOL_INIT ((struct pool){ 0 })
#define AUTO_POOL AUTO(pool_done)

/* A terminated copy, until pool_done(). */
char *pool_add(struct pool *p, struct bytes s);
char *pool_fmt(struct pool *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void pool_done(struct pool *p);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "signer/base/auto.h"

/* Someone else's bytes, for the length of one call. */
struct bytes {
	const uint8_t *p;
	size_t len;
};

#define BYTES(ptr, n) ((struct bytes){ (const uint8_t *)(ptr), (n) })
#define BYTES_STR(s) BYTES(s, strlen(s))

static inline bool
bytes_eq(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool
bytes_is(struct bytes a, const char *s)
{
	return bytes_eq(a, BYTES_STR(s));
}

/*
 * A growing buffer that remembers failure: append freely, then ask buf_ok()
 * once.  It never grows past max, and is wiped when done.
 */
struct buf {
	uint8_t *p;
	size_t len, cap, max;
	bool full;
};

#define BUF_INIT(limit) ((struct buf){ .max = (limit) })
#define AUTO_BUF AUTO(buf_done)

void buf_add(struct buf *b, struct bytes s);
void buf_str(struct buf *b, const char *s);
void buf_chr(struct buf *b, char c);
void buf_hex(struct buf *b, struct bytes s); /* lower case */
void buf_dec(struct buf *b, int64_t n);
void buf_fmt(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));  /* at most 1024 bytes a call */
uint8_t *buf_room(struct buf *b, size_t n); /* n bytes to fill, or NULL */
bool buf_ok(const struct buf *b);
struct bytes buf_bytes(const struct buf *b);
const char *buf_cstr(struct buf *b); /* terminated, valid until the next call */
void buf_clear(struct buf *b);       /* wiped, and empty again */
void buf_done(struct buf *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "signer/base/mem.h"

static void
reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap > 0 ? b->cap : 64;

	if (b->full || more > b->max - b->len) {
		b->full = true;
		return;
	}
	if (b->len + more <= b->cap)
		return;
	while (cap < b->len + more)
		cap *= 2;
	b->p = mem_grow(b->p, b->len, cap);
	b->cap = cap;
}

uint8_t *
buf_room(struct buf *b, size_t n)
{
	uint8_t *at;

	reserve(b, n);
	if (b->full)
		return NULL;
	at = b->p + b->len;
	b->len += n;
	return at;
}

void
buf_add(struct buf *b, struct bytes s)
{
	uint8_t *at = s.len > 0 ? buf_room(b, s.len) : NULL;

	if (at != NULL)
		memcpy(at, s.p, s.len);
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, BYTES_STR(s));
}

void
buf_chr(struct buf *b, char c)
{
	buf_add(b, BYTES(&c, 1));
}

void
buf_hex(struct buf *b, struct bytes s)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < s.len; i++) {
		buf_chr(b, digit[s.p[i] >> 4]);
		buf_chr(b, digit[s.p[i] & 15]);
	}
}

void
buf_dec(struct buf *b, int64_t n)
{
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (n < 0)
		buf_chr(b, '-');
	buf_add(b, BYTES(digits + at, sizeof(digits) - at));
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		b->full = true;
	else
		buf_add(b, BYTES(text, (size_t)n));
	explicit_bzero(text, sizeof(text));
}

bool
buf_ok(const struct buf *b)
{
	return !b->full;
}

struct bytes
buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->p, b->len };
}

const char *
buf_cstr(struct buf *b)
{
	uint8_t *end = buf_room(b, 1);

	if (end == NULL)
		return "";
	*end = '\0';
	b->len--;
	return (const char *)b->p;
}

void
buf_clear(struct buf *b)
{
	if (b->cap > 0)
		explicit_bzero(b->p, b->cap);
	b->len = 0;
	b->full = false;
}

void
buf_done(struct buf *b)
{
	mem_free(b->p); /* wipes it */
	*b = BUF_INIT(b->max);
}

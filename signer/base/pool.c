/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "signer/base/mem.h"

struct pool_piece {
	struct pool_piece *next;
	char text[];
};

/* Room for len bytes and their terminator, zeroed. */
static char *
piece_new(struct pool *p, size_t len)
{
	struct pool_piece *piece = mem_new(1, sizeof(*piece) + len + 1);

	piece->next = p->pieces;
	p->pieces = piece;
	return piece->text;
}

char *
pool_add(struct pool *p, struct bytes s)
{
	char *text = piece_new(p, s.len);

	if (s.len > 0)
		memcpy(text, s.p, s.len);
	return text;
}

char *
pool_fmt(struct pool *p, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return piece_new(p, 0);
	text = piece_new(p, (size_t)n);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}

void
pool_done(struct pool *p)
{
	while (p->pieces != NULL) {
		struct pool_piece *next = p->pieces->next;

		mem_free(p->pieces);
		p->pieces = next;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/near.h"

/* Of three letters one may be wrong, and never more than four. */
enum { SHARE = 3, MOST = 4 };

/* The rows of the table for the letters i - 2, i - 1 and i of a. */
struct rows {
	size_t old[NEAR_FAR + 1], last[NEAR_FAR + 1], now[NEAR_FAR + 1];
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool
same(struct bytes a, size_t i, struct bytes b, size_t j)
{
	return lower(a.p[i]) == lower(b.p[j]);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
fill(struct rows *r, struct bytes a, size_t i, struct bytes b)
{
	r->now[0] = i + 1;
	for (size_t j = 0; j < b.len; j++) {
		size_t best = r->last[j] + !same(a, i, b, j);

		best = least(best, least(r->now[j], r->last[j + 1]) + 1);
		if (i > 0 && j > 0 && same(a, i, b, j - 1) &&
		    same(a, i - 1, b, j))
			best = least(best, r->old[j - 1] + 1);
		r->now[j + 1] = best;
	}
}

size_t
near_distance(struct bytes a, struct bytes b)
{
	struct rows r = { 0 };

	if (a.len > NEAR_FAR || b.len > NEAR_FAR)
		return NEAR_FAR;
	for (size_t j = 0; j <= b.len; j++)
		r.last[j] = j;
	for (size_t i = 0; i < a.len; i++) {
		fill(&r, a, i, b);
		memcpy(r.old, r.last, sizeof(r.old));
		memcpy(r.last, r.now, sizeof(r.last));
	}
	return r.last[b.len];
}

void
near_try(struct near *n, struct bytes candidate)
{
	size_t distance = near_distance(n->word, candidate);

	if (candidate.len == 0 ||
	    distance > least(MOST, (n->word.len + 1) / SHARE) ||
	    (n->found.len > 0 && distance >= n->distance))
		return;
	n->found = candidate;
	n->distance = distance;
}

bool
near_found(const struct near *n)
{
	return n->found.len > 0;
}

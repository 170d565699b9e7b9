/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/names.h"

#include "signer/aws/text.h"
#include "signer/base/mem.h"

enum { FIRST_CAP = 16 };

/* Eight bytes at a time; 0x20 makes the cases of a letter one. */
static unsigned int
hash_of(struct bytes s, bool fold)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	const uint64_t same = fold ? 0x2020202020202020 : 0;
	uint64_t h = s.len, w = 0;
	size_t i = 0;

	for (; s.len - i >= sizeof(w); i += sizeof(w)) {
		memcpy(&w, s.p + i, sizeof(w));
		h = (h ^ (w | same)) * odd;
		h ^= h >> 32;
	}
	for (w = 0; i < s.len; i++)
		w = w << 8 | s.p[i];
	h = (h ^ (w | same)) * odd;
	h ^= h >> 32;
	return (unsigned int)h;
}

static struct names_slot *
slot_of(const struct names *n, struct bytes name, unsigned int hash)
{
	size_t i = hash & (n->cap - 1);

	while (n->slots[i].round == n->round) {
		struct names_slot *s = &n->slots[i];

		if (s->hash == hash && (n->fold ? text_eq_fold(s->name, name)
						: bytes_eq(s->name, name)))
			return s;
		i = (i + 1) & (n->cap - 1);
	}
	return &n->slots[i];
}

/* Never more than half full. */
static void
grow(struct names *n)
{
	struct names wider = { .cap = n->cap > 0 ? n->cap * 2 : FIRST_CAP,
		.used = n->used,
		.round = 1,
		.fold = n->fold };

	wider.slots = mem_new(wider.cap, sizeof(*wider.slots));
	for (size_t i = 0; i < n->cap; i++) {
		const struct names_slot *from = &n->slots[i];

		if (from->round != n->round)
			continue;
		*slot_of(&wider, from->name, from->hash) =
		    (struct names_slot){ from->name, from->line, from->hash,
			    wider.round };
	}
	mem_free(n->slots);
	*n = wider;
}

size_t
names_add(struct names *n, struct bytes name, size_t line)
{
	unsigned int hash = hash_of(name, n->fold);
	struct names_slot *s;

	if (n->used * 2 >= n->cap)
		grow(n);
	s = slot_of(n, name, hash);
	if (s->round == n->round)
		return s->line;
	*s = (struct names_slot){ name, line, hash, n->round };
	n->used++;
	return 0;
}

void
names_clear(struct names *n)
{
	n->used = 0;
	n->round++;
}

void
names_done(struct names *n)
{
	mem_free(n->slots);
	*n = (struct names){ .fold = n->fold };
}

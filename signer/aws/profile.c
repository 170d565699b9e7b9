/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/profile.h"

#include "signer/aws/profile_block.h"
#include "signer/aws/text.h"
#include "signer/base/mem.h"

void
profile_done(struct profile_file *f)
{
	mem_free(f->sections);
	mem_free(f->entries);
	pool_done(&f->names);
	*f = PROFILE_FILE_INIT;
}

static bool
is_default(const struct profile_section *s)
{
	return bytes_is(s->name, "DEFAULT");
}

const struct profile_section *
profile_section(const struct profile_file *f, const char *name)
{
	for (size_t i = 0; i < f->nsections; i++)
		if (bytes_is(f->sections[i].name, name))
			return is_default(&f->sections[i]) ? NULL
			                                   : &f->sections[i];
	return NULL;
}

/* The last one: botocore's dictionary keeps what was put there last. */
const struct profile_section *
profile_find(const struct profile_file *f, const char *name, bool config)
{
	struct bytes want = BYTES_STR(name);

	if (!config)
		return profile_section(f, name);
	for (size_t i = f->nsections; i > 0; i--)
		if (f->sections[i - 1].profile.len > 0 &&
		    bytes_eq(f->sections[i - 1].profile, want))
			return &f->sections[i - 1];
	return NULL;
}

struct bytes
profile_name(const struct profile_section *s)
{
	return s->profile;
}

static const struct profile_entry *
entry_in(const struct profile_file *f, const struct profile_section *s,
    struct bytes key)
{
	for (size_t i = 0; i < s->count; i++)
		if (text_eq_fold(f->entries[s->first + i].key, key))
			return &f->entries[s->first + i];
	return NULL;
}

const struct profile_entry *
profile_entry(const struct profile_file *f, const struct profile_section *s,
    const char *key)
{
	struct bytes want = BYTES_STR(key);
	const struct profile_entry *v;

	v = s != NULL ? entry_in(f, s, want) : NULL;
	if (v != NULL || s == NULL || f->ndefaults == 0)
		return v;
	for (size_t i = 0; i < f->nsections && v == NULL; i++)
		if (is_default(&f->sections[i]))
			v = entry_in(f, &f->sections[i], want);
	return v;
}

static bool
is_comment(struct bytes trimmed)
{
	return trimmed.len > 0 && (trimmed.p[0] == '#' || trimmed.p[0] == ';');
}

/* The first line is what follows the delimiter: no comment even with a #. */
void
profile_value(const struct profile_entry *v, struct buf *ret)
{
	struct text_lines lines = text_lines(v->value);
	struct bytes line;

	for (bool first = true; text_line(&lines, &line); first = false) {
		struct bytes s = text_trim(line);

		if (!first && is_comment(s))
			continue;
		if (!first)
			buf_chr(ret, '\n');
		buf_add(ret, s);
	}
}

struct profile_block
profile_block(const struct profile_entry *v)
{
	return (struct profile_block){ text_lines(v->value), { 0 } };
}

/* The next part that is not empty; a # is a comment only at its line's start. */
static struct bytes
next_part(struct profile_block *b)
{
	struct bytes s = { 0 };

	do {
		while (text_part(&b->part, &s)) {
			s = text_trim(s);
			if (s.len > 0)
				return s;
		}
		while (text_line(&b->lines, &b->part) &&
		       is_comment(text_trim(b->part)))
			b->part = (struct bytes){ 0 };
	} while (b->part.len > 0 || b->lines.rest.len > 0);
	return (struct bytes){ 0 };
}

/* As _parse_nested() of botocore's configloader does it. */
bool
profile_block_next(
    struct profile_block *b, struct bytes *ret_key, struct bytes *ret_value)
{
	struct bytes part = next_part(b);
	const uint8_t *eq;
	size_t len;

	if (part.len == 0)
		return false;
	eq = memchr(part.p, '=', part.len);
	len = eq != NULL ? (size_t)(eq - part.p) : part.len;
	*ret_key = text_trim(BYTES(part.p, len));
	*ret_value = eq == NULL ? BYTES(NULL, 0)
	                        : text_trim(BYTES(eq + 1, part.len - len - 1));
	return true;
}

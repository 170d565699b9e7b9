/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration of any bytes is read or refused; one that is read survives
 * an edit with every entry it had but the one that was meant.
 */
#include <stdlib.h>

#include "signer/aws/profile.h"
#include "signer/aws/profile_block.h"

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { TEXT_MAX = 1 << 22 };

static void
want(bool cond)
{
	if (!cond)
		abort();
}

static void
same_values(const struct profile_entry *a, const struct profile_entry *b)
{
	AUTO_BUF struct buf x = BUF_INIT(TEXT_MAX), y = BUF_INIT(TEXT_MAX);

	profile_value(a, &x);
	profile_value(b, &y);
	want(
	    bytes_eq(a->key, b->key) && bytes_eq(buf_bytes(&x), buf_bytes(&y)));
}

/* Spans lie in the text, in order, and a block has an end. */
static void
check_spans(const struct profile_file *f)
{
	const uint8_t *end = f->text.p + f->text.len;

	for (size_t i = 0; i < f->nentries; i++) {
		const struct profile_entry *v = &f->entries[i];
		struct profile_block b = profile_block(v);
		struct bytes key, value;

		want(v->key.len > 0 && v->key.p >= f->text.p &&
		     v->key.p + v->key.len <= v->value.p &&
		     v->value.p + v->value.len <= end);
		while (v->nested && profile_block_next(&b, &key, &value))
			want(key.p >= v->value.p);
	}
}

/* Every entry but those of one key of one section, in the same order. */
static void
check_kept(const struct profile_file *was, const struct profile_file *now,
    struct bytes key)
{
	size_t j = 0;

	for (size_t i = 0; i < was->nentries; i++) {
		if (text_eq_fold(was->entries[i].key, key))
			continue;
		while (
		    j < now->nentries && text_eq_fold(now->entries[j].key, key))
			j++;
		want(j < now->nentries);
		same_values(&was->entries[i], &now->entries[j++]);
	}
}

static void
edit(const struct profile_file *f, const char *section, const char *value)
{
	static const char key[] = "region";
	AUTO_PROFILE struct profile_file now = PROFILE_FILE_INIT;
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const struct profile_set set = { key, value };
	struct err e;

	if (profile_edit(f, section, &set, 1, &text, &e) != RC_OK)
		return;
	want(profile_read(&now, "now", buf_bytes(&text), &e) == RC_OK);
	check_kept(f, &now, BYTES_STR(key));
}

static void
remove_section(const struct profile_file *f, const char *section)
{
	AUTO_PROFILE struct profile_file now = PROFILE_FILE_INIT;
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	struct err e;

	if (profile_remove_section(f, section, &text, &e) != RC_OK)
		return;
	want(profile_read(&now, "now", buf_bytes(&text), &e) == RC_OK);
	want(now.nsections == f->nsections - 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	AUTO_POOL struct pool names = POOL_INIT;
	struct err e;

	if (profile_read(&f, "fuzz", BYTES(data, len), &e) != RC_OK)
		return 0;
	check_spans(&f);
	edit(&f, "profile a new one", "x = y");
	for (size_t i = 0; i < f.nsections && i < 4; i++) {
		const char *name = pool_add(&names, f.sections[i].name);

		edit(&f, name, "z");
		edit(&f, name, NULL);
		remove_section(&f, name);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/names.h"
#include "signer/aws/profile.h"
#include "signer/aws/profile_block.h"
#include "signer/aws/text.h"
#include "signer/base/mem.h"

/*
 * RawConfigParser._read() of Python 3.11 with botocore's use of it, in one
 * pass.  Blank lines need no work here: whatever a value holds between its
 * first and last line is found again by profile_value().
 */

/* Bytes that an entry and a section take up where people write them. */
enum { BYTES_AN_ENTRY = 48, BYTES_A_SECTION = 192, FIRST = 8 };

struct reader {
	struct profile_file *f;
	struct err *e;
	struct names sections; /* their names */
	struct names keys;     /* of the present section */
	struct names defaults; /* keys of every [DEFAULT] */
	struct names *into;    /* keys or defaults */
	size_t line;
	size_t indent; /* of the header or entry that lines may continue */
	bool open;     /* there is an entry to continue */
	bool bare;     /* nothing stands on its first line */
};

static void
reader_done(struct reader *r)
{
	names_done(&r->sections);
	names_done(&r->keys);
	names_done(&r->defaults);
}

static enum rc
wrong(const struct reader *r, const char *what)
{
	return err_set(
	    r->e, RC_CONFIG, "%s:%zu: %s", r->f->path, r->line, what);
}

/* What is there twice; the name itself only when it can be no secret. */
static enum rc
twice(const struct reader *r, const char *what, struct bytes name, size_t line)
{
	bool tell = text_is_name(name);

	return err_set(r->e, RC_CONFIG,
	    "%s:%zu: %s%s%.*s%s is on line %zu already, and AWS tools refuse a "
	    "file that says it twice: keep one of the two",
	    r->f->path, r->line, what, tell ? " '" : "",
	    tell ? (int)name.len : 0, (const char *)name.p, tell ? "'" : "",
	    line);
}

/* "profile NAME" in shell quoting, exactly two words; *ret stays empty if not. */
static void
read_name(struct reader *r, struct bytes header, struct bytes *ret)
{
	AUTO_BUF struct buf word = BUF_INIT(header.len + 1);
	struct bytes rest = header;

	if (text_word(&rest, &word) != WORD_GOOD)
		return;
	if (text_word(&rest, &word) != WORD_GOOD || word.len == 0)
		return;
	*ret = BYTES(pool_add(&r->f->names, buf_bytes(&word)), word.len);
	if (text_word(&rest, &word) != WORD_NONE)
		*ret = (struct bytes){ 0 };
}

/* The same where nothing is quoted, which is nearly always, without copies. */
static bool
plain_name(struct bytes header, struct bytes *ret)
{
	size_t i = 7, start;

	while (i < header.len && header.p[i] != ' ')
		i++;
	while (i < header.len && header.p[i] == ' ')
		i++;
	start = i;
	while (i < header.len && header.p[i] != ' ')
		i++;
	*ret = BYTES(header.p + start, i - start);
	if (i < header.len || i == start)
		return false;
	for (i = 0; i < header.len; i++)
		if (header.p[i] == '\t' || header.p[i] == '"' ||
		    header.p[i] == '\'' || header.p[i] == '\\')
			return false;
	return true;
}

static struct bytes
name_of(struct reader *r, struct bytes header)
{
	struct bytes name = { 0 };

	if (bytes_is(header, "default"))
		return header;
	if (header.len < 7 || memcmp(header.p, "profile", 7) != 0)
		return name;
	if (plain_name(header, &name))
		return name;
	name = (struct bytes){ 0 };
	read_name(r, header, &name);
	return name;
}

/* Twice as many, or at first as many as a file of that size may need. */
static size_t
next_cap(const struct profile_file *f, size_t cap, size_t bytes_each)
{
	return cap > 0 ? cap * 2 : f->text.len / bytes_each + FIRST;
}

static struct profile_section *
new_section(struct profile_file *f)
{
	if (f->nsections == f->sections_cap) {
		f->sections_cap = next_cap(f, f->sections_cap, BYTES_A_SECTION);
		f->sections =
		    mem_grow(f->sections, f->nsections * sizeof(*f->sections),
			f->sections_cap * sizeof(*f->sections));
	}
	return &f->sections[f->nsections++];
}

static enum rc
add_section(struct reader *r, struct bytes header)
{
	struct profile_file *f = r->f;
	bool is_default = bytes_is(header, "DEFAULT");
	size_t before = 0;

	if (!is_default)
		before = names_add(&r->sections, header, r->line);
	if (before != 0)
		return twice(r, "section", header, before);
	names_clear(&r->keys);
	r->into = is_default ? &r->defaults : &r->keys;
	r->open = false;
	f->ndefaults += is_default;
	*new_section(f) = (struct profile_section){ .name = header,
		.profile = name_of(r, header),
		.line = r->line,
		.first = f->nentries };
	return RC_OK;
}

static struct profile_entry *
new_entry(struct profile_file *f)
{
	if (f->nentries == f->entries_cap) {
		f->entries_cap = next_cap(f, f->entries_cap, BYTES_AN_ENTRY);
		f->entries =
		    mem_grow(f->entries, f->nentries * sizeof(*f->entries),
			f->entries_cap * sizeof(*f->entries));
	}
	return &f->entries[f->nentries++];
}

static enum rc
add_entry(struct reader *r, struct bytes body)
{
	struct profile_file *f = r->f;
	struct bytes key, value;
	size_t i = 0, before;

	while (i < body.len && body.p[i] != '=' && body.p[i] != ':')
		i++;
	if (i == body.len)
		return wrong(r, "is neither 'key = value' nor [section] nor "
				"a # comment: correct it or take it out");
	key = text_trim(BYTES(body.p, i));
	value = text_trim(BYTES(body.p + i + 1, body.len - i - 1));
	if (key.len == 0)
		return wrong(r, "has no key before the = or ':', so AWS tools "
				"refuse the file: write one, or take the line "
				"out");
	before = names_add(r->into, key, r->line);
	if (before != 0)
		return twice(r, "key", key, before);
	r->open = true;
	r->bare = value.len == 0;
	*new_entry(f) = (struct profile_entry){
		.key = key, .value = value, .line = r->line
	};
	f->sections[f->nsections - 1].count++;
	return RC_OK;
}

/* body is one more line of the value that the last entry has. */
static void
continue_entry(struct reader *r, struct bytes body)
{
	struct profile_entry *v = &r->f->entries[r->f->nentries - 1];

	v->value.len = (size_t)(body.p + body.len - v->value.p);
	v->nested = r->bare;
}

/* What [ and the last ] enclose; false when it is no header. */
static bool
is_header(struct bytes body, struct bytes *ret)
{
	size_t i = body.len - 1;

	if (body.p[0] != '[')
		return false;
	while (i > 0 && body.p[i] != ']')
		i--;
	*ret = BYTES(body.p + 1, i > 0 ? i - 1 : 0);
	return i > 1;
}

static enum rc
read_line(struct reader *r, struct bytes line)
{
	struct bytes body = text_trim(line), header;
	size_t indent;

	if (body.len == 0 || body.p[0] == '#' || body.p[0] == ';')
		return RC_OK;
	indent = body.p == line.p ? 0 : text_indent(line);
	if (r->open && indent > r->indent) {
		continue_entry(r, body);
		return RC_OK;
	}
	r->indent = indent;
	if (is_header(body, &header))
		return add_section(r, header);
	if (r->f->nsections == 0)
		return wrong(r,
		    "comes before the first section: put [default] or "
		    "[profile NAME] above it");
	return add_entry(r, body);
}

static bool
block_is_good(const struct profile_entry *v)
{
	struct profile_block b = profile_block(v);
	struct bytes key, value;

	while (profile_block_next(&b, &key, &value))
		if (value.p == NULL)
			return false;
	return true;
}

/*
 * botocore takes blocks apart as sections ask for them: one in [DEFAULT] is
 * looked at only where a section does not say otherwise.
 */
static bool
is_asked_for(const struct profile_file *f, const struct profile_entry *v)
{
	AUTO_MEM char *key = mem_strn(v->key.p, v->key.len);

	for (size_t i = 0; i < f->nsections; i++)
		if (!bytes_is(f->sections[i].name, "DEFAULT") &&
		    profile_entry(f, &f->sections[i], key) == v)
			return true;
	return false;
}

static enum rc
check_blocks(struct reader *r)
{
	for (size_t i = 0; i < r->f->nentries; i++) {
		const struct profile_entry *v = &r->f->entries[i];

		r->line = v->line;
		if (v->nested && !block_is_good(v) && is_asked_for(r->f, v))
			return wrong(r,
			    "a block of indented lines begins here, and one of "
			    "them is not 'key = value': correct it, or indent "
			    "no line that is meant to stand alone");
	}
	return RC_OK;
}

static size_t
count_lines(struct bytes text)
{
	struct text_lines lines = text_lines(text);
	struct bytes line;
	size_t n = 1;

	while (text_line(&lines, &line) && lines.rest.len > 0)
		n++;
	return n;
}

/* What no line can be read of. */
static enum rc
check_text(struct reader *r, struct bytes text)
{
	size_t at = 0;

	r->line = 1;
	if (text.len > PROFILE_MAX)
		return err_set(r->e, RC_CONFIG,
		    "%s has %zu bytes, and a configuration at most %d: name "
		    "another file",
		    r->f->path, text.len, PROFILE_MAX);
	if (text.len >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		return wrong(r, "begins with a byte order mark, which AWS "
				"tools refuse: save it as UTF-8 without one");
	if (text_utf8(text, &at))
		return RC_OK;
	r->line = count_lines(BYTES(text.p, at + 1));
	if (text.p[at] == 0)
		return wrong(r, "has a NUL byte, so this is not a text file: "
				"name another, or save it as UTF-8");
	return wrong(r, "is not UTF-8, so AWS tools refuse the file: save it "
			"as UTF-8");
}

enum rc
profile_read(
    struct profile_file *f, const char *path, struct bytes text, struct err *e)
{
	AUTO(reader_done)
	struct reader r = { .f = f,
		.e = e,
		.keys = { .fold = true },
		.defaults = { .fold = true } };
	struct text_lines lines = text_lines(text);
	struct bytes line;
	enum rc rc;

	*f = (struct profile_file){ .path = path, .text = text };
	rc = check_text(&r, text);
	if (rc != RC_OK)
		return rc;
	r.line = 0;
	while (text_line(&lines, &line)) {
		r.line++;
		rc = read_line(&r, line);
		if (rc != RC_OK)
			return rc;
	}
	return check_blocks(&r);
}

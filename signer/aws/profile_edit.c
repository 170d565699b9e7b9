/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/profile.h"
#include "signer/aws/text.h"

/*
 * Edits are copies of the text with a few spans left out or put in, and every
 * result is read again before it is given back: indentation decides what a
 * line belongs to, and a file that means something else is never returned.
 */

struct edit {
	const struct profile_file *f;
	const struct profile_set *sets;
	size_t n;
	struct buf *ret;
	size_t at; /* the text before this is copied or left out */
};

static bool
is_line_end(uint8_t c)
{
	return c == '\n' || c == '\r';
}

/* Where the line of an offset begins, and where the one after it does. */
static size_t
line_start(struct bytes text, size_t at)
{
	while (at > 0 && !is_line_end(text.p[at - 1]))
		at--;
	return at;
}

static size_t
line_after(struct bytes text, size_t at)
{
	while (at < text.len && !is_line_end(text.p[at]))
		at++;
	if (at + 1 < text.len && text.p[at] == '\r' && text.p[at + 1] == '\n')
		return at + 2;
	return at < text.len ? at + 1 : at;
}

/* How the lines of the file end: as its first one does. */
static const char *
newline_of(struct bytes text)
{
	size_t at = 0;

	while (at < text.len && !is_line_end(text.p[at]))
		at++;
	if (at == text.len || text.p[at] == '\n')
		return "\n";
	return at + 1 < text.len && text.p[at + 1] == '\n' ? "\r\n" : "\r";
}

static size_t
offset_of(const struct edit *ed, const uint8_t *p)
{
	return (size_t)(p - ed->f->text.p);
}

static void
copy_until(struct edit *ed, size_t to)
{
	if (to > ed->at)
		buf_add(ed->ret, BYTES(ed->f->text.p + ed->at, to - ed->at));
	ed->at = to > ed->at ? to : ed->at;
}

static void
end_line(struct edit *ed)
{
	struct buf *b = ed->ret;

	if (b->len > 0 && !is_line_end(b->p[b->len - 1]))
		buf_str(b, newline_of(ed->f->text));
}

/* What an entry takes up: from the start of its first line to its last end. */
static size_t
entry_start(const struct edit *ed, const struct profile_entry *v)
{
	return line_start(ed->f->text, offset_of(ed, v->key.p));
}

static size_t
entry_after(const struct edit *ed, const struct profile_entry *v)
{
	return line_after(
	    ed->f->text, offset_of(ed, v->value.p) + v->value.len);
}

static const struct profile_set *
set_of(const struct edit *ed, struct bytes key)
{
	for (size_t i = 0; i < ed->n; i++)
		if (text_eq_fold(key, BYTES_STR(ed->sets[i].key)))
			return &ed->sets[i];
	return NULL;
}

static const struct profile_entry *
own_entry(const struct profile_file *f, const struct profile_section *s,
    const char *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (text_eq_fold(f->entries[s->first + i].key, BYTES_STR(key)))
			return &f->entries[s->first + i];
	return NULL;
}

/* An entry that is there: another value, or no line at all. */
static void
change(struct edit *ed, const struct profile_entry *v)
{
	const struct profile_set *set = set_of(ed, v->key);

	if (set == NULL)
		return;
	if (set->value == NULL) {
		copy_until(ed, entry_start(ed, v));
		ed->at = entry_after(ed, v);
		return;
	}
	copy_until(ed, offset_of(ed, v->value.p));
	if ((v->value.len == 0 || v->nested) &&
	    (v->value.p[-1] == '=' || v->value.p[-1] == ':'))
		buf_chr(ed->ret, ' ');
	buf_str(ed->ret, set->value);
	ed->at = offset_of(ed, v->value.p) + v->value.len;
}

/*
 * The indentation of a new line, so that neither it nor the one after it
 * becomes a continuation: the last entry's, else the next header's.
 */
static struct bytes
indent_for(const struct edit *ed, const struct profile_section *s)
{
	const struct profile_section *next = s + 1;
	const uint8_t *p;
	size_t start;

	if (s->count > 0)
		p = ed->f->entries[s->first + s->count - 1].key.p;
	else if (next < ed->f->sections + ed->f->nsections)
		p = next->name.p - 1;
	else
		return (struct bytes){ 0 };
	start = line_start(ed->f->text, offset_of(ed, p));
	return BYTES(ed->f->text.p + start, offset_of(ed, p) - start);
}

static void
add_lines(struct edit *ed, const struct profile_section *s)
{
	struct bytes indent = { 0 };

	if (s != NULL)
		indent = indent_for(ed, s);
	for (size_t i = 0; i < ed->n; i++) {
		const struct profile_set *set = &ed->sets[i];

		if (set->value == NULL ||
		    (s != NULL && own_entry(ed->f, s, set->key) != NULL))
			continue;
		end_line(ed);
		buf_add(ed->ret, indent);
		buf_str(ed->ret, set->key);
		buf_str(ed->ret, set->value[0] != '\0' ? " = " : " =");
		buf_str(ed->ret, set->value);
		buf_str(ed->ret, newline_of(ed->f->text));
	}
}

static void
edit_section(struct edit *ed, const struct profile_section *s)
{
	const struct profile_entry *last = NULL;

	for (size_t i = 0; i < s->count; i++) {
		last = &ed->f->entries[s->first + i];
		change(ed, last);
	}
	copy_until(ed, last != NULL
			   ? entry_after(ed, last)
			   : line_after(ed->f->text, offset_of(ed, s->name.p)));
	add_lines(ed, s);
	copy_until(ed, ed->f->text.len);
}

/* "profile NAME" with the quotes that shlex.split() needs, if any. */
static void
add_header_name(struct buf *ret, const char *section)
{
	const char *name = section + strlen("profile ");
	bool profile = strncmp(section, "profile ", strlen("profile ")) == 0;

	if (!profile || strpbrk(name, " \t\"'\\") == NULL) {
		buf_str(ret, section);
		return;
	}
	buf_str(ret, "profile \"");
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			buf_chr(ret, '\\');
		buf_chr(ret, *name);
	}
	buf_chr(ret, '"');
}

static void
new_section(struct edit *ed, const char *section)
{
	const char *newline = newline_of(ed->f->text);
	bool any = false;

	copy_until(ed, ed->f->text.len);
	for (size_t i = 0; i < ed->n; i++)
		any |= ed->sets[i].value != NULL;
	if (!any)
		return;
	end_line(ed);
	if (ed->ret->len > 0)
		buf_str(ed->ret, newline);
	buf_chr(ed->ret, '[');
	add_header_name(ed->ret, section);
	buf_chr(ed->ret, ']');
	buf_str(ed->ret, newline);
	add_lines(ed, NULL);
}

/* As in the file, or of the profile that "profile NAME" means. */
static const struct profile_section *
find(const struct profile_file *f, const char *section)
{
	const struct profile_section *s = profile_section(f, section);

	if (s == NULL && strncmp(section, "profile ", strlen("profile ")) == 0)
		s = profile_find(f, section + strlen("profile "), true);
	return s;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((uint8_t)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

/* Whether the text now says what was asked for, and nothing else changed. */
static bool
came_true(const struct profile_file *was, const struct profile_file *now,
    const char *section, const struct profile_set *sets, size_t n)
{
	const struct profile_section *before = find(was, section);
	const struct profile_section *after = find(now, section);
	size_t entries = was->nentries, sections = was->nsections;

	sections += before == NULL && after != NULL;
	for (size_t i = 0; i < n; i++) {
		const struct profile_entry *old = NULL, *v = NULL;

		if (before != NULL)
			old = own_entry(was, before, sets[i].key);
		if (after != NULL)
			v = own_entry(now, after, sets[i].key);
		entries = entries - (old != NULL) + (v != NULL);
		if ((v != NULL) != (sets[i].value != NULL) ||
		    (v != NULL && !bytes_is(v->value, sets[i].value)))
			return false;
	}
	return now->nentries == entries && now->nsections == sections;
}

static enum rc
check_sets(const struct profile_set *sets, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (!text_is_name(BYTES_STR(sets[i].key)))
			return err_set(e, RC_CONFIG,
			    "a key of a configuration file is made of letters, "
			    "digits and _ . -");
		if (sets[i].value != NULL && has_control(sets[i].value))
			return err_set(e, RC_CONFIG,
			    "the value of '%s' has a control character, which "
			    "a configuration file cannot hold",
			    sets[i].key);
	}
	return RC_OK;
}

enum rc
profile_edit(const struct profile_file *f, const char *section,
    const struct profile_set *sets, size_t n, struct buf *ret, struct err *e)
{
	AUTO_PROFILE struct profile_file now = PROFILE_FILE_INIT;
	struct edit ed = { f, sets, n, ret, 0 };
	const struct profile_section *s = find(f, section);
	enum rc rc = check_sets(sets, n, e);

	if (rc != RC_OK)
		return rc;
	if (s == NULL && (section[0] == '\0' || has_control(section)))
		return err_set(e, RC_CONFIG,
		    "a section's name is empty or has a control character: "
		    "choose another");
	buf_clear(ret);
	if (s != NULL)
		edit_section(&ed, s);
	else
		new_section(&ed, section);
	if (!buf_ok(ret))
		return err_set(
		    e, RC_CONFIG, "%s is too large to be edited", f->path);
	rc = profile_read(&now, f->path, buf_bytes(ret), e);
	if (rc == RC_OK && came_true(f, &now, section, sets, n))
		return RC_OK;
	buf_clear(ret);
	return err_set(e, RC_CONFIG,
	    "%s cannot be edited safely, because a value or a section's name "
	    "would not be read back as it is: edit it by hand",
	    f->path);
}

/* Blank lines go with a section that is removed, comments stay. */
static size_t
blanks_after(struct bytes text, size_t at)
{
	while (at < text.len) {
		size_t after = line_after(text, at);

		if (text_trim(BYTES(text.p + at, after - at)).len > 0)
			return at;
		at = after;
	}
	return at;
}

enum rc
profile_remove_section(const struct profile_file *f, const char *section,
    struct buf *ret, struct err *e)
{
	AUTO_PROFILE struct profile_file now = PROFILE_FILE_INIT;
	struct edit ed = { .f = f, .ret = ret };
	const struct profile_section *s = find(f, section);
	size_t after;

	buf_clear(ret);
	if (s == NULL)
		return err_set(
		    e, RC_NOTFOUND, "%s has no section [%s]", f->path, section);
	copy_until(&ed, line_start(f->text, offset_of(&ed, s->name.p)));
	after = line_after(f->text, offset_of(&ed, s->name.p));
	if (s->count > 0)
		after = entry_after(&ed, &f->entries[s->first + s->count - 1]);
	ed.at = blanks_after(f->text, after);
	copy_until(&ed, f->text.len);
	if (profile_read(&now, f->path, buf_bytes(ret), e) == RC_OK &&
	    now.nsections == f->nsections - 1 &&
	    now.nentries == f->nentries - s->count)
		return RC_OK;
	buf_clear(ret);
	return err_set(e, RC_CONFIG,
	    "%s cannot be edited safely, because the lines after section [%s] "
	    "would become part of another: remove it by hand",
	    f->path, section);
}

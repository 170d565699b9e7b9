/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/text.h"

enum { NAME_MAX_TOLD = 100 };

/* RFC 3629 section 4: the first byte says how many, and bounds the second. */
static const struct {
	uint8_t first, last, min, max;
	size_t len;
} forms[] = {
	{ 0x01, 0x7f, 0x00, 0xff, 1 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Bytes of the character at p, 0 when it is not one. */
static size_t
utf8_char(const uint8_t *p, size_t len)
{
	size_t i = 0, n;

	while (i < sizeof(forms) / sizeof(forms[0]) && p[0] > forms[i].last)
		i++;
	if (i == sizeof(forms) / sizeof(forms[0]) || p[0] < forms[i].first ||
	    forms[i].len > len)
		return 0;
	n = forms[i].len;
	if (n > 1 && (p[1] < forms[i].min || p[1] > forms[i].max))
		return 0;
	for (size_t k = 2; k < n; k++)
		if ((p[k] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Eight bytes, all of them 0x01 to 0x7f: a config file is little else. */
static bool
all_ascii(const uint8_t *p)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return (((w - ones) | w) & tops) == 0;
}

bool
text_utf8(struct bytes s, size_t *at)
{
	for (size_t i = 0; i < s.len;) {
		size_t n = 8;

		if (s.len - i < 8 || !all_ascii(s.p + i))
			n = utf8_char(s.p + i, s.len - i);
		if (n == 0) {
			*at = i;
			return false;
		}
		i += n;
	}
	return true;
}

static size_t
space_of_three(const uint8_t *p)
{
	unsigned int c =
	    (unsigned int)p[0] << 16 | (unsigned int)p[1] << 8 | p[2];

	if (c >= 0xe28080 && c <= 0xe2808a) /* U+2000 to U+200A */
		return 3;
	return c == 0xe19a80 || c == 0xe280a8 || c == 0xe280a9 ||
	               c == 0xe280af || c == 0xe2819f || c == 0xe38080
	           ? 3
	           : 0;
}

static size_t
space_of_one(uint8_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
}

size_t
text_space(const uint8_t *p, const uint8_t *end)
{
	if (p == end || (p[0] > ' ' && p[0] < 0x80))
		return 0;
	if (p[0] < 0x80)
		return space_of_one(p[0]);
	if (p[0] == 0xc2 && end - p >= 2)
		return p[1] == 0x85 || p[1] == 0xa0 ? 2 : 0;
	return end - p >= 3 ? space_of_three(p) : 0;
}

/* The same, of the character that ends at end. */
static size_t
space_before(const uint8_t *p, const uint8_t *end)
{
	if (p == end || (end[-1] > ' ' && end[-1] < 0x80))
		return 0;
	if (end[-1] < 0x80)
		return text_space(end - 1, end);
	if (end - p >= 2 && text_space(end - 2, end) == 2)
		return 2;
	return end - p >= 3 && text_space(end - 3, end) == 3 ? 3 : 0;
}

/* Spaces are taken off at once; what is rarer, one look at a time. */
struct bytes
text_trim(struct bytes s)
{
	const uint8_t *p = s.p, *end = s.len > 0 ? s.p + s.len : s.p;
	size_t n;

	while (p < end && *p == ' ')
		p++;
	while (p < end && end[-1] == ' ')
		end--;
	while ((n = text_space(p, end)) > 0)
		p += n;
	while ((n = space_before(p, end)) > 0)
		end -= n;
	return BYTES(p, (size_t)(end - p));
}

size_t
text_indent(struct bytes line)
{
	const uint8_t *p = line.p, *end = line.len > 0 ? p + line.len : p;
	size_t n, count = 0;

	while ((n = text_space(p, end)) > 0) {
		p += n;
		count++;
	}
	return count;
}

struct text_lines
text_lines(struct bytes text)
{
	return (struct text_lines){ text,
		text.len > 0 && memchr(text.p, '\r', text.len) != NULL };
}

bool
text_line(struct text_lines *l, struct bytes *ret)
{
	const uint8_t *end;
	size_t len = l->rest.len, skip = 0;

	if (l->rest.len == 0)
		return false;
	end = memchr(l->rest.p, '\n', len);
	if (end != NULL) {
		len = (size_t)(end - l->rest.p);
		skip = 1;
	}
	end = l->cr ? memchr(l->rest.p, '\r', len) : NULL;
	if (end != NULL) {
		skip =
		    (size_t)(end - l->rest.p) + 1 == len && skip == 1 ? 2 : 1;
		len = (size_t)(end - l->rest.p);
	}
	*ret = BYTES(l->rest.p, len);
	l->rest = BYTES(l->rest.p + len + skip, l->rest.len - len - skip);
	return true;
}

/* Bytes of the line end within a line at p: the rarer ones of Python. */
static size_t
break_at(const uint8_t *p, const uint8_t *end)
{
	size_t n = text_space(p, end);

	if (n == 0)
		return 0;
	if (n == 1)
		return (p[0] >= 0x0a && p[0] <= 0x0d) ||
		       (p[0] >= 0x1c && p[0] <= 0x1e);
	if (n == 2)
		return p[1] == 0x85 ? 2 : 0;
	return p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9) ? 3 : 0;
}

bool
text_part(struct bytes *rest, struct bytes *ret)
{
	const uint8_t *p = rest->p, *end;
	size_t n = 0;

	if (rest->len == 0)
		return false;
	end = p + rest->len;
	while (p < end && (n = break_at(p, end)) == 0)
		p++;
	*ret = BYTES(rest->p, (size_t)(p - rest->p));
	*rest = p < end ? BYTES(p + n, (size_t)(end - p) - n) : BYTES(end, 0);
	return true;
}

static uint8_t
fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool
text_eq_fold(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (a.p[i] != b.p[i] && fold(a.p[i]) != fold(b.p[i]))
			return false;
	return true;
}

bool
text_begins_fold(struct bytes s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && text_eq_fold(BYTES(s.p, n), BYTES_STR(with));
}

bool
text_is_name(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = fold(s.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_' && c != '.' && c != '-')
			return false;
	}
	return s.len > 0 && s.len <= NAME_MAX_TOLD;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What stands between double quotes; *s begins after the first. */
static bool
double_quoted(struct bytes *s, struct buf *ret)
{
	for (size_t i = 0; i < s->len; i++) {
		if (s->p[i] == '"') {
			*s = BYTES(s->p + i + 1, s->len - i - 1);
			return true;
		}
		if (s->p[i] == '\\' && i + 1 < s->len &&
		    (s->p[i + 1] == '"' || s->p[i + 1] == '\\'))
			i++;
		buf_chr(ret, (char)s->p[i]);
	}
	return false;
}

static bool
single_quoted(struct bytes *s, struct buf *ret)
{
	const uint8_t *end = s->len > 0 ? memchr(s->p, '\'', s->len) : NULL;
	size_t len;

	if (end == NULL)
		return false;
	len = (size_t)(end - s->p);
	buf_add(ret, BYTES(s->p, len));
	*s = BYTES(end + 1, s->len - len - 1);
	return true;
}

static bool
escaped(struct bytes *s, struct buf *ret)
{
	if (s->len == 0)
		return false;
	buf_chr(ret, (char)s->p[0]);
	*s = BYTES(s->p + 1, s->len - 1);
	return true;
}

enum text_word
text_word(struct bytes *rest, struct buf *ret)
{
	struct bytes s = *rest;
	bool good = true;

	buf_clear(ret);
	while (s.len > 0 && is_blank(s.p[0]))
		s = BYTES(s.p + 1, s.len - 1);
	if (s.len == 0)
		return WORD_NONE;
	while (good && s.len > 0 && !is_blank(s.p[0])) {
		uint8_t c = s.p[0];

		s = BYTES(s.p + 1, s.len - 1);
		if (c == '"') {
			good = double_quoted(&s, ret);
		} else if (c == '\'') {
			good = single_quoted(&s, ret);
		} else if (c != '\\') {
			buf_chr(ret, (char)c);
		} else {
			good = escaped(&s, ret);
		}
	}
	*rest = s;
	return good ? WORD_GOOD : WORD_UNCLOSED;
}

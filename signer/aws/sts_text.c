/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sts_text.h"

/* How long a sequence of UTF-8 (RFC 3629) the first byte announces. */
static size_t
announced(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* The character at s, and how many bytes it takes; 0: not UTF-8. */
static size_t
decode(const uint8_t *s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = announced(s[0]);
	uint32_t c = n > 1 ? s[0] & (0x7fU >> n) : s[0];

	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (n == 0 || c < least[n] || c > 0x10ffff ||
	    (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = c;
	return n;
}

/* Code points that move the cursor, hide, or turn text around. */
static bool
is_unfit(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} unfit[] = {
		{ 0x00, 0x1f },       /* C0, with ESC */
		{ 0x7f, 0x9f },       /* DEL and C1, with the one-byte CSI */
		{ 0xad, 0xad },       /* soft hyphen */
		{ 0x61c, 0x61c },     /* Arabic letter mark */
		{ 0x200b, 0x200f },   /* zero width, direction marks */
		{ 0x2028, 0x202e },   /* line separators, embeddings */
		{ 0x2060, 0x206f },   /* invisible operators, isolates */
		{ 0xe000, 0xf8ff },   /* private use */
		{ 0xfeff, 0xfeff },   /* byte order mark */
		{ 0xfff0, 0xffff },   /* specials */
		{ 0xe0000, 0x10ffff } /* tags, private use */
	};

	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++)
		if (c >= unfit[i].from && c <= unfit[i].to)
			return true;
	return false;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const uint8_t *
skip_blanks(const uint8_t *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* One character, or what stands for it; returns how far to go on. */
static size_t
add_one(struct buf *ret, const uint8_t *s)
{
	uint32_t c = 0;
	size_t n = decode(s, &c);

	if (n == 0 || is_unfit(c))
		buf_chr(ret, '?');
	else
		buf_add(ret, BYTES(s, n));
	return n > 0 ? n : 1;
}

void
sts_text_clean(struct buf *ret, const char *s, size_t max)
{
	static const char cut[] = "...";
	const uint8_t *at = skip_blanks((const uint8_t *)s);
	size_t room = ret->len + max, end = ret->len;

	while (*at != '\0' && ret->len < room) {
		/* Where the dots go if what follows turns out too long. */
		if (ret->len + sizeof(cut) - 1 <= room)
			end = ret->len;
		if (!is_blank(*at)) {
			at += add_one(ret, at);
			continue;
		}
		at = skip_blanks(at);
		if (*at != '\0')
			buf_chr(ret, ' ');
	}
	if ((*at == '\0' && ret->len <= room) || !buf_ok(ret))
		return;
	ret->len = end;
	if (max >= sizeof(cut) - 1)
		buf_str(ret, cut);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/quote.h"

static bool
has_any(struct bytes word, const char *these)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.p[i] < ' ' || word.p[i] == 0x7f ||
		    strchr(these, word.p[i]) != NULL)
			return true;
	return false;
}

static bool
is_bare(struct bytes word)
{
	static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789_-+=./:,@";

	for (size_t i = 0; i < word.len; i++)
		if (word.p[i] == '\0' || strchr(bare, word.p[i]) == NULL)
			return false;
	return true;
}

/* U+2018 to U+201B, which PowerShell takes for a ' as well. */
static bool
is_curly(struct bytes word, size_t i)
{
	return i + 2 < word.len && word.p[i] == 0xe2 && word.p[i + 1] == 0x80 &&
	       word.p[i + 2] >= 0x98 && word.p[i + 2] <= 0x9b;
}

static void
add_powershell(struct buf *ret, struct bytes word)
{
	for (size_t i = 0; i < word.len; i++) {
		buf_chr(ret, (char)word.p[i]);
		if (word.p[i] == '\'')
			buf_chr(ret, '\'');
		if (!is_curly(word, i))
			continue;
		/* The rest of it, and all of it again. */
		buf_add(ret, BYTES(word.p + i + 1, 2));
		buf_add(ret, BYTES(word.p + i, 3));
		i += 2;
	}
}

static void
add_sh(struct buf *ret, struct bytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.p[i] == '\'')
			buf_str(ret, "'\\''"); /* out, a ', and in again */
		else
			buf_chr(ret, (char)word.p[i]);
}

static void
add_fish(struct buf *ret, struct bytes word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (word.p[i] == '\\' || word.p[i] == '\'')
			buf_chr(ret, '\\');
		buf_chr(ret, (char)word.p[i]);
	}
}

static void
add_inside(struct buf *ret, enum quote how, struct bytes word)
{
	switch (how) {
	case QUOTE_SH:
		add_sh(ret, word);
		return;
	case QUOTE_FISH:
		add_fish(ret, word);
		return;
	case QUOTE_POWERSHELL:
		add_powershell(ret, word);
		return;
	case QUOTE_CMD:
	case QUOTE_DOTENV:
		buf_add(ret, word);
		return;
	}
}

bool
quote_add(struct buf *ret, enum quote how, struct bytes word)
{
	bool bare = how == QUOTE_CMD ||
	            (how == QUOTE_DOTENV && word.len > 0 && is_bare(word));

	if ((how == QUOTE_CMD && has_any(word, "%!\"")) ||
	    (how == QUOTE_DOTENV && has_any(word, "'\\$")) ||
	    memchr(word.p, '\0', word.len) != NULL)
		return false;
	if (!bare)
		buf_chr(ret, '\'');
	add_inside(ret, how, word);
	if (!bare)
		buf_chr(ret, '\'');
	return true;
}

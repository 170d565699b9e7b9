/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/text.h"

#include <stdbool.h>
#include <string.h>

#include "signer/base/utf8.h"

/* The bytes of the UTF-8 sequence that begins there; 1 where none does. */
static size_t
length(const unsigned char *s)
{
	size_t n = utf8_len(BYTES(s, strnlen((const char *)s, 4)));

	return n > 0 ? n : 1;
}

static bool
is_plain(const unsigned char *s, size_t n)
{
	if (n == 1)
		return s[0] >= ' ' && s[0] < 0x7f;
	return n != 2 || s[0] != 0xc2 || s[1] > 0x9f;
}

void
text_printable(char *s)
{
	unsigned char *at = (unsigned char *)s;

	while (*at != '\0') {
		size_t n = length(at);

		if (!is_plain(at, n))
			for (size_t i = 0; i < n; i++)
				at[i] = '?';
		at += n;
	}
}

void
text_cut(char *s, size_t max)
{
	size_t n = 0;

	while (s[n] != '\0') {
		size_t next = length((const unsigned char *)s + n);

		if (n + next > max)
			s[n] = '\0';
		else
			n += next;
	}
}

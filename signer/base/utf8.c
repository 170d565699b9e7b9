/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/utf8.h"

#include "signer/base/mem.h"

/* The lengths of RFC 3629, section 4, by first byte; 0: none begins so. */
static size_t
length_of(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Section 4 narrows the second byte after four of the first bytes. */
static bool
second_fits(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

size_t
utf8_len(struct bytes s)
{
	size_t n = s.len > 0 ? length_of(s.p[0]) : 0;

	if (n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
	return n < 2 || second_fits(s.p[0], s.p[1]) ? n : 0;
}

char *
utf8_repair(const char *s)
{
	char *ret = mem_str(s);
	size_t len = strlen(ret), n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_len(BYTES(ret + i, len - i));
		if (n == 0) {
			ret[i] = '?';
			n = 1;
		}
	}
	return ret;
}

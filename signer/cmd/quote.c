/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/quote.h"

#include <string.h>

#include "signer/base/quote.h"

enum { WORD_MAX = 64 * 1024 };

const char *
quote_word(struct pool *p, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./+,:@%";
	AUTO_BUF struct buf b = BUF_INIT(WORD_MAX);

	if (word[0] != '\0' && word[strspn(word, plain)] == '\0')
		return word;
	(void)quote_add(&b, QUOTE_SH, BYTES_STR(word));
	return pool_add(p, buf_bytes(&b));
}

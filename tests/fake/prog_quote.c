/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prog_quote WORD: standard input, quoted for sh, fish, powershell, cmd or
 * dotenv.  1: it cannot be.
 */
#include <stdio.h>
#include <string.h>

#include "signer/base/buf.h"
#include "signer/base/quote.h"

static const struct {
	const char *word;
	enum quote quote;
} words[] = {
	{ "sh", QUOTE_SH },
	{ "fish", QUOTE_FISH },
	{ "powershell", QUOTE_POWERSHELL },
	{ "cmd", QUOTE_CMD },
	{ "dotenv", QUOTE_DOTENV },
};

int
main(int argc, char **argv)
{
	AUTO_BUF struct buf out = BUF_INIT(65536);
	static char in[16384];
	size_t n = fread(in, 1, sizeof(in), stdin);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (argc != 2 || strcmp(argv[1], words[i].word) != 0)
			continue;
		if (!quote_add(&out, words[i].quote, BYTES(in, n)))
			return 1;
		return fwrite(out.p, 1, out.len, stdout) == out.len ? 0 : 2;
	}
	return 2;
}

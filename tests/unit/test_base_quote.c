/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/quote.h"

#include "tests/check.h"

/* What each language has for a word; tests/e2e/test_quote.py asks the shells. */

static void
is(enum quote how, const char *word, const char *want)
{
	AUTO_BUF struct buf out = BUF_INIT(1024);

	buf_str(&out, "x");
	CHECK_EQ(quote_add(&out, how, BYTES_STR(word)), want != NULL);
	CHECK_EQ(strcmp(buf_cstr(&out) + 1, want != NULL ? want : ""), 0);
}

static void
test_shells(void)
{
	is(QUOTE_SH, "", "''");
	is(QUOTE_SH, "a$b`c\\\"!%\n", "'a$b`c\\\"!%\n'");
	is(QUOTE_SH, "it's'", "'it'\\''s'\\'''");
	is(QUOTE_FISH, "a$b`c\n", "'a$b`c\n'");
	is(QUOTE_FISH, "it's\\", "'it\\'s\\\\'");
	is(QUOTE_POWERSHELL, "a$b`c\"\n", "'a$b`c\"\n'");
	is(QUOTE_POWERSHELL, "it's", "'it''s'");
	/* Curly ones end a string there as well. */
	is(QUOTE_POWERSHELL, "a\u2018b\u2019c\u201ad\u201b",
	    "'a\u2018\u2018b\u2019\u2019c\u201a\u201ad\u201b\u201b'");
	is(QUOTE_POWERSHELL, "\u2013\u201c\xe2\x80", "'\u2013\u201c\xe2\x80'");
}

static void
test_some(void)
{
	is(QUOTE_CMD, "a b&c|d<e>f^g(h)'", "a b&c|d<e>f^g(h)'");
	is(QUOTE_CMD, "50%", NULL);
	is(QUOTE_CMD, "hey!", NULL);
	is(QUOTE_CMD, "a\"b", NULL);
	is(QUOTE_CMD, "a\nb", NULL);
	is(QUOTE_CMD, "a\x7f", NULL);
	is(QUOTE_DOTENV, "aZ0_-+=./:,@", "aZ0_-+=./:,@");
	is(QUOTE_DOTENV, "", "''");
	is(QUOTE_DOTENV, "a b#c\"d`!%", "'a b#c\"d`!%'");
	is(QUOTE_DOTENV, "\u00e9", "'\u00e9'");
	is(QUOTE_DOTENV, "it's", NULL);
	is(QUOTE_DOTENV, "a$b", NULL);
	is(QUOTE_DOTENV, "a\\b", NULL);
	is(QUOTE_DOTENV, "a\nb", NULL);
}

/* No environment holds one. */
static void
test_nul(void)
{
	AUTO_BUF struct buf out = BUF_INIT(1024);

	for (enum quote how = QUOTE_SH; how <= QUOTE_DOTENV; how++)
		CHECK(!quote_add(&out, how, BYTES("a\0b", 3)));
	CHECK_EQ(out.len, 0);
}

int
main(void)
{
	test_shells();
	test_some();
	test_nul();
	return 0;
}

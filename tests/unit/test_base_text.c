/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/text.h"

#include "signer/base/buf.h"
#include "tests/check.h"

static void
is(const char *text, const char *want)
{
	char s[128];

	(void)snprintf(s, sizeof(s), "%s", text);
	text_printable(s);
	CHECK_MEM(BYTES_STR(s), want);
}

static void
test_kept(void)
{
	is("", "");
	is("plain ~ text", "plain ~ text");
	is("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x91",
	    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x91");
	/* Bytes of C1 that are part of other characters. */
	is("\xc3\x9b\xe2\x80\x9d\xf0\x9f\x98\x80",
	    "\xc3\x9b\xe2\x80\x9d\xf0\x9f\x98\x80");
	is("\xc2\xa0", "\xc2\xa0");
}

static void
test_controls(void)
{
	char s[2] = "";

	for (int c = 1; c < ' '; c++) {
		s[0] = (char)c;
		is(s, "?");
	}
	is("\x7f", "?");
	is("a\x1b[2J\nb\r", "a?[2J?b?");
	is("a\xc2\x9b"
	   "2J\xc2\x80\xc2\x85",
	    "a??2J????");
}

/* A terminal may take such a byte for what it is in Latin-1, and JSON has no
 * room for any. */
static void
test_no_utf8(void)
{
	is("a\x9b"
	   "2J",
	    "a?2J");
	is("\xc3\xa9\x9b", "\xc3\xa9?");
	is("\xe2\x82", "??");
	is("\xc2", "?");
	is("\xe9t\xe9", "?t?");
	is("\xff\xfe\x1b", "???");
	/* Overlong, a surrogate, beyond the last character. */
	is("\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf", "?????????");
	is("\xed\xa0\x80\xf4\x90\x80\x80", "???????");
}

static void
cut(const char *text, size_t max, const char *want)
{
	char s[128];

	(void)snprintf(s, sizeof(s), "%s", text);
	text_cut(s, max);
	CHECK_MEM(BYTES_STR(s), want);
}

static void
test_cut(void)
{
	cut("", 0, "");
	cut("abc", 0, "");
	cut("abc", 2, "ab");
	cut("abc", 3, "abc");
	cut("caf\xc3\xa9", 5, "caf\xc3\xa9");
	cut("caf\xc3\xa9", 4, "caf");
	cut("\xf0\x9f\x94\x91k", 3, "");
	cut("\xf0\x9f\x94\x91k", 4, "\xf0\x9f\x94\x91");
}

int
main(void)
{
	test_kept();
	test_controls();
	test_no_utf8();
	test_cut();
	return 0;
}

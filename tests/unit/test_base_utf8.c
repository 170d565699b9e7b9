/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/utf8.h"

#include <jansson.h>

#include "signer/base/mem.h"
#include "tests/check.h"

static size_t
len_of(const char *s)
{
	return utf8_len(BYTES_STR(s));
}

static void
lengths(void)
{
	CHECK_EQ(len_of("a"), 1);
	CHECK_EQ(len_of("\x7f"), 1);
	CHECK_EQ(len_of("\xc3\xa4"), 2);
	CHECK_EQ(len_of("\xe2\x82\xac"), 3);
	CHECK_EQ(len_of("\xf0\x9f\x94\x91"), 4);
	CHECK_EQ(len_of("\xf4\x8f\xbf\xbf"), 4);
	/* Nothing, a tail alone, overlong, a surrogate, too high, cut short. */
	CHECK_EQ(len_of(""), 0);
	CHECK_EQ(len_of("\x80"), 0);
	CHECK_EQ(len_of("\xc0\x80"), 0);
	CHECK_EQ(len_of("\xc1\xbf"), 0);
	CHECK_EQ(len_of("\xe0\x9f\xbf"), 0);
	CHECK_EQ(len_of("\xf0\x8f\xbf\xbf"), 0);
	CHECK_EQ(len_of("\xed\xa0\x80"), 0);
	CHECK_EQ(len_of("\xf4\x90\x80\x80"), 0);
	CHECK_EQ(len_of("\xf5\x80\x80\x80"), 0);
	CHECK_EQ(len_of("\xe2\x82"), 0);
	CHECK_EQ(len_of("\xe2\x82y"), 0);
}

static void
repairs(const char *s, const char *want)
{
	AUTO_MEM char *got = utf8_repair(s);

	CHECK_MEM(BYTES_STR(got), want);
}

/* All sorts of 3 bytes: what we pass is what jansson takes. */
static void
as_jansson(void)
{
	for (unsigned int i = 0; i < 1U << 24; i += 1 + (i & 0xff) % 61) {
		char s[] = { (char)(i >> 16), (char)(i >> 8), (char)i, '\0' };
		AUTO_MEM char *mended = utf8_repair(s);
		json_t *raw, *fine;

		if (i < 1U << 16 || (i & 0xff) < 3)
			continue;
		raw = json_string(s);
		fine = json_string(mended);
		CHECK(fine != NULL);
		CHECK((raw != NULL) == (strcmp(s, mended) == 0));
		json_decref(raw);
		json_decref(fine);
	}
}

int
main(void)
{
	lengths();
	repairs("", "");
	repairs("plain \xe2\x82\xac", "plain \xe2\x82\xac");
	repairs("a\xff\xe2\x82z", "a???z");
	repairs("\xc0\x80", "??");
	as_jansson();
	return 0;
}

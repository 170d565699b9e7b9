/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/profile.h"
#include "tests/check.h"

/* Edits of a configuration: what was not asked for stays, byte for byte. */

enum { TEXT_MAX = 1 << 16 };

static enum rc
edit(const char *text, const char *section, const char *key, const char *value,
    struct buf *ret)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	const struct profile_set set = { key, value };
	struct err e = { "" };
	enum rc rc;

	CHECK_EQ(profile_read(&f, "conf", BYTES_STR(text), &e), RC_OK);
	rc = profile_edit(&f, section, &set, 1, ret, &e);
	CHECK((rc == RC_OK) == (e.msg[0] == '\0'));
	return rc;
}

static void
test_edits(void)
{
	static const struct {
		const char *text, *section, *key, *value, *want;
	} cases[] = {
		/* Another value, and the rest of the line as it was. */
		{ "# c\n[a]\n x  =  1  \n; d\n", "a", "x", "2",
		    "# c\n[a]\n x  =  2  \n; d\n" },
		{ "[a]\nX:1", "a", "x", "2", "[a]\nX:2" },
		{ "[a]\nx =\n", "a", "x", "2", "[a]\nx = 2\n" },
		{ "[a]\nx =\n  y = 1\n  # c\n  z = 2\nw = 3\n", "a", "x", "2",
		    "[a]\nx = 2\nw = 3\n" },
		{ "[a]\nx = 1\n  more\n\n[b]\nx = 1\n", "a", "x", "",
		    "[a]\nx = \n\n[b]\nx = 1\n" },
		/* Gone with its continuation lines, and only it. */
		{ "[a]\nx = 1\n  more\n# c\ny = 2\n", "a", "x", NULL,
		    "[a]\n# c\ny = 2\n" },
		{ "[a]\ny = 2\nx = 1", "a", "x", NULL, "[a]\ny = 2\n" },
		{ "[a]\ny = 2\n", "a", "x", NULL, "[a]\ny = 2\n" },
		{ "[a]\ny = 2\n", "b", "x", NULL, "[a]\ny = 2\n" },
		/* A new one after the last, indented as that is. */
		{ "[a]\ny = 2\n\n# of b\n[b]\n", "a", "x", "1",
		    "[a]\ny = 2\nx = 1\n\n# of b\n[b]\n" },
		{ "[a]\n  y = 2\n    more\n\n  [b]\n", "a", "x", "1",
		    "[a]\n  y = 2\n    more\n  x = 1\n\n  [b]\n" },
		{ "[a]\r\ny = 2\r\n[b]\r\n", "a", "x", "1",
		    "[a]\r\ny = 2\r\nx = 1\r\n[b]\r\n" },
		{ "[a]\n[b]\n", "a", "x", "1", "[a]\nx = 1\n[b]\n" },
		{ "[a]\n  [b]\n", "a", "x", "1", "[a]\n  x = 1\n  [b]\n" },
		{ "[a]\ny = 2", "a", "x", "1", "[a]\ny = 2\nx = 1\n" },
		{ "[a]", "a", "x", "1", "[a]\nx = 1\n" },
		/* A new section at the end. */
		{ "", "profile dev", "x", "1", "[profile dev]\nx = 1\n" },
		{ "[a]\ny = 2", "b", "x", "1", "[a]\ny = 2\n\n[b]\nx = 1\n" },
		{ "[a]\r\ny = 2\r\n", "b", "x", "1",
		    "[a]\r\ny = 2\r\n\r\n[b]\r\nx = 1\r\n" },
		{ "", "profile my dev", "x", "1",
		    "[profile \"my dev\"]\nx = 1\n" },
		{ "[profile 'my dev']\n", "profile my dev", "x", "1",
		    "[profile 'my dev']\nx = 1\n" },
		{ "", "profile a\"b", "x", "1",
		    "[profile \"a\\\"b\"]\nx = 1\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf got = BUF_INIT(TEXT_MAX);

		CHECK_EQ(edit(cases[i].text, cases[i].section, cases[i].key,
			     cases[i].value, &got),
		    RC_OK);
		CHECK_MEM(got, cases[i].want);
	}
}

/* What would not be read back as it was asked for is not written at all. */
static void
test_refuses(void)
{
	static const struct {
		const char *text, *section, *key, *value;
	} cases[] = {
		{ "[a]\n", "a", "x", "two\nlines" },
		{ "[a]\n", "a", "x", " padded " },
		{ "[a]\n", "a", "x", "\xff" },
		{ "[a]\n", "a", "x=y", "1" },
		{ "[a]\n", "a", "", "1" },
		{ "[a]\n", "a", "#x", "1" },
		{ "[a]\n", "", "x", "1" },
		{ "[a]\n", "b\n[c", "x", "1" },
		{ "[a]\n", "DEFAULT", "x", "1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf got = BUF_INIT(TEXT_MAX);

		CHECK_EQ(edit(cases[i].text, cases[i].section, cases[i].key,
			     cases[i].value, &got),
		    RC_CONFIG);
		CHECK_EQ(got.len, 0);
	}
}

/* Several at once: those there are changed in place, new ones come last. */
static void
test_several(void)
{
	static const char text[] = "[profile dev]\n# mine\nb = 2\na = 1\n";
	static const struct profile_set sets[] = { { "new", "n" }, { "a", "A" },
		{ "b", NULL }, { "none", NULL }, { "also", "x" } };
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	AUTO_BUF struct buf got = BUF_INIT(TEXT_MAX), small = BUF_INIT(10);
	struct err e = { "" };

	CHECK_EQ(profile_read(&f, "conf", BYTES_STR(text), &e), RC_OK);
	CHECK_EQ(profile_edit(&f, "profile dev", sets, 5, &got, &e), RC_OK);
	CHECK_MEM(got, "[profile dev]\n# mine\na = A\nnew = n\nalso = x\n");
	CHECK_EQ(
	    profile_edit(&f, "profile dev", sets, 5, &small, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "too large") != NULL);
}

static enum rc
removed(const char *text, const char *section, struct buf *ret)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	struct err e = { "" };

	CHECK_EQ(profile_read(&f, "conf", BYTES_STR(text), &e), RC_OK);
	return profile_remove_section(&f, section, ret, &e);
}

static void
test_removes(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "[b]\ny = 2\n\n# about a\n[a]\nx = 1\n# in it\nz = 3\n\n"
		  "# about c\n[c]\n",
		    "[b]\ny = 2\n\n# about a\n# about c\n[c]\n" },
		{ "[a]\nx = 1\n  more", "" },
		{ "[a]\r\n[b]\r\n", "[b]\r\n" },
	};
	AUTO_BUF struct buf got = BUF_INIT(TEXT_MAX);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_EQ(removed(cases[i].text, "a", &got), RC_OK);
		CHECK_MEM(got, cases[i].want);
	}
	CHECK_EQ(removed("[b]\n", "a", &got), RC_NOTFOUND);
	/* Without [a], the indented header would continue the value of y. */
	CHECK_EQ(removed("[b]\ny = 2\n[a]\n  [c]\n", "a", &got), RC_CONFIG);
	CHECK_EQ(got.len, 0);
}

int
main(void)
{
	test_edits();
	test_refuses();
	test_several();
	test_removes();
	return 0;
}

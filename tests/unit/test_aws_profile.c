/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/profile.h"

#include <time.h>

#include "signer/aws/profile_block.h"
#include "signer/aws/text.h"
#include "tests/check.h"

/* What Python's configparser does, as its source says and botocore shows. */

static const char config[] = "# top\n"
			     "[default]\n"
			     "region = eu-central-1\n"
			     "\n"
			     "[profile dev]\n"
			     "Region=us-east-1\n"
			     "note : a # part of it\n"
			     "long = one\n"
			     "  two = 2\n"
			     "  # a comment\n"
			     "\n"
			     "  three\n"
			     "s3 =\n"
			     "  addressing_style = path\n"
			     "  deep =\n"
			     "[profile \"my dev\"]\n"
			     "empty =\n"
			     "[services x]\n"
			     "[plain]\n"
			     "last = no newline";

static void
reads(struct profile_file *f, const char *text)
{
	struct err e = { "" };

	CHECK_EQ(profile_read(f, "conf", BYTES_STR(text), &e), RC_OK);
}

static void
value_is(const struct profile_file *f, const struct profile_section *s,
    const char *key, const char *want)
{
	AUTO_BUF struct buf got = BUF_INIT(1 << 20);
	const struct profile_entry *v = profile_entry(f, s, key);

	CHECK(v != NULL);
	if (v != NULL)
		profile_value(v, &got);
	CHECK_MEM(got, want);
}

static void
test_reads(void)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	const struct profile_section *dev;

	reads(&f, config);
	dev = profile_find(&f, "dev", true);
	CHECK(dev != NULL);
	CHECK_EQ(dev->line, 5);
	value_is(&f, dev, "region", "us-east-1");
	value_is(&f, dev, "note", "a # part of it");
	value_is(&f, dev, "LONG", "one\ntwo = 2\n\nthree");
	CHECK_EQ(profile_entry(&f, dev, "long")->line, 8);
	CHECK(!profile_entry(&f, dev, "long")->nested);
	CHECK(profile_entry(&f, dev, "s3")->nested);
	CHECK(profile_entry(&f, dev, "two") == NULL);
	CHECK(profile_entry(&f, NULL, "region") == NULL);
	value_is(&f, profile_find(&f, "my dev", true), "empty", "");
	value_is(
	    &f, profile_find(&f, "default", true), "region", "eu-central-1");
	value_is(&f, profile_section(&f, "plain"), "last", "no newline");
	CHECK(profile_find(&f, "plain", true) == NULL);
	CHECK(profile_find(&f, "plain", false) != NULL);
	CHECK(profile_section(&f, "services x") != NULL);
	CHECK_EQ(profile_name(profile_section(&f, "plain")).len, 0);
	CHECK_MEM(profile_name(dev), "dev");
}

static void
test_block(void)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	struct bytes key, value;
	struct profile_block b;

	reads(&f, config);
	b = profile_block(
	    profile_entry(&f, profile_find(&f, "dev", true), "s3"));
	CHECK(profile_block_next(&b, &key, &value));
	CHECK_MEM(key, "addressing_style");
	CHECK_MEM(value, "path");
	CHECK(profile_block_next(&b, &key, &value));
	CHECK_MEM(key, "deep");
	CHECK_MEM(value, "");
	CHECK(!profile_block_next(&b, &key, &value));
}

static void
test_defaults_and_order(void)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;

	reads(&f, "[DEFAULT]\noutput = json\n[profile a]\nx = 1\n"
		  "[default]\nx = 2\n[profile default]\nx = 3\n"
		  "[DEFAULT]\nx = 4\n[profile b]\n");
	/* Everyone has what [DEFAULT] says, wherever it stands. */
	value_is(&f, profile_find(&f, "a", true), "output", "json");
	value_is(&f, profile_find(&f, "b", true), "x", "4");
	value_is(&f, profile_find(&f, "a", true), "x", "1");
	/* Of two sections for one profile the last counts. */
	value_is(&f, profile_find(&f, "default", true), "x", "3");
	CHECK(profile_section(&f, "DEFAULT") == NULL);
}

static void
test_line_ends(void)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;

	reads(&f, "[default]\r\na = 1\r\n  2\r\n\rb = 3\r[x]\r\n");
	value_is(&f, profile_find(&f, "default", true), "a", "1\n2");
	value_is(&f, profile_find(&f, "default", true), "b", "3");
	CHECK(profile_section(&f, "x") != NULL);
	CHECK_EQ(profile_section(&f, "x")->line, 6);
}

/* A sentence that names the line and the next step, and quotes no value. */
static void
refused(const char *text, size_t len, const char *want)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	struct err e = { "" };

	CHECK_EQ(profile_read(&f, "conf", BYTES(text, len), &e), RC_CONFIG);
	if (strstr(e.msg, want) == NULL)
		(void)fprintf(stderr, "said: %s\nwant: %s\n", e.msg, want);
	CHECK(strstr(e.msg, want) != NULL);
	CHECK(strstr(e.msg, "conf") == e.msg);
	CHECK(strstr(e.msg, "wJalr") == NULL);
	CHECK(strchr(e.msg, '\n') == NULL);
}

static void
test_refuses(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "region = x\n", "conf:1: comes before the first section" },
		{ "\n[a]\nx = 1\n\n[b]\n[a]\n",
		    "conf:6: section 'a' is on line 2" },
		{ "[a]\nx = 1\nX : 2\n", "conf:3: key 'X' is on line 2" },
		{ "[DEFAULT]\nx=1\n[a]\n[DEFAULT]\nx=1\n", "conf:5: key 'x'" },
		{ "[a]\nwJalrXUtnFEMI\n", "conf:2: is neither" },
		{ "[a]\n = wJalrXUtnFEMI\n", "conf:2: has no key" },
		{ "[a]\n[]\n", "conf:2: is neither" },
		{ "[a]\ns3 =\n  x = 1\n  wJalrXUtnFEMI\n", "conf:2: a block" },
		{ "\xef\xbb\xbf[a]\n", "conf:1: begins with a byte order" },
		{ "[a]\nx = \xff\n", "conf:2: is not UTF-8" },
		{ "[a]\r\rx = \xed\xa0\x80\n", "conf:3: is not UTF-8" },
		{ "[a]\nx = \xf4\x90\x80\x80", "conf:2: is not UTF-8" },
		{ "[a]\nwJalrX/tn+EM = 1\nwJalrX/tn+EM = 2\n",
		    "conf:3: key is on line 2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].text, strlen(cases[i].text), cases[i].want);
	refused("[a]\nx = a\0b\n", 12, "conf:2: has a NUL byte");
}

/* Noise of any size is one sentence, at once. */
static void
test_noise(void)
{
	const size_t large = PROFILE_MAX;
	AUTO_BUF struct buf noise = BUF_INIT(large + 1);
	uint8_t *p = buf_room(&noise, large + 1);

	memset(p, 'x', large + 1);
	refused((char *)p, large + 1, "8388609 bytes");
	refused((char *)p, large, "conf:1: comes before");
	memset(p, 0, large);
	refused((char *)p, large, "conf:1: has a NUL byte");
	for (size_t i = 0; i < large; i++)
		p[i] = (uint8_t)(i * 7919 % 251);
	refused((char *)p, large, "conf:1: has a NUL byte");
}

static void
many(struct buf *text, int n)
{
	for (int i = 0; i < n; i++)
		buf_fmt(text,
		    "[profile account-%d-administrator]\n"
		    "stskey_role_arn = arn:aws:iam::%012d:role/Admin\n"
		    "stskey_source_profile = base\n"
		    "region = eu-central-1\n"
		    "credential_process = /usr/bin/stskey credentials "
		    "--profile account-%d-administrator\n\n",
		    i, i, i);
}

/* Twice the file, about twice the time: nothing is compared with everything. */
static void
test_large(void)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	AUTO_BUF struct buf text = BUF_INIT(PROFILE_MAX);
	clock_t before;

	many(&text, 30000);
	before = clock();
	reads(&f, buf_cstr(&text));
	CHECK_EQ(f.nsections, 30000);
	CHECK_EQ(f.nentries, 120000);
	CHECK(profile_find(&f, "account-29999-administrator", true) != NULL);
	/* Of the processor, whoever else wants it: seconds if quadratic. */
	CHECK(clock() - before < 4 * CLOCKS_PER_SEC);
}

static void
test_words(void)
{
	static const char text[] = " a\\ b 'c d'\"e\\\"\\x\" '' \"open";
	struct bytes rest = BYTES_STR(text);
	AUTO_BUF struct buf word = BUF_INIT(100);

	CHECK_EQ(text_word(&rest, &word), WORD_GOOD);
	CHECK_MEM(word, "a b");
	CHECK_EQ(text_word(&rest, &word), WORD_GOOD);
	CHECK_MEM(word, "c de\"\\x");
	CHECK_EQ(text_word(&rest, &word), WORD_GOOD);
	CHECK_MEM(word, "");
	CHECK_EQ(text_word(&rest, &word), WORD_UNCLOSED);
	rest = BYTES_STR(" \t");
	CHECK_EQ(text_word(&rest, &word), WORD_NONE);
	rest = BYTES_STR("end\\");
	CHECK_EQ(text_word(&rest, &word), WORD_UNCLOSED);
}

int
main(void)
{
	test_reads();
	test_block();
	test_defaults_and_order();
	test_line_ends();
	test_refuses();
	test_noise();
	test_large();
	test_words();
	return 0;
}

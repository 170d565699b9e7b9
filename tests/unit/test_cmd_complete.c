/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signer/cmd/complete.h"
#include "tests/check.h"

/* What the table of a verb alone decides, with tables of this test's own. */

struct request {
	const char *text;
	bool flag;
};

static const struct option run_options[] = {
	{ OPTION_STR, "output", offsetof(struct request, text), "WORD",
	    "text or json" },
	{ OPTION_FLAG, "fresh", offsetof(struct request, flag), "", "new" },
	{ OPTION_REST, "CMD ...", 0, "", "another program" },
	{ 0 },
};

static const struct option planted_options[] = {
	{ OPTION_STR, "planted", offsetof(struct request, text), "SEED",
	    "no row has this" },
	{ OPTION_PLACE, "WHERE", offsetof(struct request, text), "", "" },
	{ 0 },
};

static const struct verb verbs[] = {
	{ "run", NULL, "a verb", run_options },
	{ "a planted", NULL, "one more", planted_options },
	{ "a second", NULL, "another", planted_options },
};

/* The lines of standard output. */
static const char *
completed(const char *const *words)
{
	static char text[4096];
	char copies[8][64];
	char *argv[9] = { NULL };
	int saved = dup(STDOUT_FILENO), fd = memfd_create("out", 0);
	struct err e = { "" };
	ssize_t n;

	for (size_t i = 0; i < 8 && words[i] != NULL; i++) {
		(void)snprintf(copies[i], sizeof(copies[i]), "%s", words[i]);
		argv[i] = copies[i];
	}
	CHECK(saved >= 0 && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	CHECK_EQ(complete(verbs, 3, argv, &e), RC_OK);
	CHECK(dup2(saved, STDOUT_FILENO) >= 0);
	n = pread(fd, text, sizeof(text) - 1, 0);
	CHECK(n >= 0);
	text[n] = '\0';
	(void)close(fd);
	(void)close(saved);
	return text;
}

#define WORDS(...) completed((const char *const[]){ __VA_ARGS__, NULL })

static void
is(const char *got, const char *want)
{
	check_mem_at(__FILE__, __LINE__, got, strlen(got), want);
}

static void
test_verbs(void)
{
	is(WORDS(""), "run\ta verb\na\tplanted, second\n");
	is(WORDS("-"), "run\ta verb\na\tplanted, second\n--help\n--version\n");
	is(WORDS("a", ""), "planted\tone more\nsecond\tanother\n");
	is(WORDS("a", "third", ""), "");
}

static void
test_options(void)
{
	is(WORDS("run", "--fresh", "-"),
	    "--output\ttext or json\n--quiet\tno warning or remark, nothing "
	    "but an error\n--verbose\tsay each step on standard error, and no "
	    "secret\n--help\n--\n");
	is(WORDS("run", "--output", ""), "text\njson\n");
	is(WORDS("run", "--output="), "--output=text\n--output=json\n");
	is(WORDS("run", "--fresh="), "");
	is(WORDS("run", "--bogus="), "");
}

static void
test_rest(void)
{
	is(WORDS("run", "--", ""), "\tcommand\n");
	is(WORDS("run", "--", "aws", "--output", ""), "\tcommand\n");
	/* It is the value of an option, and nothing behind it is. */
	is(WORDS("run", "--output", "--", "--output="),
	    "--output=text\n--output=json\n");
	is(WORDS("a", "planted", "--", ""), "");
}

/* An option that no row knows is seen by who looks for this word. */
static void
test_planted(void)
{
	is(WORDS("a", "planted", "--planted", ""), "\tunknown\n");
	is(WORDS("a", "planted", "--planted="), "\tunknown\n");
	is(WORDS("a", "planted", ""), "\tunknown\n");
}

int
main(void)
{
	(void)setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	test_verbs();
	test_options();
	test_rest();
	test_planted();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stddef.h>

#include "signer/cmd/option.h"
#include "tests/check.h"

struct request {
	const char *uri, *profile;
	int64_t ttl;
	bool fresh;
};

static const struct option options[] = {
	{ OPTION_PLACE, "URI", offsetof(struct request, uri), "", "a key" },
	{ OPTION_STR, "profile", offsetof(struct request, profile), "NAME",
	    "" },
	{ OPTION_SECONDS, "ttl", offsetof(struct request, ttl), "TIME", "" },
	{ OPTION_FLAG, "fresh", offsetof(struct request, fresh), "", "" },
	{ 0 },
};

static const struct verb verb = { "try", NULL, "", options };

struct runner {
	const char *profile;
	char **command;
};

static const struct option runner_options[] = {
	{ OPTION_STR, "profile", offsetof(struct runner, profile), "NAME", "" },
	{ OPTION_REST, "CMD ...", offsetof(struct runner, command), "", "" },
	{ 0 },
};

static const struct verb runner = { "run", NULL, "", runner_options };

static struct err e;

static enum rc
parse(const char *a, const char *b, const char *c, struct request *ret)
{
	char words[3][64];
	char *argv[4] = { NULL };
	const char *const given[] = { a, b, c };

	*ret = (struct request){ 0 };
	for (int i = 0; i < 3 && given[i] != NULL; i++) {
		(void)snprintf(words[i], sizeof(words[i]), "%s", given[i]);
		argv[i] = words[i];
	}
	/* What is borrowed ends with this call: only say whether it was there. */
	enum rc rc = option_parse(&verb, argv, ret, &e);

	ret->uri = ret->uri != NULL ? "given" : NULL;
	ret->profile = ret->profile != NULL ? "given" : NULL;
	return rc;
}

static void
test_right(void)
{
	struct request r;

	CHECK_EQ(parse("pkcs11:x", "--profile", "dev", &r), RC_OK);
	CHECK(r.uri != NULL && r.profile != NULL && !r.fresh);
	CHECK_EQ(parse("--fresh", "--ttl=4h", "pkcs11:x", &r), RC_OK);
	CHECK(r.fresh);
	CHECK_EQ(r.ttl, 4 * 3600);
	CHECK_EQ(parse("--quiet", "pkcs11:x", "--fresh", &r), RC_OK);
	CHECK(r.fresh && r.uri != NULL);
	CHECK_EQ(parse("--quiet", "pkcs11:x", "--verbose", &r), RC_USAGE);
	CHECK_EQ(parse("--quiet", "pkcs11:x", "--quiet", &r), RC_USAGE);
	CHECK_EQ(parse("--quiet=yes", "pkcs11:x", NULL, &r), RC_USAGE);
}

static void
test_wrong(void)
{
	struct request r;

	CHECK_EQ(parse(NULL, NULL, NULL, &r), RC_USAGE);
	CHECK(strstr(e.msg, "URI") != NULL);
	/* What is no URI could be a secret. */
	CHECK_EQ(parse("wJalrXUtnFEMI/K7MDENG", NULL, NULL, &r), RC_USAGE);
	CHECK(strstr(e.msg, "wJalr") == NULL);
	CHECK(strstr(e.msg, "--URI") == NULL); /* there is no such option */
	CHECK_EQ(parse("x y:z", NULL, NULL, &r), RC_USAGE);
	CHECK_EQ(parse("x:a", "x:b", NULL, &r), RC_USAGE);
	CHECK_EQ(parse("x:a", "--profile", NULL, &r), RC_USAGE);
	CHECK(strstr(e.msg, "--profile wants NAME") != NULL);
	CHECK_EQ(parse("x:a", "--fresh=yes", NULL, &r), RC_USAGE);
	CHECK_EQ(parse("x:a", "--frosh", NULL, &r), RC_USAGE);
	CHECK(strstr(e.msg, "did you mean '--fresh'?") != NULL);
	CHECK_EQ(parse("x:a", "--nonsense", NULL, &r), RC_USAGE);
	CHECK(strstr(e.msg, "--help") != NULL);
	/* A place has no name, and what is no word may be a secret. */
	CHECK_EQ(parse("x:a", "--uri", NULL, &r), RC_USAGE);
	CHECK(strstr(e.msg, "did you mean") == NULL);
	CHECK_EQ(parse("x:a", "--fresH", NULL, &r), RC_USAGE);
	CHECK(strstr(e.msg, "fres") == NULL);
	CHECK_EQ(parse("x:a", "--ttl", "soon", &r), RC_USAGE);
	CHECK_EQ(parse("--ttl", "1h", "--ttl=2h", &r), RC_USAGE);
}

static void
test_seconds(void)
{
	int64_t n = -1;

	CHECK_EQ(option_seconds("900", &n, &e), RC_OK);
	CHECK_EQ(n, 900);
	CHECK_EQ(option_seconds("15m", &n, &e), RC_OK);
	CHECK_EQ(n, 900);
	CHECK_EQ(option_seconds("1d", &n, &e), RC_OK);
	CHECK_EQ(n, 86400);
	CHECK_EQ(option_seconds("", &n, &e), RC_USAGE);
	CHECK_EQ(option_seconds("h", &n, &e), RC_USAGE);
	CHECK_EQ(option_seconds("-1", &n, &e), RC_USAGE);
	CHECK_EQ(option_seconds("4hh", &n, &e), RC_USAGE);
	CHECK_EQ(option_seconds("4y", &n, &e), RC_USAGE);
	CHECK_EQ(option_seconds("99999999999999999999", &n, &e), RC_USAGE);
	CHECK_EQ(option_seconds("31d", &n, &e), RC_USAGE);
}

/* What follows -- is not read, whatever it looks like. */
static void
test_rest(void)
{
	char profile[] = "--profile", dev[] = "dev", end[] = "--",
	     help[] = "--help";
	char *one[] = { profile, dev, end, help, end, profile, NULL };
	char *none[] = { profile, dev, NULL }, *empty[] = { end, NULL };
	char *bare[] = { dev, NULL }, *valued[] = { profile, end, NULL };
	struct runner r = { 0 };

	CHECK_EQ(option_parse(&runner, one, &r, &e), RC_OK);
	CHECK(r.command == one + 3 && r.profile == dev);
	r = (struct runner){ 0 };
	CHECK_EQ(option_parse(&runner, none, &r, &e), RC_OK);
	CHECK(r.command == NULL);
	r = (struct runner){ 0 };
	CHECK_EQ(option_parse(&runner, empty, &r, &e), RC_OK);
	CHECK(r.command != NULL && r.command[0] == NULL);
	CHECK_EQ(option_parse(&runner, bare, &r, &e), RC_USAGE);
	CHECK(strstr(e.msg, "--") != NULL && strstr(e.msg, "dev") == NULL);
	r = (struct runner){ 0 };
	CHECK_EQ(option_parse(&runner, valued, &r, &e), RC_OK);
	CHECK(r.profile == end && r.command == NULL);
	/* A verb without a use for it says so. */
	CHECK_EQ(
	    option_parse(&verb, empty, &(struct request){ 0 }, &e), RC_USAGE);
}

int
main(void)
{
	test_rest();
	test_right();
	test_wrong();
	test_seconds();
	return 0;
}

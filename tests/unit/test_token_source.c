/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "signer/token/pin_source.h"
#include "signer/token/refused.h"
#include "tests/unit/token_world.h"

static enum rc
parse(struct pool *p, const char *spec, struct pin_source *s)
{
	struct err e = { 0 };
	enum rc rc = pin_source_parse(p, spec, s, &e);

	CHECK((rc == RC_OK) == (e.msg[0] == '\0'));
	CHECK(strstr(e.msg, "hunter2") == NULL);
	return rc;
}

static void
is(const char *spec, enum pin_kind kind, const char *text)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct pin_source s;

	CHECK_EQ(parse(&p, spec, &s), RC_OK);
	CHECK_EQ(s.kind, kind);
	if (text != NULL)
		CHECK_MEM(BYTES_STR(s.text), text);
}

static void
test_grammar(void)
{
	static const char *const bad[] = { "", "hunter2",
		"file:", "command:", "|", "command:  ", "fd:", "fd:x", "fd:-1",
		"fd:3x", "fd:99999", "credential:", "credential:a/b",
		"credential:..", "Prompt", "https://x", "credential:pin" };
	AUTO_POOL struct pool p = POOL_INIT;
	struct pin_source s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(parse(&p, bad[i], &s), RC_CONFIG);
	is("prompt", PIN_PROMPT, NULL);
	is("file:/a/b", PIN_FILE, "/a/b");
	is("file:///a/b", PIN_FILE, "/a/b");
	is("/a/b", PIN_FILE, "/a/b");
	is("file:a", PIN_FILE, "a");
	is("command:pass show pin", PIN_COMMAND, "pass show pin");
	is("|pass show pin", PIN_COMMAND, "pass show pin");
	is("fd:7", PIN_FD, "fd:7");
	is("fd:03", PIN_FD, "fd:3");
	CHECK(setenv("CREDENTIALS_DIRECTORY", "/run/c", 1) == 0);
	is("credential:pin", PIN_FILE, "/run/c/pin");
}

static enum rc
read_spec(const char *spec, struct secret *ret)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct patience patience = world_patience(10000);
	struct pin_source s;
	struct err e = { 0 };
	enum rc rc;

	CHECK_EQ(parse(&p, spec, &s), RC_OK);
	rc = pin_source_read(&s, &patience, ret, &e);
	CHECK(strstr(e.msg, "1234") == NULL);
	return rc;
}

static void
test_read(void)
{
	AUTO_SECRET struct secret pin = { 0 };

	CHECK_EQ(read_spec(world_write("a", 0600, "1234\n"), &pin), RC_OK);
	CHECK_MEM(secret_bytes(&pin), "1234");
	CHECK_EQ(read_spec(world_write("b", 0600, " 12 34\r\n"), &pin), RC_OK);
	CHECK_MEM(secret_bytes(&pin), " 12 34");
	CHECK_EQ(read_spec("command:echo 77", &pin), RC_OK);
	CHECK_MEM(secret_bytes(&pin), "77");
	CHECK_EQ(read_spec(world_write("c", 0644, "1234\n"), &pin), RC_CONFIG);
	CHECK_EQ(read_spec(world_write("d", 0600, "\n"), &pin), RC_PIN);
	CHECK_EQ(read_spec(world_path("none"), &pin), RC_PIN);
	CHECK_EQ(read_spec("command:false", &pin), RC_CONFIG);
	CHECK_EQ(read_spec("fd:999", &pin), RC_CONFIG);
}

/* A line a PIN; and none of the descriptors that are our own. */
static void
test_descriptor(void)
{
	AUTO_SECRET struct secret pin = { 0 };
	const char *path = world_write("two", 0600, "1111\n2222\n");
	char spec[16];
	int fd = open(path, O_RDONLY);

	(void)snprintf(spec, sizeof(spec), "fd:%d", fd);
	CHECK_EQ(read_spec(spec, &pin), RC_OK);
	CHECK_MEM(secret_bytes(&pin), "1111");
	CHECK_EQ(read_spec(spec, &pin), RC_OK);
	CHECK_MEM(secret_bytes(&pin), "2222");
	CHECK_EQ(read_spec(spec, &pin), RC_PIN);
	CHECK(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
	CHECK_EQ(read_spec(spec, &pin), RC_CONFIG);
	(void)close(fd);
}

/* Descriptor 3 is standard input, or what its caller made it: never both. */
static void
test_stdin(void)
{
	static const struct {
		const char *spec;
		bool has_stdin;
		int fd; /* -1: refused */
	} cases[] = {
		{ "fd:0", true, 3 },
		{ "fd:0", false, -1 },
		{ "fd:00", false, -1 },
		{ "fd:3", false, 3 },
		{ "fd:3", true, -1 },
		{ "fd:03", true, -1 },
		{ "fd:4", true, 4 },
		{ "fd:4", false, 4 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_POOL struct pool p = POOL_INIT;
		struct pin_source s;
		struct err e = { 0 };
		enum rc rc;

		CHECK_EQ(parse(&p, cases[i].spec, &s), RC_OK);
		rc = pin_source_place(&s, cases[i].has_stdin, &e);
		CHECK_EQ(rc, cases[i].fd < 0 ? RC_CONFIG : RC_OK);
		CHECK(rc == RC_OK || strstr(e.msg, "fd:4") != NULL);
		CHECK(rc != RC_OK || s.fd == cases[i].fd);
	}
	is("prompt", PIN_PROMPT, NULL);
}

static enum refused_state
found(const struct refused *r)
{
	enum refused_state state = REFUSED_NOT;
	struct err e = { 0 };

	CHECK_EQ(refused_find(r, &state, &e), RC_OK);
	return state;
}

/* Strings live in p. */
static struct refused
by(struct pool *p, const char *serial, const char *spec)
{
	struct refused r = { .serial = serial };
	struct pin_source s;

	CHECK_EQ(parse(p, spec, &s), RC_OK);
	CHECK(pin_source_identity(&s, p, &r.source));
	CHECK(strstr(r.source.name, "9999") == NULL);
	CHECK(strstr(r.source.state, "9999") == NULL);
	return r;
}

static void
test_refused(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct err e = { 0 };
	const char *path = world_write("pin", 0600, "9999\n");
	struct refused r = by(&p, "77aa", path);

	CHECK_EQ(found(&r), REFUSED_NOT);
	CHECK_EQ(refused_remember(&r, REFUSED_TRIED, &e), RC_OK);
	CHECK_EQ(found(&r), REFUSED_TRIED);
	CHECK_EQ(refused_remember(&r, REFUSED_YES, &e), RC_OK);
	CHECK_EQ(found(&r), REFUSED_YES);
	r.serial = "other";
	CHECK_EQ(found(&r), REFUSED_NOT);
	r.serial = "77aa";
	refused_forget(&r);
	CHECK_EQ(found(&r), REFUSED_NOT);
	/* A changed file is another PIN. */
	CHECK_EQ(refused_remember(&r, REFUSED_YES, &e), RC_OK);
	(void)world_write("pin", 0600, "12345\n");
	r = by(&p, "77aa", path);
	CHECK_EQ(found(&r), REFUSED_NOT);
}

/* One file is one PIN however it is named, and two files are two. */
static void
test_spelling(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct err e = { 0 };
	const char *path = world_write("bad", 0600, "9999\n");
	struct refused r = by(&p, "77aa", path);
	char spec[300];

	CHECK_EQ(refused_remember(&r, REFUSED_YES, &e), RC_OK);
	(void)snprintf(spec, sizeof(spec), "file:%s/../%s/./bad", world,
	    strrchr(world, '/') + 1);
	r = by(&p, "77aa", spec);
	CHECK_EQ(found(&r), REFUSED_YES);
	CHECK_EQ(chdir(world), 0);
	r = by(&p, "77aa", "file:bad");
	CHECK_EQ(found(&r), REFUSED_YES);
	/* The same path from another folder. */
	CHECK_EQ(mkdir(world_path("sub"), 0700), 0);
	(void)world_write("sub/bad", 0600, "9999\n");
	CHECK_EQ(chdir(world_path("sub")), 0);
	r = by(&p, "77aa", "file:bad");
	CHECK_EQ(found(&r), REFUSED_NOT);
	CHECK_EQ(chdir("/"), 0);
	r = by(&p, "77aa", "command:echo 1");
	CHECK_EQ(refused_remember(&r, REFUSED_YES, &e), RC_OK);
	r = by(&p, "77aa", "command:echo 2");
	CHECK_EQ(found(&r), REFUSED_NOT);
}

int
main(void)
{
	world_begin();
	test_grammar();
	test_read();
	test_descriptor();
	test_stdin();
	test_refused();
	test_spelling();
	return 0;
}

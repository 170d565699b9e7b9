/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/entry.h"

#include "tests/unit/nobody.h"
#include "tests/unit/token_world.h"

#define ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define CSV "Access key ID,Secret access key\r\n" ID "," SECRET "\r\n"
#define SEED "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* RFC 6238's */

static struct state state;

static enum rc
take(const struct entry_request *r, struct pool *p, struct entry *ret)
{
	struct err e = { 0 };
	enum rc rc;

	state.patience = world_patience(10000);
	rc = entry_read(&state, r, p, ret, &e);
	CHECK(rc == RC_OK || e.msg[0] != '\0');
	CHECK(strstr(e.msg, "wJalr") == NULL);
	CHECK(strcasestr(e.msg, "GEZDG") == NULL);
	return rc;
}

/* Descriptor 3 is our caller's standard input. */
static void
set_stdin(const char *text)
{
	int fds[2];

	CHECK(pipe(fds) == 0);
	CHECK(write(fds[1], text, strlen(text)) == (ssize_t)strlen(text));
	(void)close(fds[1]);
	CHECK(dup2(fds[0], 3) == 3);
	if (fds[0] != 3)
		(void)close(fds[0]);
}

static enum rc
take_line(const char *text, bool seed, struct entry *ret)
{
	static struct pool p;
	struct entry_request r = { .from = ENTRY_STDIN,
		.seed = seed,
		.access_key_id = seed ? NULL : ID,
		.serial = seed ? "arn:aws:iam::1:mfa/d" : NULL };
	enum rc rc;

	set_stdin(text);
	rc = take(&r, &p, ret);
	pool_done(&p);
	return rc;
}

static void
test_stdin(void)
{
	AUTO_ENTRY struct entry got = { 0 };

	CHECK_EQ(take_line(SECRET "\n", false, &got), RC_OK);
	CHECK_MEM(secret_bytes(&got.value), "AWS4" SECRET);
	CHECK_EQ(take_line("  " SECRET " \r\n", false, &got), RC_OK);
	CHECK_EQ(take_line(SECRET, false, &got), RC_OK);
	entry_done(&got);
	CHECK_EQ(take_line("", false, &got), RC_CONFIG);
	CHECK_EQ(take_line("\n", false, &got), RC_CONFIG);
	CHECK_EQ(take_line(SECRET "x\n", false, &got), RC_CONFIG);
	CHECK_EQ(take_line(
		     "wJalrXUtnFEMI K7MDENG/bPxRfiCYEXAMPLEKEY\n", false, &got),
	    RC_CONFIG);
	CHECK(got.value.p == NULL);
}

/* More than the secret's line is not ignored; blank lines are nothing. */
static void
test_lines(void)
{
	AUTO_ENTRY struct entry got = { 0 };
	int fds[2];

	CHECK_EQ(take_line(SECRET "\n" SECRET, false, &got), RC_USAGE);
	CHECK_EQ(take_line(CSV, false, &got), RC_USAGE);
	CHECK_EQ(take_line(SECRET "\n\n \nx\n", false, &got), RC_USAGE);
	CHECK_EQ(take_line(SEED "\n" SEED "\n", true, &got), RC_USAGE);
	CHECK(got.value.p == NULL);
	CHECK_EQ(take_line(SECRET "\r\n\r\n \n\t", false, &got), RC_OK);
	CHECK_EQ(take_line(SEED "\n\n", true, &got), RC_OK);
	entry_done(&got);
	/* Kept open: the line is all that is waited for. */
	CHECK(pipe(fds) == 0);
	CHECK(write(fds[1], SECRET "\n", strlen(SECRET) + 1) > 0);
	CHECK(dup2(fds[0], 3) == 3);
	CHECK_EQ(take(&(struct entry_request){ .from = ENTRY_STDIN,
			  .access_key_id = ID },
		     &(struct pool){ 0 }, &got),
	    RC_OK);
	CHECK_MEM(secret_bytes(&got.value), "AWS4" SECRET);
	(void)close(fds[1]);
}

static void
test_seed(void)
{
	static const char raw[] = "12345678901234567890";
	AUTO_ENTRY struct entry got = { 0 };

	CHECK_EQ(take_line(SEED "\n", true, &got), RC_OK);
	CHECK_MEM(secret_bytes(&got.value), raw);
	CHECK(got.access_key_id == NULL);
	CHECK_EQ(
	    take_line("gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n", true, &got),
	    RC_OK);
	CHECK_MEM(secret_bytes(&got.value), raw);
	CHECK_EQ(take_line("otpauth://totp/dev@1?secret=" SEED
			   "&issuer=AWS&digits=6&algorithm=sha1\n",
		     true, &got),
	    RC_OK);
	CHECK_MEM(secret_bytes(&got.value), raw);
	entry_done(&got);
	CHECK_EQ(take_line("\n", true, &got), RC_CONFIG);
	CHECK_EQ(take_line("GEZDG0BV\n", true, &got), RC_CONFIG);
	CHECK_EQ(take_line("GEZDGNBV\n", true, &got), RC_CONFIG);
	CHECK_EQ(
	    take_line("otpauth://totp/x?issuer=AWS\n", true, &got), RC_CONFIG);
	CHECK_EQ(take_line(
		     "otpauth://totp/x?digits=8&secret=" SEED "\n", true, &got),
	    RC_CONFIG);
	CHECK_EQ(take_line("otpauth://totp/x?secret=" SEED "&period=60\n", true,
		     &got),
	    RC_CONFIG);
	CHECK_EQ(take_line("otpauth://totp/x?secret=", true, &got), RC_CONFIG);
	CHECK(got.value.p == NULL);
}

static void
test_csv(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_ENTRY struct entry got = { 0 };
	struct entry_request r = { .from = ENTRY_CSV };

	r.path = world_write("a.csv", 0600, CSV);
	CHECK_EQ(take(&r, &p, &got), RC_OK);
	CHECK_MEM(secret_bytes(&got.value), "AWS4" SECRET);
	CHECK_MEM(BYTES_STR(got.access_key_id), ID);
	CHECK(got.warning == NULL);
	r.path = world_write("b.csv", 0644, CSV);
	CHECK_EQ(take(&r, &p, &got), RC_OK);
	CHECK(got.warning != NULL);
	entry_done(&got);
	r.access_key_id = "AKIAOTHEROTHEROTHER1";
	CHECK_EQ(take(&r, &p, &got), RC_CONFIG);
	r.access_key_id = ID;
	r.path = world_write("c.csv", 0600, SECRET "\n");
	CHECK_EQ(take(&r, &p, &got), RC_CONFIG);
	r.path = world_path("none.csv");
	CHECK_EQ(take(&r, &p, &got), RC_NOTFOUND);
	r.path = world;
	CHECK_EQ(take(&r, &p, &got), RC_CONFIG);
	CHECK(got.value.p == NULL);
}

static void
cannot_open(const char *path, enum rc want, const char *why)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_ENTRY struct entry got = { 0 };
	struct entry_request r = { .from = ENTRY_CSV, .path = path };
	struct err e = { 0 };

	state.patience = world_patience(10000);
	CHECK_EQ(entry_read(&state, &r, &p, &got, &e), want);
	CHECK(strstr(e.msg, path) != NULL);
	CHECK(strstr(e.msg, why) != NULL);
}

static void
without_permission(void)
{
	cannot_open(world_path("closed/a.csv"), RC_CONFIG, "chmod");
}

/* Why, and what to do about it. */
static void
test_csv_not_opened(void)
{
	const char *loop = world_path("loop.csv");

	cannot_open(world_path("none.csv"), RC_NOTFOUND, "IAM console");
	(void)world_write("file", 0600, "");
	cannot_open(world_path("file/none.csv"), RC_NOTFOUND, "not exist");
	CHECK(symlink(loop, loop) == 0);
	cannot_open(loop, RC_SYS, "symbolic links");
	CHECK(mkdir(world_path("closed"), 0700) == 0);
	CHECK(chmod(world, 0711) == 0);
	as_nobody(without_permission);
}

/* Id and secret swapped: what stands for an id is in no sentence. */
static void
test_swapped(void)
{
	static const char other[] = "wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAMPLEKEY";
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_ENTRY struct entry got = { 0 };
	struct entry_request r = { .from = ENTRY_CREDENTIALS,
		.access_key_id = ID };
	char text[512];

	r.path = world_write("swapped", 0600,
	    "[default]\naws_access_key_id = " SECRET
	    "\naws_secret_access_key = " ID "\n");
	CHECK_EQ(take(&r, &p, &got), RC_CONFIG);
	/* A secret that could be an id by its letters. */
	(void)snprintf(text, sizeof(text),
	    "[default]\naws_access_key_id = %s\n"
	    "aws_secret_access_key = " ID "\n",
	    other);
	r.path = world_write("swapped", 0600, text);
	CHECK_EQ(take(&r, &p, &got), RC_CONFIG);
	r.from = ENTRY_CSV;
	(void)snprintf(text, sizeof(text),
	    "Access key ID,Secret access key\r\n%s," ID "\r\n", other);
	r.path = world_write("swapped.csv", 0600, text);
	CHECK_EQ(take(&r, &p, &got), RC_CONFIG);
	CHECK(got.value.p == NULL);
}

static void
test_credentials(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_ENTRY struct entry got = { 0 };
	struct entry_request r = { .from = ENTRY_CREDENTIALS };
	const char *path = world_write("credentials", 0600,
	    "[default]\naws_access_key_id = " ID
	    "\naws_secret_access_key = " SECRET "\n[short]\n"
	    "aws_access_key_id = " ID "\naws_secret_access_key = wJalr\n");

	r.path = path;
	CHECK_EQ(take(&r, &p, &got), RC_OK);
	CHECK_MEM(secret_bytes(&got.value), "AWS4" SECRET);
	CHECK_MEM(BYTES_STR(got.access_key_id), ID);
	r.path = NULL;
	CHECK(setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1) == 0);
	CHECK_EQ(take(&r, &p, &got), RC_OK);
	(void)unsetenv("AWS_SHARED_CREDENTIALS_FILE");
	CHECK_EQ(take(&r, &p, &got), RC_NOTFOUND); /* no ~/.aws */
	r.path = path;
	r.profile = "short";
	CHECK_EQ(take(&r, &p, &got), RC_CONFIG);
}

int
main(void)
{
	world_begin();
	test_stdin();
	test_lines();
	test_seed();
	test_csv();
	test_csv_not_opened();
	test_swapped();
	test_credentials();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/plain.h"

#include "tests/unit/nobody.h"
#include "tests/unit/token_world.h"

#define ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define KEY \
	"aws_access_key_id = " ID "\n" \
	"aws_secret_access_key = " SECRET "\n"
#define OTHER \
	"aws_access_key_id = AKIAOTHEROTHEROTHER1\n" \
	"aws_secret_access_key = aJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"

static void
is_file(const char *path, const char *want)
{
	char text[2048] = "";
	FILE *f = fopen(path, "r");

	CHECK(f != NULL);
	(void)!fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	CHECK_MEM(BYTES_STR(text), want);
}

static enum rc
find(const char *path, const char *profile, struct pool *p, struct plain *ret)
{
	struct err e = { 0 };
	enum rc rc = plain_find(p, path, profile, ret, &e);

	CHECK(strstr(e.msg, "wJalr") == NULL);
	return rc;
}

static void
test_find(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_PLAIN struct plain plain = { 0 };
	const char *path = world_write("find", 0600,
	    "# mine\n[default]\n" KEY "\n[empty]\n[half]\n"
	    "aws_access_key_id=" ID "\n[temporary]\n" KEY
	    "aws_session_token = abc\n[Upper]\nAWS_ACCESS_KEY_ID: " ID
	    "\nAWS_Secret_Access_Key: " SECRET "\n");

	CHECK_EQ(find(path, "default", &p, &plain), RC_OK);
	CHECK_MEM(BYTES_STR(plain.access_key_id), ID);
	CHECK_MEM(secret_bytes(&plain.secret_access_key), SECRET);
	CHECK_EQ(find(path, "Upper", &p, &plain), RC_OK);
	CHECK_EQ(find(path, "empty", &p, &plain), RC_NOTFOUND);
	CHECK_EQ(find(path, "half", &p, &plain), RC_NOTFOUND);
	CHECK_EQ(find(path, "none", &p, &plain), RC_NOTFOUND);
	CHECK_EQ(find(path, "temporary", &p, &plain), RC_CONFIG);
	CHECK_EQ(find(world_path("none"), "default", &p, &plain), RC_NOTFOUND);
	CHECK_EQ(find(world_write("open", 0644, "[default]\n" KEY), "default",
		     &p, &plain),
	    RC_CONFIG);
}

static void
removed(const char *before, const char *after)
{
	struct err e = { 0 };
	const char *path = world_write("remove", 0600, before);
	struct stat st;

	CHECK_EQ(plain_remove(path, "dev", ID, &e), RC_OK);
	is_file(path, after);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
}

static void
test_remove(void)
{
	removed("[dev]\n" KEY, "");
	removed("[dev]\n" KEY "region = x\n", "[dev]\nregion = x\n");
	removed("[a]\nx = 1\n\n[dev]\n" KEY "\n[b]\ny = 2\n",
	    "[a]\nx = 1\n\n[b]\ny = 2\n");
	removed("[a]\n" OTHER "[dev]\n# kept\n" KEY "[b]\n" OTHER,
	    "[a]\n" OTHER "# kept\n[b]\n" OTHER);
	removed("[dev]\naws_session_token =\n" KEY "s3 =\n  a = 1\n",
	    "[dev]\ns3 =\n  a = 1\n");
	removed("[dev]\r\naws_access_key_id=" ID
		"\r\naws_secret_access_key=" SECRET "\r\n[b]\r\ny=2",
	    "[b]\r\ny=2");
	removed("[dev]\naws_secret_access_key = " SECRET
		"\naws_access_key_id = " ID,
	    "");
	removed("[dev]\naws_access_key_id = " ID
		"\naws_secret_access_key = x\n  " SECRET "\nz = 1\n",
	    "[dev]\nz = 1\n");
}

static void
test_left_alone(void)
{
	struct err e = { 0 };
	const char *path = world_write("alone", 0600, "[dev]\n" KEY);

	CHECK_EQ(
	    plain_remove(path, "dev", "AKIAOTHEROTHEROTHER1", &e), RC_CONFIG);
	CHECK_EQ(plain_remove(path, "b", ID, &e), RC_NOTFOUND);
	is_file(path, "[dev]\n" KEY);
}

/* Refused with the place, and not a byte changed. */
static void
stays(const char *text, const char *place)
{
	struct err e = { 0 };
	const char *path = world_write("stays", 0600, text);
	char want[512];

	CHECK_EQ(plain_remove(path, "dev", ID, &e), RC_CONFIG);
	(void)snprintf(want, sizeof(want), "%s:%s", path, place);
	CHECK(strstr(e.msg, want) != NULL);
	CHECK(strstr(e.msg, "wJalr") == NULL);
	is_file(path, text);
}

/* The secret would still be there: nobody is told that it is gone. */
static void
test_elsewhere(void)
{
	stays("[DEFAULT]\n" KEY "[dev]\nregion = x\n", "2: [dev]");
	stays("[dev]\naws_access_key_id = " ID
	      "\n[DEFAULT]\nx = 1\naws_secret_access_key = " SECRET "\n",
	    "5: [dev]");
	stays("[dev]\n" KEY "[DEFAULT]\naws_session_token = x\n", "5: [dev]");
	stays("[a]\n" KEY "[dev]\n" KEY, "3: the same");
	stays("[dev]\n" KEY "[b]\n" KEY, "6: the same");
	stays("[dev]\n" KEY "# old: " SECRET, "4: the same");
	stays("; " SECRET "\n[dev]\n" KEY, "1: the same");
	stays("[dev]\n" KEY "x = a:" SECRET ":b\n", "4: the same");
}

static void
test_linked(void)
{
	const char *path = world_write("linked", 0600, "[dev]\n" KEY);
	const char *other = world_path("other-name"),
		   *soft = world_path("soft");
	struct err e = { 0 };

	CHECK(link(path, other) == 0 && symlink(path, soft) == 0);
	CHECK_EQ(plain_remove(path, "dev", ID, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "hard links") != NULL);
	CHECK_EQ(plain_remove(soft, "dev", ID, &e), RC_CONFIG);
	is_file(path, "[dev]\n" KEY);
	CHECK(unlink(other) == 0);
	CHECK_EQ(plain_remove(soft, "dev", ID, &e), RC_OK);
	is_file(path, "");
}

/* What the file was has no name any more: its blocks hold nothing. */
static void
is_overwritten(mode_t mode)
{
	const char *path = world_write("old", mode, "[dev]\n" KEY);
	char text[512] = "";
	struct err e = { 0 };
	FILE *f = fopen(path, "r");
	struct stat st;

	CHECK(f != NULL && setvbuf(f, NULL, _IONBF, 0) == 0);
	CHECK_EQ(plain_remove(path, "dev", ID, &e), RC_OK);
	(void)!fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	CHECK_EQ(text[0], 0);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == mode);
	CHECK(unlink(path) == 0);
}

/* Root may write to such a file anyway. */
static void
read_only(void)
{
	is_overwritten(0400);
}

static void
test_overwritten(void)
{
	is_overwritten(0600);
	CHECK(chmod(world, 0777) == 0);
	as_nobody(read_only);
}

static const struct temporary fresh = { "ASIANEW", "new/secret", "new+token" };

#define FRESH \
	"aws_access_key_id = ASIANEW\naws_secret_access_key = new/secret\n" \
	"aws_session_token = new+token\n"

static enum rc
written(const char *before, const char *after)
{
	const char *path = world_path("none yet");
	struct err e = { 0 };
	enum rc rc;

	if (before != NULL)
		path = world_write("write", 0600, before);
	rc = plain_write(path, "dev", &fresh, &e);
	is_file(path, after);
	CHECK(strstr(e.msg, "wJalr") == NULL && strstr(e.msg, "new") == NULL);
	return rc;
}

static void
test_write(void)
{
	AUTO_SECRET struct secret large = { 0 };
	const char *lasts = "# x\n[dev]\n" KEY;
	struct err e = { 0 };

	CHECK_EQ(written(NULL, "[dev]\n" FRESH), RC_OK);
	CHECK_EQ(written("", "[dev]\n" FRESH), RC_OK);
	CHECK_EQ(written("[a]\n" KEY, "[a]\n" KEY "\n[dev]\n" FRESH), RC_OK);
	CHECK_EQ(written("[dev]\n" FRESH, "[dev]\n" FRESH), RC_OK);
	CHECK_EQ(
	    written("[dev]\nregion = x\n", "[dev]\nregion = x\n" FRESH), RC_OK);
	CHECK_EQ(written(lasts, lasts), RC_CONFIG);
	lasts = "[dev]\n" KEY "aws_session_token = stale\n";
	CHECK_EQ(written(lasts, lasts), RC_CONFIG);
	lasts = "[dev]\naws_access_key_id = x\naws_session_token =\n";
	CHECK_EQ(written(lasts, lasts), RC_CONFIG);
	/* What would be read back as something else. */
	lasts = "[dev]\n  x = 1\ny\n";
	CHECK_EQ(written(lasts, lasts), RC_CONFIG);
	/* As large as may be: still within the memory there is for it. */
	secret_new(&large, (512 << 10) - 3);
	memset(large.p, 'x', large.len - 1);
	large.p[0] = '#';
	(void)world_write("write", 0600, (const char *)large.p);
	CHECK_EQ(plain_write(world_path("write"), "dev", &fresh, &e), RC_OK);
}

int
main(void)
{
	world_begin();
	test_find();
	test_remove();
	test_left_alone();
	test_elsewhere();
	test_linked();
	test_overwritten();
	test_write();
	return 0;
}

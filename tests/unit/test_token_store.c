/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/sealed_store.h"

#include "tests/unit/token_world.h"

#define DESK "stskey/sealed/desk-key"

static struct sealed_file
file(const char *name)
{
	struct sealed_file f = { .mac = MAC_HMAC_SHA1, .id = "arn:x", .n = 1 };
	struct seal *s = &f.at[0].seal;

	(void)snprintf(f.name, sizeof(f.name), "%s", name);
	*s = SEAL_INIT;
	buf_str(&s->id, "an id");
	(void)snprintf(s->device, sizeof(s->device), "Solo 2");
	f.at[0].closed = BUF_INIT(64);
	buf_str(&f.at[0].closed, "closed");
	return f;
}

static void
put(const char *name)
{
	AUTO(sealed_file_done) struct sealed_file f = file(name);
	struct err e = { "" };

	CHECK_EQ(sealed_store_write(&f, &e), RC_OK);
}

static const char *
reads(const char *name, enum rc rc)
{
	AUTO(sealed_file_done) struct sealed_file f = { 0 };
	static struct err e;

	e = (struct err){ "" };
	CHECK_EQ(sealed_store_read(name, &f, &e), rc);
	CHECK_EQ(f.n, rc == RC_OK ? 1 : 0);
	if (rc == RC_OK)
		CHECK(strcmp(f.at[0].seal.device, "Solo 2") == 0);
	return e.msg;
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	CHECK_EQ(lstat(world_path(name), &st), 0);
	return st.st_mode & 07777;
}

static enum rc
note(void *ctx, const char *name, struct err *e)
{
	struct buf *all = ctx;

	buf_str(all, name);
	buf_chr(all, ' ');
	return strcmp(name, "stop") == 0 ? err_set(e, RC_SYS, "stop") : RC_OK;
}

static const char *
names(enum rc rc)
{
	static char text[1024];
	AUTO_BUF struct buf all = BUF_INIT(sizeof(text));
	struct err e = { "" };

	CHECK_EQ(sealed_store_each(note, &all, &e), rc);
	(void)snprintf(text, sizeof(text), "%s", buf_cstr(&all));
	return text;
}

/* Nobody else's to read, under whatever umask. */
static void private(void)
{
	const mode_t odd[] = { 0, 0277 };

	CHECK(strcmp(names(RC_OK), "") == 0); /* no folder yet */
	CHECK(strstr(reads("desk-key", RC_NOTFOUND), "mfa list") != NULL);
	for (size_t i = 0; i < 2; i++) {
		mode_t before = umask(odd[i]);

		put("desk-key");
		(void)umask(before);
		CHECK_EQ(mode_of(DESK), 0600);
		CHECK_EQ(mode_of("stskey/sealed"), 0700);
		(void)reads("desk-key", RC_OK);
		CHECK_EQ(unlink(world_path(DESK)), 0);
	}
}

/* Only others' names are passed over; order is that of the names. */
static void
foreign_files(void)
{
	put("desk-key");
	put("a.b_C-9");
	(void)world_write("stskey/sealed/.desk-key.swp", 0600, "");
	(void)world_write("stskey/sealed/.stskey-00.tmp", 0600, "");
	(void)world_write("stskey/sealed/desk-key~", 0600, "");
	(void)world_write("stskey/sealed/desk key", 0600, "");
	(void)world_write("stskey/sealed/\xc3\xa4", 0600, "");
	CHECK(strcmp(names(RC_OK), "a.b_C-9 desk-key ") == 0);
	put("stop");
	put("z");
	CHECK(strcmp(names(RC_SYS), "a.b_C-9 desk-key stop ") == 0);
}

static void
foreign_contents(void)
{
	static char text[SEALED_FILE_MAX + 2];

	(void)world_write("stskey/sealed/empty", 0600, "");
	CHECK(strstr(reads("empty", RC_FORMAT), "stskey/sealed/empty") != NULL);
	(void)world_write("stskey/sealed/text", 0600, "[profile dev]\n");
	(void)reads("text", RC_FORMAT);
	memset(text, ' ', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	(void)world_write("stskey/sealed/long", 0600, text);
	(void)reads("long", RC_CONFIG);
	/* Under another name than it was made with. */
	CHECK_EQ(rename(world_path("stskey/sealed/z"),
		     world_path("stskey/sealed/y")),
	    0);
	(void)reads("y", RC_FORMAT);
}

static void
modes(void)
{
	static const mode_t open_to_others[] = { 0640, 0602, 0666 };

	for (size_t i = 0; i < 3; i++) {
		CHECK_EQ(chmod(world_path(DESK), open_to_others[i]), 0);
		CHECK(strstr(reads("desk-key", RC_CONFIG), DESK) != NULL);
	}
	CHECK_EQ(chmod(world_path(DESK), 0600), 0);
	(void)reads("desk-key", RC_OK);
	CHECK_EQ(mkdir(world_path("stskey/sealed/folder"), 0700), 0);
	CHECK(
	    strstr(reads("folder", RC_CONFIG), "stskey/sealed/folder") != NULL);
}

/* A link is not followed, nor is what it names written or wiped. */
static void
links(void)
{
	const char *link = world_path("stskey/sealed/linked");
	const char *target = world_write("elsewhere", 0600, "keep");
	struct err e = { "" };
	struct stat st;

	CHECK_EQ(symlink(target, link), 0);
	CHECK(strstr(reads("linked", RC_CONFIG), "sealed/linked") != NULL);
	CHECK_EQ(sealed_store_remove("linked", &e), RC_CONFIG);
	CHECK_EQ(sealed_store_free("linked", &e), RC_CONFIG);
	CHECK(stat(target, &st) == 0 && st.st_size == 4);
	/* One that leads nowhere is in the way as well. */
	CHECK_EQ(unlink(target), 0);
	CHECK_EQ(sealed_store_free("linked", &e), RC_CONFIG);
	CHECK_EQ(unlink(link), 0);
}

static void
taken(void)
{
	struct err e = { "" };

	CHECK_EQ(sealed_store_free("desk-key", &e), RC_CONFIG);
	CHECK(strstr(e.msg, "--name") != NULL);
	CHECK_EQ(sealed_store_free("none", &e), RC_OK);
	CHECK_EQ(sealed_store_remove("desk-key", &e), RC_OK);
	CHECK_EQ(access(world_path(DESK), F_OK), -1);
	CHECK_EQ(sealed_store_free("desk-key", &e), RC_OK);
	CHECK_EQ(sealed_store_remove("desk-key", &e), RC_NOTFOUND);
	CHECK(e.msg[0] != '\0');
}

/* A name is no path. */
static void
no_paths(void)
{
	static const char *const bad[] = { "", ".", "..", "../desk-key", "a/b",
		".hidden", "desk key",
		"12345678901234567890123456789012345678901" };
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO(sealed_file_done) struct sealed_file f = { 0 };

		CHECK_EQ(sealed_store_read(bad[i], &f, &e), RC_CONFIG);
		CHECK_EQ(sealed_store_free(bad[i], &e), RC_CONFIG);
		CHECK_EQ(sealed_store_remove(bad[i], &e), RC_CONFIG);
	}
}

int
main(void)
{
	world_begin();
	CHECK_EQ(setenv("XDG_DATA_HOME", world, 1), 0);
	private();
	foreign_files();
	foreign_contents();
	modes();
	links();
	taken();
	no_paths();
	return 0;
}

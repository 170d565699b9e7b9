/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/stat.h>

#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/store/path.h"
#include "tests/check.h"
#include "tests/unit/nobody.h"

static struct err e;

static void
made(void)
{
	struct stat st;
	mode_t odd = umask(0777);

	CHECK_EQ(file_dir("a/b/c", &e), RC_OK);
	CHECK_EQ(stat("a/b/c", &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0700);
	CHECK_EQ(stat("a", &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0700);
	CHECK_EQ(file_dir("a/b/c", &e), RC_OK);
	CHECK_EQ(file_dir("a/b/d/", &e), RC_OK);
	(void)umask(odd);
}

static void
refused(void)
{
	CHECK_EQ(symlink("a", "link"), 0);
	CHECK_EQ(file_dir("link", &e), RC_CONFIG);
	CHECK(strstr(e.msg, "'link'") != NULL);
	/* Links on the way are the person's own affair. */
	CHECK_EQ(file_dir("link/b", &e), RC_OK);
	CHECK_EQ(mkdir("open", 0700), 0);
	CHECK_EQ(chmod("open", 0770), 0);
	CHECK_EQ(file_dir("open", &e), RC_CONFIG);
	CHECK(strstr(e.msg, "0770") != NULL);
	CHECK_EQ(chmod("open", 0702), 0);
	CHECK_EQ(file_dir("open", &e), RC_CONFIG);
	CHECK_EQ(chmod("open", 0755), 0);
	CHECK_EQ(file_dir("open", &e), RC_OK);
	CHECK_EQ(file_dir("/etc", &e), RC_CONFIG);
	CHECK(strstr(e.msg, "another user") != NULL);
	CHECK_EQ(file_replace("file", 0600, BYTES_STR(""), &e), RC_OK);
	CHECK_EQ(file_dir("file", &e), RC_CONFIG);
	CHECK_EQ(chmod("open", 0500), 0);
	CHECK_EQ(file_dir("open/x/y", &e), RC_SYS);
	CHECK(strstr(e.msg, "XDG") != NULL);
	CHECK_EQ(file_dir("", &e), RC_CONFIG);
	CHECK_EQ(chmod("open", 0700), 0);
}

static void
is_at(enum xdg which, const char *want)
{
	AUTO_MEM char *path = NULL;

	CHECK_EQ(file_xdg(which, &path, &e), RC_OK);
	CHECK_MEM(BYTES_STR(path), want);
}

static void
xdg(void)
{
	AUTO_MEM char *aws = NULL;
	char *none = NULL;

	CHECK_EQ(clearenv(), 0);
	CHECK_EQ(file_xdg(XDG_CACHE, &none, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "HOME") != NULL);
	CHECK_EQ(file_aws("config", &none, &e), RC_CONFIG);
	CHECK_EQ(file_xdg(XDG_RUNTIME, &none, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "XDG_RUNTIME_DIR") != NULL);
	CHECK_EQ(setenv("HOME", "not/absolute", 1), 0);
	CHECK_EQ(file_xdg(XDG_STATE, &none, &e), RC_CONFIG);
	CHECK_EQ(setenv("HOME", "", 1), 0);
	CHECK_EQ(file_xdg(XDG_DATA, &none, &e), RC_CONFIG);
	CHECK(none == NULL);

	CHECK_EQ(setenv("HOME", "/home/me", 1), 0);
	is_at(XDG_CACHE, "/home/me/.cache/stskey");
	is_at(XDG_STATE, "/home/me/.local/state/stskey");
	is_at(XDG_DATA, "/home/me/.local/share/stskey");
	CHECK_EQ(file_aws("config", &aws, &e), RC_OK);
	CHECK_MEM(BYTES_STR(aws), "/home/me/.aws/config");

	CHECK_EQ(setenv("XDG_CACHE_HOME", "/c", 1), 0);
	CHECK_EQ(setenv("XDG_STATE_HOME", "./ignored", 1), 0);
	CHECK_EQ(setenv("XDG_DATA_HOME", "", 1), 0);
	CHECK_EQ(setenv("XDG_RUNTIME_DIR", "/run/user/7/", 1), 0);
	is_at(XDG_CACHE, "/c/stskey");
	is_at(XDG_STATE, "/home/me/.local/state/stskey");
	is_at(XDG_DATA, "/home/me/.local/share/stskey");
	is_at(XDG_RUNTIME, "/run/user/7/stskey");
}

static void
folder_of(const char *path, const char *want)
{
	AUTO_MEM char *got = path_folder(path);

	CHECK_MEM(BYTES_STR(got), want);
}

static void
run(void)
{
	const char *folder = new_folder();

	CHECK_EQ(chdir(folder), 0);
	made();
	refused();
	xdg();
	folder_of("a", ".");
	folder_of("/a", "/");
	folder_of("b/a", "b");
	folder_of("/c/b/a", "/c/b");
	remove_folder(folder);
}

int
main(void)
{
	as_nobody(run);
	return 0;
}

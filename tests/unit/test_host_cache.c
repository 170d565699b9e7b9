/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/host/cache.h"
#include "tests/check.h"

static const char key[] = "session/AKID/eu";
static const char answer[] = "{\"Version\":1}\n";

static enum rc
parse(const char *text, struct cache_entry *ret)
{
	struct err e;

	return cache_parse(BYTES_STR(text), key, ret, &e);
}

static void
test_header(void)
{
	struct cache_entry entry;

	CHECK_EQ(
	    parse("stskey1 2000 1000 -30 session/AKID/eu\n{\"a\":1}\n", &entry),
	    RC_OK);
	CHECK_EQ(entry.expires, 2000);
	CHECK_EQ(entry.made, 1000);
	CHECK_EQ(entry.skew, -30);
	CHECK_MEM(entry.answer, "{\"a\":1}\n");
	/* The service's clock is 30 s behind ours: so much longer it lasts. */
	CHECK_EQ(cache_left(&entry, 1500), 530);
}

static void
test_what_is_no_entry(void)
{
	static const char *const bad[] = {
		"",
		"stskey1",
		"stskey2 2000 1000 0 session/AKID/eu\n{}\n",
		"stskey1 2000 1000 session/AKID/eu\n{}\n",
		"stskey1 2000 1000 0 session/AKID/e\n{}\n",
		"stskey1 2000 1000 0 session/AKID/eu2\n{}\n",
		"stskey1 2000 1000 0 session/AKID/eu\n{",
		"stskey1 2000 1000 0 session/AKID/eu\n{}",
		"stskey1 2000 1000 0 session/AKID/eu\n",
		"stskey1 2000 1000 0 session/AKID/eu",
		"stskey1 9999999999999 1000 0 session/AKID/eu\n{}\n",
		"stskey1 - 1000 0 session/AKID/eu\n{}\n",
	};
	struct cache_entry entry;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(parse(bad[i], &entry), RC_FORMAT);
}

static void
test_files(const char *dir)
{
	AUTO_BUF struct buf text = BUF_INIT(0), path = BUF_INIT(4096);
	AUTO_BUF struct buf other = BUF_INIT(4096), tag = BUF_INIT(4096);
	struct cache_entry entry = {
		.expires = 2000, .made = 1000, .answer = BYTES_STR(answer)
	};
	struct cache_entry back;
	struct stat st;
	struct err e;

	buf_fmt(&path, "%s/cache/entry", dir);
	buf_fmt(&other, "%s/cache/link", dir);
	buf_fmt(&tag, "%s/cache/CACHEDIR.TAG", dir);
	CHECK_EQ(
	    cache_read(buf_cstr(&path), key, &text, &back, &e), RC_NOTFOUND);
	CHECK_EQ(cache_write(buf_cstr(&path), key, &entry, &e), RC_OK);
	CHECK_EQ(cache_read(buf_cstr(&path), key, &text, &back, &e), RC_OK);
	CHECK_EQ(back.expires, 2000);
	CHECK_MEM(back.answer, answer);
	CHECK_EQ(stat(buf_cstr(&path), &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0600);
	CHECK_EQ(stat(buf_cstr(&tag), &st), 0);

	buf_done(&text);
	CHECK_EQ(cache_read(buf_cstr(&path), "another", &text, &back, &e),
	    RC_NOTFOUND);
	CHECK_EQ(symlink(buf_cstr(&path), buf_cstr(&other)), 0);
	buf_done(&text);
	CHECK_EQ(
	    cache_read(buf_cstr(&other), key, &text, &back, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "link") != NULL);
	CHECK_EQ(chmod(buf_cstr(&path), 0644), 0);
	buf_done(&text);
	CHECK_EQ(cache_read(buf_cstr(&path), key, &text, &back, &e), RC_CONFIG);
}

static int64_t
used(const char *path, struct cache_entry *ret)
{
	AUTO_BUF struct buf text = BUF_INIT(0);
	struct err e;

	CHECK_EQ(cache_read(path, key, &text, ret, &e), RC_OK);
	return ret->used;
}

static void
set_used(const char *path, int64_t t)
{
	const struct timespec times[] = { { .tv_sec = 5 }, { .tv_sec = t } };

	CHECK_EQ(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* To the minute, whatever the clock did, and nothing else is touched. */
static void
test_use(const char *dir)
{
	static const int64_t ages[] = { 59, 61, 86400, -59, -3600 };
	AUTO_BUF struct buf file = BUF_INIT(4096);
	struct cache_entry entry = {
		.expires = 2000, .made = 1000, .answer = BYTES_STR(answer)
	};
	int64_t now = clock_now();
	const char *path;
	struct stat st;
	struct err e;

	buf_fmt(&file, "%s/cache/used", dir);
	path = buf_cstr(&file);
	CHECK_EQ(cache_write(path, key, &entry, &e), RC_OK);
	CHECK(used(path, &entry) >= now - 1);
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		bool near = ages[i] > -60 && ages[i] < 60;

		set_used(path, now - ages[i]);
		CHECK_EQ(used(path, &entry), now - ages[i]);
		cache_use(path, &entry);
		CHECK(used(path, &entry) >= now - (near ? ages[i] : 1));
		CHECK_EQ(near, entry.used == now - ages[i]);
		CHECK_EQ(entry.made, 1000);
		CHECK_EQ(stat(path, &st), 0);
		CHECK(st.st_mode == (S_IFREG | 0600));
	}
	CHECK_EQ(unlink(path), 0);
	cache_use(path, &entry);
}

int
main(void)
{
	char dir[] = "/tmp/test_host_cache.XXXXXX";
	char command[64];

	test_header();
	test_what_is_no_entry();
	CHECK(mkdtemp(dir) != NULL);
	test_files(dir);
	test_use(dir);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

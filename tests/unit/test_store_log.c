/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

enum { WRITERS = 10, LINES = 700, LINE = 256, OVER = 65536 };

static char folder[] = "/tmp/stskey-log-XXXXXX";
static struct err e;

static const char *
path(const char *name)
{
	static char ret[128];

	(void)snprintf(ret, sizeof(ret), "%s/stskey/%s", folder, name);
	return ret;
}

static off_t
size(const char *name)
{
	struct stat st;

	return stat(path(name), &st) == 0 ? st.st_size : -1;
}

static void
fresh(void)
{
	(void)unlink(path("log"));
	(void)unlink(path("log.1"));
}

static void
test_first(void)
{
	AUTO_BUF struct buf all = BUF_INIT(0);
	struct stat st;

	CHECK_EQ(log_read(&all, &e), RC_OK);
	CHECK_EQ(all.len, 0);
	(void)umask(0);
	CHECK_EQ(log_append(BYTES_STR("one\n"), &e), RC_OK);
	CHECK_EQ(log_append(BYTES_STR("two\n"), &e), RC_OK);
	CHECK_EQ(log_read(&all, &e), RC_OK);
	CHECK_MEM(buf_bytes(&all), "one\ntwo\n");
	CHECK_EQ(stat(path("log"), &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0600);
	/* Another program has opened it up. */
	CHECK_EQ(chmod(path("log"), 0644), 0);
	CHECK_EQ(log_append(BYTES_STR("three\n"), &e), RC_OK);
	CHECK_EQ(stat(path("log"), &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0600);
}

static void
test_refused(void)
{
	fresh();
	CHECK_EQ(symlink("/dev/null", path("log")), 0);
	CHECK_EQ(log_append(BYTES_STR("x\n"), &e), RC_CONFIG);
	CHECK(strstr(e.msg, "link") != NULL);
	fresh();
	CHECK_EQ(mkfifo(path("log"), 0600), 0);
	CHECK(log_append(BYTES_STR("x\n"), &e) != RC_OK);
	fresh();
}

/* A line that found no room is not the beginning of the next one. */
static void
test_full_disk(void)
{
	struct rlimit few = { 6, RLIM_INFINITY }, before;
	AUTO_BUF struct buf all = BUF_INIT(0);

	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
	few.rlim_max = before.rlim_max;
	CHECK_EQ(log_append(BYTES_STR("one\n"), &e), RC_OK);
	CHECK_EQ(setrlimit(RLIMIT_FSIZE, &few), 0);
	CHECK(log_append(BYTES_STR("another\n"), &e) != RC_OK);
	CHECK_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
	CHECK_EQ(log_append(BYTES_STR("\n"), &e), RC_OK);
	CHECK_EQ(log_read(&all, &e), RC_OK);
	CHECK(memcmp(all.p, "one\nan", 6) == 0);
}

static void
write_lines(int who)
{
	char line[LINE + 1];

	for (int i = 0; i < LINES; i++) {
		int n = snprintf(line, sizeof(line), "%d:%04d:", who, i);

		memset(line + n, 'a' + who, (size_t)(LINE - n));
		line[LINE - 1] = '\n';
		CHECK_EQ(log_append(BYTES(line, LINE), &e), RC_OK);
	}
}

static void
check_line(const uint8_t *line, int last[WRITERS])
{
	int who = line[0] - '0', n = 0;

	CHECK(who >= 0 && who < WRITERS);
	for (int i = 2; i < 6; i++)
		n = n * 10 + (line[i] - '0');
	/* In the order that each wrote, and none is gone. */
	CHECK_EQ(n, last[who] + 1);
	last[who] = n;
	for (int i = 7; i < LINE - 1; i++)
		CHECK(line[i] == 'a' + who);
	CHECK(line[LINE - 1] == '\n');
}

/* Of three times as much, the oldest is gone. */
static void
test_rotated(void)
{
	AUTO_BUF struct buf all = BUF_INIT(0);

	fresh();
	for (int i = 0; i < 18; i++)
		write_lines(i % WRITERS);
	CHECK(size("log") < LOG_BYTES + LINE);
	CHECK(size("log.1") >= LOG_BYTES && size("log.1") < LOG_BYTES + LINE);
	CHECK_EQ(log_read(&all, &e), RC_OK);
	CHECK_EQ(all.len % LINE, 0);
	CHECK(memcmp(all.p + all.len - LINE, "7:0699:", 7) == 0);
}

/* Ten at once, over a rotation: whole lines, of which none is lost. */
static void
test_together(void)
{
	AUTO_BUF struct buf all = BUF_INIT(0);
	int last[WRITERS], status = -1;
	pid_t pids[WRITERS];

	fresh();
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		CHECK(pids[i] >= 0);
		if (pids[i] == 0) {
			write_lines(i);
			_exit(0);
		}
		last[i] = -1;
	}
	for (int i = 0; i < WRITERS; i++) {
		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK_EQ(status, 0);
	}
	CHECK(size("log") > 0 && size("log") < LOG_BYTES + OVER);
	CHECK(size("log.1") >= LOG_BYTES && size("log.1") < LOG_BYTES + OVER);
	CHECK_EQ(size("log.2"), -1);
	CHECK_EQ(log_read(&all, &e), RC_OK);
	CHECK_EQ(all.len % LINE, 0);
	for (size_t i = 0; i < all.len; i += LINE)
		check_line(all.p + i, last);
	for (int i = 0; i < WRITERS; i++)
		CHECK_EQ(last[i], LINES - 1);
}

int
main(void)
{
	CHECK(mkdtemp(folder) != NULL);
	CHECK_EQ(setenv("XDG_STATE_HOME", folder, 1), 0);
	test_first();
	test_refused();
	test_full_disk();
	test_rotated();
	test_together();
	fresh();
	CHECK_EQ(rmdir(path("")), 0);
	CHECK_EQ(rmdir(folder), 0);
	return 0;
}

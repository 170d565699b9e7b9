/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/token_world.h"

enum { SOON_MS = 10000 };

static enum rc
run(const char *command, struct secret *ret, struct err *e)
{
	struct patience p = world_patience(SOON_MS);

	return spawn_output(&p, command, 100, "the command", ret, e);
}

static void
test_output(void)
{
	AUTO_SECRET struct secret out = { 0 };
	struct err e = { 0 };

	CHECK_EQ(run("printf 'a\\nb'", &out, &e), RC_OK);
	CHECK_MEM(secret_bytes(&out), "a\nb");
	CHECK(setenv("PASSED_ON", "yes", 1) == 0);
	CHECK_EQ(run("cat; printf %s \"$PASSED_ON\"", &out, &e), RC_OK);
	CHECK_MEM(secret_bytes(&out), "yes");
	CHECK_EQ(run("true", &out, &e), RC_OK);
	CHECK_EQ(out.len, 0);
}

static void
test_failures(void)
{
	AUTO_SECRET struct secret out = { 0 };
	struct err e = { 0 };

	CHECK_EQ(run("echo secret; exit 3", &out, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "status 3") != NULL);
	CHECK(strstr(e.msg, "secret") == NULL);
	CHECK_EQ(run("kill -9 $$", &out, &e), RC_CONFIG);
	CHECK_EQ(run("/nonexistent/program 2>/dev/null", &out, &e), RC_CONFIG);
	CHECK_EQ(run("yes", &out, &e), RC_FORMAT);
	CHECK(out.p == NULL);
}

static bool
yes(void *ctx)
{
	(void)ctx;
	return true;
}

static void
test_patience(void)
{
	AUTO_SECRET struct secret out = { 0 };
	struct patience p = world_patience(50);
	struct err e = { 0 };
	int64_t before = clock_monotonic_ms();

	CHECK_EQ(
	    spawn_output(&p, "exec sleep 60", 100, "it", &out, &e), RC_TIMEOUT);
	CHECK_EQ(spawn_output(&p, "exec sleep 60 >&-", 100, "it", &out, &e),
	    RC_TIMEOUT);
	p = world_patience(SOON_MS);
	p.cancelled = yes;
	CHECK_EQ(spawn_output(&p, "exec sleep 60", 100, "it", &out, &e),
	    RC_CANCELLED);
	/* One that ignores SIGTERM is killed. */
	p = world_patience(50);
	CHECK_EQ(spawn_output(&p, "trap '' TERM; while :; do sleep 1; done",
		     100, "it", &out, &e),
	    RC_TIMEOUT);
	CHECK(clock_monotonic_ms() - before < 30000);
}

/* The number that the command wrote; it may be writing still. */
static pid_t
pid_in(const char *path)
{
	char line[32] = "";

	for (int i = 0; i < SOON_MS / 10 && strchr(line, '\n') == NULL; i++) {
		FILE *f = fopen(path, "r");

		if (f != NULL) {
			(void)!fgets(line, sizeof(line), f);
			(void)fclose(f);
		}
		(void)usleep(10000);
	}
	CHECK(strchr(line, '\n') != NULL);
	return (pid_t)strtol(line, NULL, 10);
}

/* It is killed; who reaps it is not ours to say, so a zombie is gone too. */
static bool
is_gone(pid_t pid)
{
	char path[64], state = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < SOON_MS / 10; i++) {
		FILE *f = fopen(path, "r");

		if (f == NULL)
			return true;
		(void)!fscanf(f, "%*d %*s %c", &state);
		(void)fclose(f);
		if (state == 'Z')
			return true;
		(void)usleep(10000);
	}
	return false;
}

/* It leaves a grandchild that takes no notice of anybody. */
static const char *
stubborn(const char *path, const char *after)
{
	static char command[512];

	(void)unlink(path);
	(void)snprintf(command, sizeof(command),
	    "(trap '' TERM HUP INT; sh -c 'echo $$ >%s; exec sleep 77 >&-') "
	    "& %s",
	    path, after);
	return command;
}

static void
test_grandchildren(void)
{
	AUTO_SECRET struct secret out = { 0 };
	const char *path = world_path("pid");
	struct patience p = world_patience(300);
	struct err e = { 0 };

	CHECK_EQ(spawn_output(&p, stubborn(path, "wait"), 100, "it", &out, &e),
	    RC_TIMEOUT);
	CHECK(is_gone(pid_in(path)));
	p = world_patience(300);
	CHECK_EQ(spawn_output(
		     &p, stubborn(path, "exec >&-; wait"), 100, "it", &out, &e),
	    RC_TIMEOUT);
	CHECK(is_gone(pid_in(path)));
	/* It ended well, and left something behind. */
	CHECK_EQ(run(stubborn(path,
			 "while ! grep -q . $HOME/pid; do sleep 0.01; done"),
		     &out, &e),
	    RC_OK);
	CHECK(is_gone(pid_in(path)));
}

/* We are killed without a moment's notice. */
static void
test_killed(void)
{
	const char *path = world_path("orphan");
	const char *command = stubborn(path, "wait");
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		AUTO_SECRET struct secret out = { 0 };
		struct err e = { 0 };

		_exit((int)run(command, &out, &e));
	}
	(void)pid_in(path);
	CHECK(kill(child, SIGKILL) == 0);
	CHECK(waitpid(child, NULL, 0) == child);
	CHECK(is_gone(pid_in(path)));
}

/* Who runs it stays as it was, and the command is not in its group. */
static void
test_group(void)
{
	AUTO_SECRET struct secret out = { 0 };
	struct err e = { 0 };
	char command[128];
	pid_t mine = getpgrp();

	(void)snprintf(command, sizeof(command),
	    "test \"$(cut -d' ' -f5 /proc/$$/stat)\" != %d", mine);
	CHECK_EQ(run(command, &out, &e), RC_OK);
	CHECK_EQ(getpgrp(), mine);
	CHECK_EQ(run("kill -TERM $$", &out, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "signal 15") != NULL);
}

/* Nothing of ours leaks into a program that is not ours. */
static void
test_inheritance(void)
{
	AUTO_SECRET struct secret out = { 0 };
	AUTO_FD int fd = open("/dev/null", O_RDONLY);
	struct err e = { 0 };
	char command[64];

	CHECK(fd > 2);
	(void)snprintf(
	    command, sizeof(command), "test ! -e /proc/$$/fd/%d", fd);
	CHECK_EQ(run(command, &out, &e), RC_OK);
}

int
main(void)
{
	world_begin();
	test_output();
	test_failures();
	test_patience();
	test_inheritance();
	test_group();
	test_grandchildren();
	test_killed();
	return 0;
}

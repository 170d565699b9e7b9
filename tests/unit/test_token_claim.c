/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signer/token/ask.h"
#include "signer/token/holds.h"
#include "tests/unit/token_world.h"

static bool waited; /* of the last claim */

static enum rc
claim_in(int64_t ms, const char *token, const char *serial)
{
	struct state s = { .patience = world_patience(ms) };
	struct err e = { 0 };
	struct ask a;

	ask_fill(&a, &s);
	return a.claim(a.ctx, token, serial, &waited, &e);
}

static enum rc
claim_now(const char *token, const char *serial)
{
	return claim_in(0, token, serial);
}

static void
unclaim_now(const char *token, const char *serial)
{
	struct state s = { 0 };
	struct ask a;

	ask_fill(&a, &s);
	a.unclaim(a.ctx, token, serial);
}

/* Whatever URI another process came by. */
static void
test_claim(void)
{
	int status = -1;
	pid_t pid;

	CHECK_EQ(claim_now("work", "77aa"), RC_OK);
	CHECK(!waited);
	CHECK_EQ(claim_now("work", "77aa"), RC_OK);
	CHECK(!waited);
	holds_done();
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(claim_now("work", "55bb"), RC_OK);
		CHECK_EQ(claim_now("work", "77aa"), RC_OK);
		unclaim_now("work", "55bb");
		unclaim_now("work", "never claimed");
		CHECK(kill(getpid(), SIGSTOP) == 0);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	CHECK_EQ(claim_now("work", "77aa"), RC_TIMEOUT);
	CHECK_EQ(claim_now("work", "33cc"), RC_OK);
	CHECK_EQ(claim_now("work", "55bb"), RC_OK);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(claim_now("work", "77aa"), RC_OK);
	holds_done();
}

/* proc(5): a process that waits for a lock stands after "->". */
static bool
waits_for_lock(pid_t pid)
{
	char line[256], name[32];
	bool found = false;
	FILE *f = fopen("/proc/locks", "re");

	(void)snprintf(name, sizeof(name), " %d ", (int)pid);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		found = found || (strstr(line, "->") != NULL &&
				     strstr(line, name) != NULL);
	if (f != NULL)
		(void)fclose(f);
	return found;
}

/* What was read of the token before may be stale then, and only then. */
static void
test_claim_waited(void)
{
	int ready[2], status = -1;
	char byte = 0;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(claim_now("work", "77aa"), RC_OK);
		CHECK(write(ready[1], "", 1) == 1);
		while (!waits_for_lock(getppid()))
			(void)poll(NULL, 0, 10);
		_exit(0);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	CHECK_EQ(claim_in(60000, "work", "77aa"), RC_OK);
	CHECK(waited);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	holds_done();
	CHECK(close(ready[0]) == 0 && close(ready[1]) == 0);
}

int
main(void)
{
	world_begin();
	test_claim();
	test_claim_waited();
	return 0;
}

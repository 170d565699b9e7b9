/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/tty.h"

#include "tests/unit/token_terminal.h"

static bool
pipe_closed(void *ctx)
{
	struct pollfd p = { .fd = *(int *)ctx, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static int call_off[2];

/* In the child: 0 when the answer is "open sesame", else the status. */
static int
ask(int64_t ms, bool echo)
{
	AUTO_SECRET struct secret line = { 0 };
	struct patience p = world_patience(ms);
	struct tty_question q = { "stskey: for profile 'dev'", "PIN", echo };
	struct err e = { 0 };
	enum rc rc;

	p.cancelled = pipe_closed;
	p.ctx = &call_off[0];
	rc = tty_ask(&p, &q, &line, &e);
	if (rc != RC_OK)
		return (int)rc;
	return bytes_is(secret_bytes(&line), "open sesame") ? 0 : 99;
}

static int
ask_hidden(void)
{
	return ask(TERMINAL_MS, false);
}

static int
ask_shown(void)
{
	return ask(TERMINAL_MS, true);
}

static int
ask_briefly(void)
{
	return ask(300, false);
}

/* SIGINT is ignored, as in every helper. */
static int
ask_deaf(void)
{
	(void)signal(SIGINT, SIG_IGN);
	return ask(TERMINAL_MS, false);
}

/* The child is a background job: another group has the foreground. */
static int
ask_in_background(void)
{
	pid_t job = fork();
	int status = -1;

	if (job == 0) {
		(void)setpgid(0, 0);
		_exit(ask(TERMINAL_MS, false));
	}
	CHECK(waitpid(job, &status, 0) == job);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static void
test_hidden(void)
{
	struct terminal t;

	terminal_begin(&t, ask_hidden);
	terminal_wait(&t, "PIN: ");
	CHECK(strstr(t.seen, "profile 'dev'") != NULL);
	CHECK(!terminal_echo(&t));
	terminal_type(&t, "open sesamx\x7f"
			  "e\n");
	CHECK_EQ(terminal_end(&t), 0);
	CHECK(strstr(t.seen, "sesam") == NULL);
}

static void
test_shown(void)
{
	struct terminal t;

	terminal_begin(&t, ask_shown);
	terminal_wait(&t, "PIN: ");
	CHECK(terminal_echo(&t));
	terminal_type(&t, "open sesame\n");
	CHECK_EQ(terminal_end(&t), 0);
	CHECK(strstr(t.seen, "open sesame") != NULL);
}

/* Echo comes back on every way out: terminal_end() looks. */
static void
test_no_answer(void)
{
	struct terminal t;

	terminal_begin(&t, ask_hidden);
	terminal_wait(&t, "PIN: ");
	terminal_type(&t, "\x04");
	CHECK_EQ(terminal_end(&t), RC_CANCELLED);

	terminal_begin(&t, ask_briefly);
	terminal_wait(&t, "PIN: ");
	terminal_type(&t, "open");
	CHECK_EQ(terminal_end(&t), RC_TIMEOUT);

	/* Ctrl-C is for the conductor; Ctrl-Z would leave no echo behind. */
	terminal_begin(&t, ask_deaf);
	terminal_wait(&t, "PIN: ");
	terminal_type(&t, "\x1a\x03"
			  "open sesame\n");
	CHECK_EQ(terminal_end(&t), 0);
}

static void
test_called_off(void)
{
	struct terminal t;
	int64_t before;

	CHECK(pipe(call_off) == 0);
	terminal_begin(&t, ask_hidden);
	terminal_wait(&t, "PIN: ");
	before = clock_monotonic_ms();
	CHECK(write(call_off[1], "x", 1) == 1);
	CHECK_EQ(terminal_end(&t), RC_CANCELLED);
	CHECK(clock_monotonic_ms() - before < TERMINAL_MS);
	(void)close(call_off[0]);
	(void)close(call_off[1]);
	call_off[0] = -1;
}

static int
ask_without_terminal(void)
{
	CHECK(setsid() > 0);
	return ask(TERMINAL_MS, false);
}

static void
test_nobody(void)
{
	struct terminal t;
	int status = -1;
	pid_t pid;

	terminal_begin(&t, ask_in_background);
	CHECK_EQ(terminal_end(&t), RC_UNSUPPORTED);
	pid = fork();
	if (pid == 0)
		_exit(ask_without_terminal());
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), RC_UNSUPPORTED);
}

int
main(void)
{
	world_begin();
	call_off[0] = -1;
	test_hidden();
	test_shown();
	test_no_answer();
	test_called_off();
	test_nobody();
	return 0;
}

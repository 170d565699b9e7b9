/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/harden.h"
#include "signer/token/ask.h"
#include "tests/unit/token_desktop.h"
#include "tests/unit/token_terminal.h"

/* What the person is told of a key, and how long there is for it. */

static struct state
state_of(const char *caller)
{
	return (struct state){
		.profile = "dev", .caller = caller, .role = "Admin"
	};
}

static void
touch(struct state *s, const struct ask_touch *what)
{
	struct ask a;

	ask_fill(&a, s);
	CHECK_EQ(a.touch_seconds, ASK_TOUCH_SECONDS);
	a.touch(a.ctx, what);
	wait_for_calls(1);
	a.touch(a.ctx, NULL);
}

static void
says_what_to_touch(void)
{
	struct state s = state_of("terraform (pid 4711)");
	struct ask_touch what = { .device = "Solo 2", .seconds = 15 };

	notifier("echo 7");
	touch(&s, &what);
	CHECK(said("[--expire-time=15000]"));
	CHECK(
	    said("[touch 'Solo 2' for profile 'dev', role Admin, asked for by "
		 "terraform (pid 4711), within 15 s]"));
	CHECK(said("[--replace-id=7]"));
	notifier("echo 7");
	what.why = "to seal the secret (1 of 2)";
	touch(&s, &what);
	CHECK(said("[touch 'Solo 2' to seal the secret (1 of 2) for profile "));
}

/* A key and a program may call themselves what they like. */
static void
nothing_moves_a_cursor(void)
{
	struct state s = state_of("a\x1b[2J\nb (pid 1)");
	const struct ask_touch what = { .device = "So\x1blo", .seconds = 5 };

	notifier("echo 7");
	touch(&s, &what);
	CHECK(said("touch 'So?lo'"));
	CHECK(strchr(all_said(), '\x1b') == NULL);
	CHECK_EQ(calls(), 2);
}

static void
says_what_to_do(void)
{
	struct state s = state_of("terraform (pid 4711)");
	struct ask a;

	notifier("echo 7");
	ask_fill(&a, &s);
	a.notice(a.ctx, "plug in 'Solo 2'");
	wait_for_calls(1);
	CHECK(said("[plug in 'Solo 2', for profile 'dev', role Admin, "));
	a.notice(a.ctx, NULL);
	CHECK_EQ(calls(), 2);
}

/* Nobody is kept past the end, and the sentence still gets through. */
static int64_t
left_of(int64_t ms)
{
	struct state s = { .patience = world_patience(ms) };
	struct ask a;

	ask_fill(&a, &s);
	return a.left_ms(a.ctx);
}

static void
time_left(void)
{
	int64_t left = left_of(10000);

	CHECK(left > 0 && left <= 9500);
	CHECK_EQ(left_of(400), 0);
	CHECK_EQ(left_of(-5000), 0);
}

static bool
yes(void *ctx)
{
	return *(bool *)ctx;
}

static void
called_off(void)
{
	struct state s = { .patience = world_patience(10000) };
	bool off = false;
	struct ask a;

	ask_fill(&a, &s);
	CHECK(!a.cancelled(a.ctx));
	s.patience.cancelled = yes;
	s.patience.ctx = &off;
	CHECK(!a.cancelled(a.ctx));
	off = true;
	CHECK(a.cancelled(a.ctx));
}

/* -- the PIN of a key */

static const struct ask_pin solo = {
	.token = "Solo 2", .serial = "Solo 2", .own_only = true
};

static enum rc
pin(struct state *s, const struct ask_pin *what, struct secret *ret,
    struct err *e)
{
	struct ask a;

	*e = (struct err){ "" };
	s->patience = world_patience(TERMINAL_MS);
	ask_fill(&a, s);
	return a.pin(a.ctx, what, ret, e);
}

/* Those for tokens of another kind stay where they are. */
static int
no_other_source(void)
{
	AUTO_SECRET struct secret got = { 0 };
	struct state s = { .pin_source = "command:touch \"$HOME/used\"; echo 1",
		.pin_source_default = "command:touch \"$HOME/used\"; echo 2" };
	struct ask_pin what = solo;
	struct err e;

	CHECK_EQ(pin(&s, &what, &got, &e), RC_PIN);
	CHECK(strstr(e.msg, "PIN of token 'Solo 2'") != NULL);
	CHECK(strstr(e.msg, "stskey login") != NULL);
	CHECK(strstr(e.msg, "stskey_pin_source") == NULL);
	CHECK(access(world_path("used"), F_OK) != 0);
	what.pin_source = "command:echo 2718";
	CHECK_EQ(pin(&s, &what, &got, &e), RC_OK);
	CHECK_MEM(secret_bytes(&got), "2718");
	CHECK(access(world_path("used"), F_OK) != 0);
	return 0;
}

static void
own_source_only(void)
{
	int status = -1;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(setsid() > 0);
		_exit(no_other_source());
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

static int
ask_with(int tries, bool low)
{
	AUTO_SECRET struct secret got = { 0 };
	struct state s = { .profile = "dev" };
	struct ask_pin what = solo;
	struct err e;

	what.tries = tries;
	what.count_low = low;
	CHECK_EQ(pin(&s, &what, &got, &e), RC_OK);
	CHECK_MEM(secret_bytes(&got), "2718");
	return 0;
}

static int
eight_tries(void)
{
	return ask_with(8, false);
}

static int
three_tries(void)
{
	return ask_with(3, true);
}

static int
unknown_tries(void)
{
	return ask_with(0, true);
}

static void
prompted(int (*run)(void), const char *with, const char *without)
{
	struct terminal t;

	terminal_begin(&t, run);
	terminal_wait(&t, "PIN of token 'Solo 2': ");
	CHECK(strstr(t.seen, "token 'Solo 2' wants its PIN") != NULL);
	CHECK(strstr(t.seen, with) != NULL);
	CHECK(strstr(t.seen, without) == NULL);
	terminal_type(&t, "2718\n");
	CHECK_EQ(terminal_end(&t), 0);
}

static void
tries_are_said(void)
{
	prompted(eight_tries, "8 tries are left", "few tries");
	prompted(three_tries, "3 tries are left", "few tries");
	prompted(unknown_tries, "few tries are left", "0 tries");
}

int
main(void)
{
	desktop_begin();
	harden_signals();
	says_what_to_touch();
	nothing_moves_a_cursor();
	says_what_to_do();
	time_left();
	called_off();
	(void)unsetenv("DBUS_SESSION_BUS_ADDRESS");
	own_source_only();
	tries_are_said();
	return 0;
}

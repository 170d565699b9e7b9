/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/ask.h"

#include "signer/base/harden.h"
#include "tests/unit/token_terminal.h"

/* A PIN that is typed on the reader itself. */

static const struct ask_pin work = { .token = "work", .serial = "77aa" };

static enum rc
ask(struct state *s, const struct ask_pin *what, struct secret *ret,
    struct err *e)
{
	struct ask a;

	*e = (struct err){ 0 };
	s->patience = world_patience(TERMINAL_MS);
	ask_fill(&a, s);
	return a.pin(a.ctx, what, ret, e);
}

static void
gives(struct state *s, const struct ask_pin *what, const char *pin)
{
	AUTO_SECRET struct secret got = { 0 };
	struct err e;

	CHECK_EQ(ask(s, what, &got, &e), RC_OK);
	CHECK_MEM(secret_bytes(&got), pin);
}

/* It is typed there, unless a source has it. */
static void
test_pad(void)
{
	AUTO_SECRET struct secret got = { 0 };
	struct state s = { 0 };
	struct ask_pin what = work;
	struct err e;

	what.pad = true;
	CHECK_EQ(ask(&s, &what, &got, &e), RC_OK);
	CHECK(got.p == NULL);
	s.pin_source = "prompt";
	CHECK_EQ(ask(&s, &what, &got, &e), RC_OK);
	CHECK(got.p == NULL);
	s.pin_source = "command:echo 1";
	gives(&s, &what, "1");
}

static int
at_pad(void)
{
	AUTO_SECRET struct secret got = { 0 };
	struct state s = { .pin_source = "command:echo 1" };
	struct ask_pin what = work;
	struct err e;
	enum rc rc;

	what.final_try = what.pad = true;
	rc = ask(&s, &what, &got, &e);
	CHECK(got.p == NULL);
	return (int)rc;
}

static void
test_last_at_pad(void)
{
	struct terminal t;

	terminal_begin(&t, at_pad);
	terminal_wait(&t, "(yes or no): ");
	CHECK(strstr(t.seen, "the last try") != NULL);
	terminal_type(&t, "no\n");
	CHECK_EQ(terminal_end(&t), RC_PIN);
	terminal_begin(&t, at_pad);
	terminal_wait(&t, "(yes or no): ");
	terminal_type(&t, "yes\n");
	CHECK_EQ(terminal_end(&t), 0);
	CHECK(strstr(t.seen, "PIN of token 'work': ") == NULL);
}

/* Nobody is there to say yes to the last try: the pad is not lit either. */
static void
test_nobody(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK(setsid() > 0);
		_exit(at_pad());
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), RC_PIN);
}

int
main(void)
{
	world_begin();
	harden_signals();
	test_pad();
	test_last_at_pad();
	test_nobody();
	return 0;
}

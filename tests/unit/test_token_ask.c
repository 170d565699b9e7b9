/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/ask.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "signer/base/harden.h"
#include "signer/token/holds.h"
#include "tests/unit/token_terminal.h"

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

/* The sentence of the backend, with what ask has added to it. */
static const char *
told(struct state *s, enum pin_verdict verdict)
{
	static struct err e;
	struct ask a;

	e = (struct err){ "the token said so" };
	ask_fill(&a, s);
	a.pin_result(a.ctx, &work, verdict, &e);
	return e.msg;
}

static void
refuses(struct state *s, const struct ask_pin *what, enum rc rc,
    const char *because)
{
	AUTO_SECRET struct secret got = { 0 };
	struct err e;

	CHECK_EQ(ask(s, what, &got, &e), rc);
	if (strstr(e.msg, because) == NULL)
		(void)fprintf(stderr, "[%s] lacks [%s]\n", e.msg, because);
	CHECK(strstr(e.msg, because) != NULL);
	CHECK(strstr(e.msg, "9999") == NULL);
	CHECK(got.p == NULL);
}

static void
gives(struct state *s, const struct ask_pin *what, const char *pin)
{
	AUTO_SECRET struct secret got = { 0 };
	struct err e;

	CHECK_EQ(ask(s, what, &got, &e), RC_OK);
	CHECK_MEM(secret_bytes(&got), pin);
}

static void
test_order(void)
{
	struct state s = { 0 };
	struct ask_pin what = work;

	s.pin_source_default = "command:echo default";
	gives(&s, &what, "default");
	what.pin_source = "command:echo uri";
	gives(&s, &what, "uri");
	s.pin_source = "command:echo profile";
	gives(&s, &what, "profile");
}

static void
test_bad_source(void)
{
	AUTO_SECRET struct secret got = { 0 };
	struct state s = { .pin_source = "hunter2" };
	struct err e;

	CHECK_EQ(ask(&s, &work, &got, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "hunter2") == NULL);
	CHECK(got.p == NULL);
}

/* Once refused, not again, by any process, until it changes. */
static void
test_refused(void)
{
	struct state s = { .pin_source = world_write("pin", 0600, "9999\n") };
	const char *said;

	gives(&s, &work, "9999");
	said = told(&s, PIN_REFUSED);
	CHECK(strncmp(said, "the token said so; correct '/", 29) == 0);
	CHECK(strstr(said, "--retry-pin") != NULL);
	CHECK(strstr(said, "until it changes") != NULL);
	refuses(&s, &work, RC_PIN, "was refused before");
	refuses(&s, &work, RC_PIN, "--retry-pin");
	s.retry_pin = true;
	gives(&s, &work, "9999");
	(void)told(&s, PIN_REFUSED);
	s.retry_pin = false;
	refuses(&s, &work, RC_PIN, "was refused before");
	(void)world_write("pin", 0600, "12345\n");
	gives(&s, &work, "12345");
	said = told(&s, PIN_ACCEPTED);
	CHECK(strcmp(said, "the token said so") == 0);
	gives(&s, &work, "12345");
	(void)told(&s, PIN_ACCEPTED);
}

/* What makes it work after all takes the record away, and nothing else. */
static void
test_retried(void)
{
	struct state s = { .pin_source = "command:echo 1" };
	const char *said;

	gives(&s, &work, "1");
	said = told(&s, PIN_REFUSED);
	CHECK(strstr(said, "--retry-pin") != NULL);
	CHECK(strstr(said, "echo") == NULL);
	s.retry_pin = true;
	for (int verdict = PIN_UNKNOWN; verdict <= PIN_UNTRIED; verdict++) {
		gives(&s, &work, "1");
		(void)told(&s, (enum pin_verdict)verdict);
		s.retry_pin = false;
		refuses(&s, &work, RC_PIN, "was refused before");
		s.retry_pin = true;
	}
	gives(&s, &work, "1");
	(void)told(&s, PIN_ACCEPTED);
	s.retry_pin = false;
	gives(&s, &work, "1");
	(void)told(&s, PIN_ACCEPTED);
}

/* Killed, or crashed, while the token had it: as if it was refused. */
static void
test_killed(void)
{
	struct state s = { .pin_source = world_write("k", 0600, "9999\n") };

	gives(&s, &work, "9999");
	refuses(&s, &work, RC_PIN, "how that ended is not known");
	refuses(&s, &work, RC_PIN, "--retry-pin");
	s.retry_pin = true;
	gives(&s, &work, "9999");
	(void)told(&s, PIN_REFUSED);
	s.retry_pin = false;
	refuses(&s, &work, RC_PIN, "was refused before");
}

static void
test_no_verdict(void)
{
	struct state s = { .pin_source = world_write("v", 0600, "9999\n") };
	const char *said;

	gives(&s, &work, "9999");
	(void)told(&s, PIN_UNTRIED);
	gives(&s, &work, "9999");
	said = told(&s, PIN_UNKNOWN);
	CHECK(strstr(said, "only with --retry-pin") != NULL);
	refuses(&s, &work, RC_PIN, "how that ended is not known");
	s.retry_pin = true;
	gives(&s, &work, "9999");
	(void)told(&s, PIN_ACCEPTED);
	s.retry_pin = false;
	gives(&s, &work, "9999");
	(void)told(&s, PIN_ACCEPTED);
}

/* A full disk: what cannot be put on record is not tried. */
static void
test_full_disk(void)
{
	struct state s = { .pin_source = world_write("f", 0600, "9999\n") };
	struct rlimit none = { 0, RLIM_INFINITY }, before;

	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
	none.rlim_max = before.rlim_max;
	CHECK_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
	refuses(&s, &work, RC_SYS, "was not tried");
	CHECK_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
	gives(&s, &work, "9999");
	(void)told(&s, PIN_ACCEPTED);
}

static const char *
descriptor(char spec[16], const char *lines)
{
	int fd = open(world_write("lines", 0600, lines), O_RDONLY);

	CHECK(fd > 2);
	(void)snprintf(spec, 16, "fd:%d", fd);
	return spec;
}

/* A line a token, in the order they are asked for. */
static void
test_lines(void)
{
	char one[16], two[16], last[16];
	struct state s = { .pin_source = descriptor(one, "1111\n") };
	struct ask_pin desk = { .token = "desk", .serial = "33cc" };
	struct ask_pin final = { .token = "desk", .serial = "33cc" };

	gives(&s, &desk, "1111");
	refuses(&s, &work, RC_PIN, "PIN of token 'work'");
	refuses(&s, &work, RC_PIN, "one line a token");
	s.pin_source = descriptor(two, "2222\n3333\n");
	gives(&s, &desk, "2222");
	gives(&s, &work, "3333");
	/* Nobody types the last try of one: its line is not the next one's. */
	s.pin_source = descriptor(last, "4444\n5555\n");
	final.final_try = true;
	refuses(&s, &final, RC_PIN, "one try left");
	gives(&s, &work, "5555");
}

/* A pipe keeps nothing that could be tried again. */
static void
test_pipe(void)
{
	struct state s = { .has_stdin = true, .pin_source = "fd:0" };
	const char *said;
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(write(ends[1], "1111\n2222\n", 10), 10);
	CHECK_EQ(dup2(ends[0], 3), 3);
	gives(&s, &work, "1111");
	said = told(&s, PIN_REFUSED);
	CHECK(strstr(said, "--retry-pin") == NULL);
	gives(&s, &work, "2222");
	said = told(&s, PIN_UNKNOWN);
	CHECK(strcmp(said, "the token said so") == 0);
	s.pin_source = "fd:03";
	refuses(&s, &work, RC_CONFIG, "fd:4");
	s.has_stdin = false;
	s.pin_source = "fd:00";
	refuses(&s, &work, RC_CONFIG, "--pin-source");
}

static int
from_nobody(void)
{
	AUTO_SECRET struct secret got = { 0 };
	struct state s = { .pin_source = "prompt" };
	struct ask_pin last = work;
	struct err e;

	CHECK_EQ(ask(&s, &work, &got, &e), RC_PIN);
	CHECK(strstr(e.msg, "stskey_pin_source") != NULL);
	/* A stored PIN is never used on the last try. */
	s.pin_source = "command:touch \"$HOME/used\"; echo 1";
	last.final_try = true;
	CHECK_EQ(ask(&s, &last, &got, &e), RC_PIN);
	CHECK(strstr(e.msg, "one try left") != NULL);
	last.pad = true;
	CHECK_EQ(ask(&s, &last, &got, &e), RC_PIN);
	CHECK(strstr(e.msg, "one try left") != NULL);
	CHECK(access(world_path("used"), F_OK) != 0);
	return 0;
}

static void
test_nobody(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK(setsid() > 0);
		_exit(from_nobody());
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

static int
at_terminal(void)
{
	struct state s = { .profile = "dev", .caller = "terraform\x1b[2J" };
	struct ask_pin what = work;

	what.token = "my\x1bwork";
	what.count_low = true;
	gives(&s, &what, "1234");
	return 0;
}

static int
at_last_try(void)
{
	AUTO_SECRET struct secret got = { 0 };
	struct state s = { .pin_source = "command:echo 1" };
	struct ask_pin what = work;
	struct err e;
	enum rc rc;

	what.final_try = true;
	rc = ask(&s, &what, &got, &e);
	if (rc == RC_OK)
		CHECK_MEM(secret_bytes(&got), "1234");
	return (int)rc;
}

static void
test_terminal(void)
{
	struct terminal t;

	terminal_begin(&t, at_terminal);
	terminal_wait(&t, "': ");
	CHECK(strstr(t.seen, "token 'my?work' (serial 77aa)") != NULL);
	CHECK(strstr(t.seen, "profile 'dev', asked for by terraform?[2J") !=
	      NULL);
	CHECK(strstr(t.seen, "few tries are left") != NULL);
	CHECK(!terminal_echo(&t));
	terminal_type(&t, "1234\n");
	CHECK_EQ(terminal_end(&t), 0);

	terminal_begin(&t, at_last_try);
	terminal_wait(&t, "(yes or no): ");
	CHECK(strstr(t.seen, "the last try") != NULL);
	terminal_type(&t, "no\n");
	CHECK_EQ(terminal_end(&t), RC_PIN);

	terminal_begin(&t, at_last_try);
	terminal_wait(&t, "(yes or no): ");
	terminal_type(&t, "yes\n");
	terminal_wait(&t, "PIN of token 'work': ");
	terminal_type(&t, "1234\n");
	CHECK_EQ(terminal_end(&t), 0);

	terminal_begin(&t, at_last_try);
	terminal_wait(&t, "(yes or no): ");
	terminal_type(&t, "yes\n");
	terminal_wait(&t, "PIN of token 'work': ");
	terminal_type(&t, "\n");
	CHECK_EQ(terminal_end(&t), RC_PIN);
}

static void
test_pinentry(void)
{
	struct state s = { 0 };
	pid_t pid = fork();
	int status = -1;

	s.pinentry = world_write("pinentry", 0700,
	    "#!/bin/sh\n"
	    "echo OK\n"
	    "while read -r line; do\n"
	    "	test \"$line\" != GETPIN || echo 'D 1234'\n"
	    "	echo OK\n"
	    "done\n");
	if (pid == 0) {
		CHECK(setsid() > 0);
		gives(&s, &work, "1234");
		s.prompt = "pinentry";
		gives(&s, &work, "1234");
		s.prompt = "auto";
		gives(&s, &work, "1234");
		s.prompt = "tty";
		refuses(&s, &work, RC_PIN, "stskey_prompt is tty");
		s.prompt = "none";
		refuses(&s, &work, RC_PIN, "stskey_prompt is none");
		s.prompt = "pinentry";
		s.pinentry = "/nowhere";
		refuses(&s, &work, RC_PIN, "stskey_prompt is pinentry");
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

int
main(void)
{
	world_begin();
	harden_signals();
	test_order();
	test_bad_source();
	test_refused();
	test_retried();
	test_killed();
	test_no_verdict();
	test_full_disk();
	test_lines();
	test_pipe();
	test_nobody();
	test_terminal();
	test_pinentry();
	return 0;
}

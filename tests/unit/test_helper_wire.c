/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/helper/helper.h"
#include "signer/helper/inbox.h"
#include "signer/wire/frame.h"
#include "tests/check.h"

enum { PATIENCE_MS = 60000 };

/* A helper under test, and the ends of it that the test holds. */
struct peer {
	pid_t pid;
	int wire, signs; /* signs: what hooks and acts wrote, a letter each */
	struct buf in;
};

static struct err e;
static int sign_fd = -1; /* in the helper */
static bool hook_hangs;

static void
sign(const char *letter)
{
	(void)!write(sign_fd, letter, 1);
}

/* The acts of the helper, named after messages there are. */

static enum rc
act_print(struct helper *h, const struct message *m, struct message **reply,
    struct err *why)
{
	char c;

	(void)h;
	(void)m;
	(void)printf("a module that greets the world\n");
	(void)fflush(stdout);
	if (write(1, "\0\0\0\1x", 5) != 5 || read(0, &c, 1) != 0 ||
	    prctl(PR_GET_DUMPABLE) != 0 || fcntl(10, F_GETFD) != FD_CLOEXEC)
		return err_set(why, RC_SYS, "not as it should be");
	*reply = message_new("listed");
	return RC_OK;
}

static enum rc
act_until_cancelled(struct helper *h, const struct message *m,
    struct message **reply, struct err *why)
{
	struct timespec ms = { 0, 1000000 };

	(void)m;
	(void)reply;
	sign("B");
	while (!helper_cancelled(h))
		(void)nanosleep(&ms, NULL);
	return err_set(why, RC_CANCELLED, "called off");
}

static enum rc
act_for_ever(struct helper *h, const struct message *m, struct message **reply,
    struct err *why)
{
	(void)h;
	(void)m;
	(void)reply;
	sign("B");
	while (pause() != 0)
		continue;
	return err_set(why, RC_SYS, "nothing lasts for ever");
}

static enum rc
act_fail(struct helper *h, const struct message *m, struct message **reply,
    struct err *why)
{
	(void)h;
	(void)m;
	(void)reply;
	return err_set(why, RC_MFA, "that step is taken");
}

static enum rc
act_progress(struct helper *h, const struct message *m, struct message **reply,
    struct err *why)
{
	(void)m;
	(void)why;
	helper_progress(h, "waiting for the next code", 1440938160);
	helper_progress(h, "touch the key", 0);
	*reply = message_new("ok");
	return RC_OK;
}

static enum rc
act_silent(struct helper *h, const struct message *m, struct message **reply,
    struct err *why)
{
	(void)h;
	(void)m;
	(void)reply;
	(void)why;
	sign("W");
	return RC_OK;
}

static enum rc
act_wrong_reply(struct helper *h, const struct message *m,
    struct message **reply, struct err *why)
{
	(void)h;
	(void)m;
	(void)why;
	*reply = message_new("code_made"); /* lacks its members */
	return RC_OK;
}

static void
on_cancel(void)
{
	sign("C");
	while (hook_hangs)
		(void)pause();
}

static void
on_end(void)
{
	sign("E");
}

static const struct act acts[] = {
	{ "list", act_print },
	{ "describe", act_until_cancelled },
	{ "remove", act_for_ever },
	{ "unused", act_fail },
	{ "hold", act_progress },
	{ "warm", act_silent },
	{ "code", act_wrong_reply },
	{ 0 },
};

static const struct helper_program program = { "stskey-test", acts, on_cancel,
	on_end };

static struct peer
start(void)
{
	int wire[2], signs[2];
	pid_t pid;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wire), 0);
	CHECK_EQ(pipe2(signs, O_CLOEXEC), 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(dup2(wire[1], 0) == 0 && dup2(wire[1], 1) == 1);
		sign_fd = fcntl(signs[1], F_DUPFD, 100);
		/* 10 is where the wire goes, whatever ctest left open. */
		(void)close_range(3, 99, 0);
		_exit(helper_main(&program));
	}
	(void)close(wire[1]);
	(void)close(signs[1]);
	return (struct peer){ pid, wire[0], signs[0],
		BUF_INIT(FRAME_HEAD + FRAME_MAX) };
}

static void
send_json(const struct peer *p, const char *json)
{
	AUTO_BUF struct buf frame = BUF_INIT(FRAME_HEAD + FRAME_MAX);

	CHECK_EQ(frame_put(&frame, BYTES_STR(json), &e), RC_OK);
	CHECK_EQ(fd_write(p->wire, buf_bytes(&frame), &e), RC_OK);
}

/* The next message; NULL: end-of-file. */
static struct message *
receive(struct peer *p)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	struct message *m = NULL;
	struct bytes frame;
	bool eof = false;
	enum rc rc;

	while ((rc = frame_peek(buf_bytes(&p->in), FRAME_MAX, &frame, &e)) ==
	       RC_NOTFOUND) {
		CHECK_EQ(fd_read(p->wire, deadline, &p->in, &eof, &e), RC_OK);
		if (eof)
			return NULL;
	}
	CHECK_EQ(rc, RC_OK);
	CHECK_EQ(message_decode(frame, &m, &e), RC_OK);
	frame_drop(&p->in, frame);
	return m;
}

static void
expect(struct peer *p, const char *type)
{
	AUTO_MESSAGE struct message *m = receive(p);

	CHECK(m != NULL);
	CHECK_MEM(BYTES_STR(message_type(m)), type);
}

static void
expect_error(struct peer *p, enum rc want)
{
	AUTO_MESSAGE struct message *m = receive(p);

	CHECK(m != NULL);
	CHECK_MEM(BYTES_STR(message_type(m)), "error");
	CHECK_EQ(message_to_error(m, &e), want);
}

static void
expect_sign(const struct peer *p, char want)
{
	char c = '?';

	CHECK_EQ(read(p->signs, &c, 1), 1);
	CHECK_EQ(c, want);
}

/*
 * The helper ends by itself, with that status; last sign E: in order.  Whether
 * the cancel hook was called too is a race that an act may win.
 */
static void
expect_end(struct peer *p, int status, bool in_order)
{
	char c = '?', last = '?';
	int how = 0;

	CHECK_EQ(waitpid(p->pid, &how, 0), p->pid);
	CHECK(WIFEXITED(how));
	CHECK_EQ(WEXITSTATUS(how), status);
	while (read(p->signs, &c, 1) == 1)
		last = c;
	CHECK_EQ(last == 'E', in_order);
	if (p->wire >= 0)
		(void)close(p->wire);
	(void)close(p->signs);
	buf_done(&p->in);
}

static void
hang_up(struct peer *p)
{
	CHECK_EQ(close(p->wire), 0);
	p->wire = -1;
}

static struct peer
greeted(void)
{
	struct peer p = start();
	AUTO_MESSAGE struct message *m = NULL;

	send_json(&p, "{\"type\":\"hello\",\"min\":1,\"max\":7}");
	m = receive(&p);
	CHECK(m != NULL && message_is(m, "welcome"));
	CHECK_EQ(message_int(m, "version"), 1);
	CHECK_MEM(BYTES_STR(message_str(m, "program")), "stskey-test");
	return p;
}

static void
in_order(void)
{
	struct peer p = greeted();
	AUTO_MESSAGE struct message *first = NULL, *second = NULL;

	send_json(&p, "{\"type\":\"list\",\"uri\":\"pkcs11:\"}");
	send_json(&p, "{\"type\":\"unused\",\"serial\":\"s\",\"step\":1}");
	send_json(&p, "{\"type\":\"warm\",\"url\":\"u\",\"deadline_ms\":1}");
	send_json(&p, "{\"type\":\"hold\",\"tokens\":[],\"skew\":0}");
	expect(&p, "listed");
	expect_error(&p, RC_MFA);
	first = receive(&p);
	CHECK(first != NULL && message_is(first, "progress"));
	CHECK_EQ(message_int(first, "until"), 1440938160);
	second = receive(&p);
	CHECK(second != NULL && message_is(second, "progress"));
	CHECK(!message_has(second, "until"));
	expect(&p, "ok");
	expect_sign(&p, 'W');
	hang_up(&p);
	expect_end(&p, RC_OK, true);
}

static void
wrong_reply(void)
{
	struct peer p = greeted();

	send_json(&p,
	    "{\"type\":\"code\",\"entry\":\"e\",\"serial\":\"s\",\"time\":1}");
	expect_error(&p, RC_HELPER);
	expect_end(&p, RC_HELPER, true);
}

static void
bad_start(const char *json)
{
	struct peer p = start();

	send_json(&p, json);
	expect_error(&p, RC_HELPER);
	CHECK(receive(&p) == NULL);
	expect_end(&p, RC_HELPER, true);
}

static void
bad_after_hello(const char *json)
{
	struct peer p = greeted();

	send_json(&p, json);
	expect_error(&p, RC_HELPER);
	CHECK(receive(&p) == NULL);
	expect_end(&p, RC_HELPER, true);
}

static void
too_long(void)
{
	AUTO_BUF struct buf long_one = BUF_INIT(FRAME_MAX);
	struct peer p = start();
	const char *json;

	buf_str(&long_one, "{\"type\":\"list\",\"uri\":\"");
	while (long_one.len < 100000)
		buf_chr(&long_one, 'x');
	buf_str(&long_one, "\"}");
	json = buf_cstr(&long_one);
	send_json(&p, json);
	expect_error(&p, RC_HELPER);
	CHECK(strstr(e.msg, "65536") != NULL);
	expect_end(&p, RC_HELPER, true);

	p = greeted();
	send_json(&p, json);
	expect(&p, "listed");
	CHECK_EQ(fd_write(p.wire, BYTES("\0\x10\0\1{", 5), &e), RC_OK);
	expect_error(&p, RC_HELPER);
	CHECK(strstr(e.msg, "1048576") != NULL);
	expect_end(&p, RC_HELPER, true);
}

/* `cancel` and end-of-file in an act that listens. */
static void
called_off(bool by_message)
{
	struct peer p = greeted();

	send_json(&p, "{\"type\":\"describe\",\"key\":\"k\"}");
	expect_sign(&p, 'B');
	if (by_message) {
		send_json(&p, "{\"type\":\"cancel\"}");
		expect_error(&p, RC_CANCELLED);
		CHECK(receive(&p) == NULL);
	} else {
		hang_up(&p);
	}
	expect_end(&p, RC_OK, true);
}

/* An act that does not listen, and a hook that does not return. */
static void
without_ceremony(bool hang)
{
	struct peer p;
	int64_t began;

	hook_hangs = hang;
	p = greeted();
	send_json(&p, "{\"type\":\"remove\",\"key\":\"k\"}");
	expect_sign(&p, 'B');
	began = clock_monotonic_ms();
	hang_up(&p);
	expect_sign(&p, 'C');
	expect_end(&p, RC_CANCELLED, false);
	CHECK(clock_monotonic_ms() - began >= 700);
	CHECK(clock_monotonic_ms() - began < PATIENCE_MS);
	hook_hangs = false;
}

static void
cancel_when_idle(void)
{
	struct peer p = start();

	send_json(&p, "{\"type\":\"cancel\"}");
	CHECK(receive(&p) == NULL);
	expect_end(&p, RC_OK, true);
}

static void
signals_are_for_others(void)
{
	struct peer p = greeted();

	CHECK_EQ(kill(p.pid, SIGTERM), 0);
	CHECK_EQ(kill(p.pid, SIGINT), 0);
	CHECK_EQ(kill(p.pid, SIGHUP), 0);
	CHECK_EQ(kill(p.pid, SIGQUIT), 0);
	CHECK_EQ(kill(p.pid, SIGPIPE), 0);
	send_json(&p, "{\"type\":\"list\",\"uri\":\"pkcs11:\"}");
	expect(&p, "listed");
	hang_up(&p);
	expect_end(&p, RC_OK, true);
}

static void
too_many_ahead(void)
{
	struct peer p = greeted();

	send_json(&p, "{\"type\":\"describe\",\"key\":\"k\"}");
	expect_sign(&p, 'B');
	for (int i = 0; i <= INBOX_MAX; i++)
		send_json(&p, "{\"type\":\"list\",\"uri\":\"pkcs11:\"}");
	expect_error(&p, RC_CANCELLED);
	expect_error(&p, RC_HELPER);
	CHECK(receive(&p) == NULL);
	expect_end(&p, RC_HELPER, true);
}

int
main(void)
{
	in_order();
	wrong_reply();
	bad_start("{\"type\":\"hello\",\"min\":2,\"max\":3}");
	bad_start("{\"type\":\"hello\",\"min\":-1,\"max\":0}");
	bad_start("{\"type\":\"list\",\"uri\":\"pkcs11:\"}");
	bad_after_hello("{\"type\":\"hello\",\"min\":1,\"max\":1}");
	bad_after_hello("{\"type\":\"ok\"}");
	bad_after_hello("{\"type\":\"sign-everything\"}");
	bad_after_hello("{\"type\":\"list\",\"uri\":\"pkcs11:\",\"extra\":1}");
	bad_after_hello("not JSON");
	too_long();
	called_off(true);
	called_off(false);
	without_ceremony(false);
	without_ceremony(true);
	cancel_when_idle();
	signals_are_for_others();
	too_many_ahead();
	return 0;
}

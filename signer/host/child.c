/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/base/mem.h"
#include "signer/host/environment.h"
#include "signer/host/interrupt.h"
#include "signer/wire/schema.h"

enum {
	HIGH_FD = 16,     /* clear of 0, 1 and 3 in the helper */
	TICK_MS = 250,    /* how often a signal is looked for */
	LINGER_MS = 1500, /* a helper ends within 750 ms of end-of-file */
};

static enum rc
no_self(struct err *e)
{
	return err_sys(e, "finding this program's own path in /proc");
}

/* A path that takes more room than nearly all do. */
static enum rc
long_self(char **ret, struct err *e)
{
	AUTO_BUF struct buf path = BUF_INIT(PATH_MAX);
	uint8_t *room = buf_room(&path, PATH_MAX);
	ssize_t n = readlink("/proc/self/exe", (char *)room, PATH_MAX);

	if (n <= 0 || n >= PATH_MAX)
		return no_self(e);
	*ret = mem_strn(room, (size_t)n);
	return RC_OK;
}

enum rc
child_self(char **ret, struct err *e)
{
	char room[256];
	ssize_t n = readlink("/proc/self/exe", room, sizeof(room));

	if (n > 0 && (size_t)n < sizeof(room)) {
		*ret = mem_strn(room, (size_t)n);
		return RC_OK;
	}
	return n > 0 ? long_self(ret, e) : no_self(e);
}

/* /usr/bin/stskey -> /usr/libexec/stskey/NAME */
static enum rc
helper_path(const char *name, char **ret, struct err *e)
{
	AUTO_BUF struct buf path = BUF_INIT(PATH_MAX);
	AUTO_MEM char *self = NULL;
	size_t len;
	enum rc rc = child_self(&self, e);

	if (rc != RC_OK || self == NULL)
		return rc;
	len = strlen(self);
	for (int up = 0; up < 2; up++)
		while (len > 0 && self[--len] != '/')
			continue;
	buf_add(&path, BYTES(self, len));
	buf_fmt(&path, "/libexec/stskey/%s", name);
	*ret = mem_str(buf_cstr(&path));
	if (access(*ret, X_OK) == 0)
		return RC_OK;
	rc = err_set(e, RC_HELPER,
	    "'%s' cannot be run: %s; is stskey installed whole?", *ret,
	    strerror(errno));
	mem_free(TAKE(*ret));
	return rc;
}

/* A socketpair whose ends stay clear of the low descriptors. */
static enum rc
make_pair(int ret[2], struct err *e)
{
	int low[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, low) != 0)
		return err_sys(e, "making a socketpair");
	for (int i = 0; i < 2; i++) {
		ret[i] = fcntl(low[i], F_DUPFD_CLOEXEC, HIGH_FD);
		(void)close(low[i]);
	}
	if (ret[0] >= 0 && ret[1] >= 0)
		return RC_OK;
	return err_sys(e, "making a socketpair");
}

/*
 * The wire on 0 and 1; for the token process our standard input on 3, and
 * what our caller passed on to us, since a PIN may come by a descriptor.
 */
static int
place(posix_spawn_file_actions_t *files, const char *name, int fd,
    bool with_stdin)
{
	int failed = 0;

	if (with_stdin)
		failed =
		    posix_spawn_file_actions_adddup2(files, STDIN_FILENO, 3);
	for (int to = 0; to < 2 && failed == 0; to++)
		failed = posix_spawn_file_actions_adddup2(files, fd, to);
	if (failed == 0 && strcmp(name, "stskey-token") != 0)
		failed = posix_spawn_file_actions_addclosefrom_np(files, 3);
	return failed;
}

static int
spawn(pid_t *pid, const char *path, const char *name, int fd, bool with_stdin)
{
	posix_spawn_file_actions_t files;
	char *argv[2] = { NULL, NULL };
	char **env = environment_harmless();
	AUTO_MEM char *arg0 = mem_str(name);
	int failed = posix_spawn_file_actions_init(&files);

	argv[0] = arg0;
	if (failed == 0) {
		failed = place(&files, name, fd, with_stdin);
		if (failed == 0)
			failed =
			    posix_spawn(pid, path, &files, NULL, argv, env);
		(void)posix_spawn_file_actions_destroy(&files);
	}
	mem_free((void *)env);
	return failed;
}

static enum rc
send_hello(struct child *c, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("hello");

	message_set_int(m, "min", WIRE_VERSION_MIN);
	message_set_int(m, "max", WIRE_VERSION_MAX);
	return child_send(c, m, e);
}

enum rc
child_start(struct child *c, const char *name, bool with_stdin, struct err *e)
{
	AUTO_MEM char *path = NULL;
	int pair[2] = { -1, -1 }, failed;
	enum rc rc;

	if ((rc = helper_path(name, &path, e)) != RC_OK || path == NULL ||
	    (rc = make_pair(pair, e)) != RC_OK)
		return rc;
	failed = spawn(&c->pid, path, name, pair[1], with_stdin);
	(void)close(pair[1]);
	if (failed != 0) {
		(void)close(pair[0]);
		return err_set(
		    e, RC_HELPER, "starting '%s': %s", path, strerror(failed));
	}
	c->fd = pair[0];
	c->name = name;
	return send_hello(c, e);
}

/* It is gone: say how it ended, for the sentence. */
static enum rc
died(struct child *c, struct err *e)
{
	int status = 0;

	/* 0 would be any child that there is. */
	if (c->pid == 0)
		return err_set(e, RC_HELPER,
		    "%s has ended before, and is asked for more: try again",
		    c->name);
	if (waitpid(c->pid, &status, 0) == c->pid)
		c->pid = 0;
	term_restore(c->term);
	if (WIFSIGNALED(status))
		return err_set(e, RC_HELPER,
		    "%s was ended by signal %d (%s) in the middle of its work; "
		    "try again%s",
		    c->name, WTERMSIG(status), strsignal(WTERMSIG(status)),
		    strcmp(c->name, "stskey-token") == 0
			? " (a PKCS#11 module that crashes does this)"
			: "");
	return err_set(e, RC_HELPER,
	    "%s ended (status %d) without an answer; try again", c->name,
	    WEXITSTATUS(status));
}

enum rc
child_send(struct child *c, const struct message *m, struct err *e)
{
	AUTO_BUF struct buf json = BUF_INIT(FRAME_MAX);
	AUTO_BUF struct buf frame = BUF_INIT(FRAME_MAX + FRAME_HEAD);
	enum rc rc;

	if ((rc = message_encode(m, &json, e)) != RC_OK ||
	    (rc = frame_put(&frame, buf_bytes(&json), e)) != RC_OK)
		return rc;
	if (fd_write(c->fd, buf_bytes(&frame), e) != RC_OK)
		return died(c, e);
	return RC_OK;
}

enum rc
child_post(struct child *c, const struct message *m, struct err *e)
{
	c->owed++;
	return child_send(c, m, e);
}

/* Bytes until a frame is whole, a signal or the deadline. */
static enum rc
fill(struct child *c, struct err *e)
{
	int64_t now = clock_monotonic_ms();
	int64_t until = now + TICK_MS;
	bool eof = false;
	enum rc rc;

	if (interrupt_caught(NULL))
		return err_set(e, RC_CANCELLED, "interrupted");
	if (now >= c->deadline_ms)
		return err_set(e, RC_TIMEOUT,
		    "gave up waiting for %s; --timeout or "
		    "stskey_timeout_seconds allows more",
		    c->name);
	rc = fd_read(c->fd, until < c->deadline_ms ? until : c->deadline_ms,
	    &c->in, &eof, e);
	if (rc == RC_TIMEOUT) {
		term_tick(c->term);
		return RC_OK;
	}
	if (rc == RC_OK && eof)
		return died(c, e);
	return rc;
}

static enum rc
take_message(struct child *c, struct message **ret, struct err *e)
{
	struct bytes frame;
	enum rc rc;

	while ((rc = frame_peek(buf_bytes(&c->in), FRAME_MAX, &frame, e)) ==
	       RC_NOTFOUND)
		if ((rc = fill(c, e)) != RC_OK)
			return rc;
	if (rc == RC_OK) {
		rc = message_decode(frame, ret, e);
		frame_drop(&c->in, frame);
	}
	return rc == RC_OK
	           ? rc
	           : err_in(e, RC_HELPER, "%s answered nonsense", c->name);
}

static enum rc
greet(struct child *c, const struct message *m, struct err *e)
{
	if (message_is(m, "error"))
		return message_to_error(m, e);
	if (!message_is(m, "welcome") ||
	    message_int(m, "version") < WIRE_VERSION_MIN ||
	    message_int(m, "version") > WIRE_VERSION_MAX)
		return err_set(e, RC_HELPER,
		    "%s speaks another version of the protocol; "
		    "is stskey installed whole?",
		    c->name);
	c->greeted = true;
	return RC_OK;
}

/* What comes before the answer: welcome, progress, the "ok" of a post. */
static enum rc
before(struct child *c, const struct message *m, bool *was, struct err *e)
{
	*was = true;
	if (!c->greeted)
		return greet(c, m, e);
	if (message_is(m, "progress")) {
		if (message_has(m, "device") && c->blinks != NULL)
			c->blinks(c->ctx, message_str(m, "device"));
		term_wait(
		    c->term, message_str(m, "text"), message_int(m, "until"));
		return RC_OK;
	}
	term_wait(c->term, "", 0);
	if (message_is(m, "error"))
		return message_to_error(m, e);
	*was = c->owed > 0;
	if (!*was)
		return RC_OK;
	c->owed--;
	return message_is(m, "ok")
	           ? RC_OK
	           : err_set(e, RC_HELPER, "%s answered out of turn", c->name);
}

static enum rc
receive(struct child *c, struct message **ret, struct err *e)
{
	for (;;) {
		AUTO_MESSAGE struct message *m = NULL;
		bool was = false;
		enum rc rc;

		if ((rc = take_message(c, &m, e)) != RC_OK ||
		    (rc = before(c, m, &was, e)) != RC_OK)
			return rc;
		if (!was) {
			message_move(ret, &m);
			return RC_OK;
		}
	}
}

enum rc
child_recv(struct child *c, struct message **ret, struct err *e)
{
	c->last = receive(c, ret, e);
	return c->last;
}

enum rc
child_call(struct child *c, const struct message *m, const char *type,
    struct message **ret, struct err *e)
{
	AUTO_MESSAGE struct message *answer = NULL;
	enum rc rc;

	if ((rc = child_send(c, m, e)) != RC_OK ||
	    (rc = child_recv(c, &answer, e)) != RC_OK)
		return rc;
	if (!message_is(answer, type))
		return err_set(e, RC_HELPER,
		    "%s answered '%s' where '%s' was due", c->name,
		    message_type(answer), type);
	if (ret != NULL)
		message_move(ret, &answer);
	return RC_OK;
}

static bool
ended(struct child *c)
{
	int status = 0;

	if (waitpid(c->pid, &status, WNOHANG) == 0)
		return false;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		term_restore(c->term);
	return true;
}

void
child_hang_up(struct child *c)
{
	AUTO_MESSAGE struct message *m = message_new("cancel");
	struct err ignored;

	if (c->fd < 0)
		return;
	if (interrupt_caught(NULL))
		(void)child_send(c, m, &ignored);
	(void)close(c->fd);
	c->fd = -1;
}

void
child_stop(struct child *c)
{
	int64_t until = clock_monotonic_ms() + LINGER_MS;

	child_hang_up(c);
	while (c->pid > 0 && !ended(c)) {
		if (clock_monotonic_ms() >= until)
			(void)kill(c->pid, SIGKILL);
		fd_wait_exit(c->pid, until);
	}
	buf_done(&c->in);
	*c = CHILD_INIT;
}

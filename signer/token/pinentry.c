/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/pinentry.h"

#include <assuan.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/late.h"
#include "signer/token/spawn.h"

/* libassuan. */
static struct {
	typeof(assuan_new_ext) *new_ext;
	typeof(assuan_release) *release;
	typeof(assuan_begin_confidential) *begin_confidential;
	typeof(assuan_socket_connect_fd) *socket_connect_fd;
	typeof(assuan_pending_line) *pending_line;
	typeof(assuan_read_line) *read_line;
	typeof(assuan_write_line) *write_line;
} assuan;

/* A conversation: the program, and libassuan's end of it. */
struct talk {
	const struct patience *p;
	const char *what;
	assuan_context_t ctx;
	pid_t pid;
	int fd;
	bool handed_over; /* libassuan closes it */
};

#define TALK_INIT ((struct talk){ .pid = -1, .fd = -1 })

/* libassuan's memory: each piece is a struct secret that holds itself. */
static void *
locked_alloc(size_t n)
{
	struct secret s = { 0 };

	secret_new(&s, sizeof(s) + n);
	memcpy(s.p, &s, sizeof(s));
	return s.p + sizeof(s);
}

static struct secret
locked_owner(const void *p)
{
	struct secret s;

	memcpy(&s, (const uint8_t *)p - sizeof(s), sizeof(s));
	return s;
}

static void
locked_free(void *p)
{
	struct secret s;

	if (p == NULL)
		return;
	s = locked_owner(p);
	secret_done(&s);
}

static void *
locked_realloc(void *p, size_t n)
{
	void *q = locked_alloc(n);
	size_t old;

	if (p == NULL)
		return q;
	old = locked_owner(p).len - sizeof(struct secret);
	memcpy(q, p, old < n ? old : n);
	locked_free(p);
	return q;
}

static void
talk_done(struct talk *t)
{
	if (t->ctx != NULL)
		assuan.release(t->ctx);
	if (t->fd >= 0 && !t->handed_over)
		(void)close(t->fd);
	if (t->pid > 0)
		(void)spawn_stop(t->pid);
}

static enum rc
no_pinentry(struct err *e)
{
	return err_set(e, RC_UNSUPPORTED, "there is no pinentry that works");
}

/* Nothing of libassuan waits: it reads only what poll(2) has seen. */
static enum rc
read_line(struct talk *t, char **line, size_t *len, struct err *e)
{
	enum rc rc = RC_OK;

	if (!assuan.pending_line(t->ctx))
		rc = patience_readable(t->p, t->fd, t->what, e);
	if (rc != RC_OK)
		return rc;
	return assuan.read_line(t->ctx, line, len) == 0 ? RC_OK
	                                                : no_pinentry(e);
}

/* "D 12%2534" without the D. */
static void
unescape(struct bytes s, struct secret *ret)
{
	size_t n = 0;

	secret_new(ret, s.len);
	for (size_t i = 0; i < s.len; i++) {
		char hex[3] = { 0 };

		ret->p[n] = s.p[i];
		if (s.p[i] == '%' && i + 2 < s.len) {
			memcpy(hex, s.p + i + 1, 2);
			ret->p[n] = (uint8_t)strtoul(hex, NULL, 16);
			i += 2;
		}
		n++;
		explicit_bzero(hex, sizeof(hex));
	}
	secret_cut(ret, n);
}

static enum rc
refusal(const char *line, const char *what, struct err *e)
{
	unsigned long code = strtoul(line + strlen("ERR "), NULL, 10) & 0xffff;

	if (code == GPG_ERR_CANCELED || code == GPG_ERR_FULLY_CANCELED ||
	    code == GPG_ERR_NOT_CONFIRMED)
		return err_set(e, RC_CANCELLED, "%s was not entered", what);
	if (code == GPG_ERR_TIMEOUT)
		return err_set(e, RC_TIMEOUT,
		    "the time allowed was over while waiting for %s", what);
	return no_pinentry(e);
}

/* One command, and what it answers: D lines go to ret, where there is one. */
static enum rc
command(struct talk *t, const char *line, struct secret *ret, struct err *e)
{
	if (assuan.write_line(t->ctx, line) != 0)
		return no_pinentry(e);
	for (;;) {
		char *answer = NULL;
		size_t len = 0;
		enum rc rc = read_line(t, &answer, &len, e);

		if (rc != RC_OK)
			return rc;
		if (strncmp(answer, "OK", 2) == 0)
			return RC_OK;
		if (strncmp(answer, "ERR ", 4) == 0)
			return refusal(answer, t->what, e);
		if (ret != NULL && len >= 2 && strncmp(answer, "D ", 2) == 0)
			unescape(BYTES(answer + 2, len - 2), ret);
	}
}

/* Options are wishes: an older pinentry may not know one. */
static enum rc
wish(struct talk *t, const char *line, struct err *e)
{
	enum rc rc = command(t, line, NULL, e);

	return rc == RC_TIMEOUT ||
	               (rc == RC_CANCELLED && t->p->cancelled != NULL &&
			   t->p->cancelled(t->p->ctx))
	           ? rc
	           : RC_OK;
}

/* Its text, with what would end a line escaped, cut to what a line holds. */
static enum rc
set_text(struct talk *t, const char *name, const char *text, struct err *e)
{
	AUTO_BUF struct buf line = BUF_INIT(ASSUAN_LINELENGTH - 8);

	buf_fmt(&line, "%s ", name);
	for (; *text != '\0' && line.len + 4 < line.max; text++) {
		if (*text == '%' || (unsigned char)*text < ' ')
			buf_fmt(&line, "%%%02X", (unsigned int)*text & 0xff);
		else
			buf_chr(&line, *text);
	}
	return wish(t, buf_cstr(&line), e);
}

static const char *
variable(const char *name)
{
	const char *s = getenv(name);

	return s != NULL && s[0] != '\0' ? s : NULL;
}

/*
 * A terminal that GPG_TTY names serves when it is not our controlling one:
 * that one was tried before, and somebody else has its foreground.
 */
static const char *
other_tty(void)
{
	const char *name = variable("GPG_TTY");
	AUTO_FD int own = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	unsigned int device = 0;
	struct stat st;

	if (name == NULL || stat(name, &st) != 0 || !S_ISCHR(st.st_mode))
		return NULL;
	if (own >= 0 && ioctl(own, TIOCGDEV, &device) == 0 &&
	    st.st_rdev == device)
		return NULL;
	return name;
}

static enum rc
set_options(struct talk *t, struct err *e)
{
	AUTO_BUF struct buf line = BUF_INIT(ASSUAN_LINELENGTH - 8);
	int64_t ms = t->p->deadline_ms - clock_monotonic_ms();
	const char *tty = other_tty();
	enum rc rc;

	buf_fmt(&line, "SETTIMEOUT %" PRId64, ms > 1000 ? ms / 1000 : 1);
	rc = wish(t, buf_cstr(&line), e);
	if (rc != RC_OK || tty == NULL)
		return rc;
	buf_clear(&line);
	buf_fmt(&line, "OPTION ttyname=%s", tty);
	rc = wish(t, buf_cstr(&line), e);
	if (rc != RC_OK || variable("TERM") == NULL)
		return rc;
	buf_clear(&line);
	buf_fmt(&line, "OPTION ttytype=%s", variable("TERM"));
	return wish(t, buf_cstr(&line), e);
}

static enum rc
load(struct err *e)
{
	static const struct late functions[] = {
		{ "assuan_new_ext", &assuan.new_ext },
		{ "assuan_release", &assuan.release },
		{ "assuan_begin_confidential", &assuan.begin_confidential },
		{ "assuan_socket_connect_fd", &assuan.socket_connect_fd },
		{ "assuan_pending_line", &assuan.pending_line },
		{ "assuan_read_line", &assuan.read_line },
		{ "assuan_write_line", &assuan.write_line },
	};

	return late_load("libassuan.so.0", functions,
	    sizeof(functions) / sizeof(functions[0]), e);
}

static enum rc
start(struct talk *t, const char *program, struct err *e)
{
	const char *const argv[] = { program, NULL };
	AUTO_FD int theirs = -1;
	struct spawn_files files;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_sys(e, "cannot start '%s'", program);
	t->fd = pair[0];
	theirs = pair[1];
	files = (struct spawn_files){ theirs, theirs, STDERR_FILENO };
	return spawn_start(argv, &files, &t->pid, e);
}

/* Its greeting is awaited here: libassuan would wait for ever. */
static enum rc
greet(struct talk *t, struct err *e)
{
	static struct assuan_malloc_hooks locked = { locked_alloc,
		locked_realloc, locked_free };
	enum rc rc = patience_readable(t->p, t->fd, t->what, e);
	char first;

	if (rc != RC_OK)
		return rc;
	/* End-of-file: there is no such program. */
	if (recv(t->fd, &first, 1, MSG_PEEK) != 1)
		return no_pinentry(e);
	if (assuan.new_ext(
		&t->ctx, GPG_ERR_SOURCE_DEFAULT, &locked, NULL, NULL) != 0)
		return no_pinentry(e);
	assuan.begin_confidential(t->ctx);
	if (assuan.socket_connect_fd(t->ctx, t->fd, 0) != 0)
		return no_pinentry(e);
	t->handed_over = true;
	return RC_OK;
}

static enum rc
put_question(struct talk *t, const struct pinentry_question *q,
    struct secret *ret, struct err *e)
{
	enum rc rc;

	if (q->confirm)
		return command(t, "CONFIRM", NULL, e);
	if ((rc = set_text(t, "SETPROMPT", q->label, e)) != RC_OK ||
	    (rc = command(t, "GETPIN", ret, e)) != RC_OK)
		return rc;
	/* OK without a D line is an empty answer. */
	return ret->p != NULL
	           ? RC_OK
	           : err_set(e, RC_CANCELLED, "%s was not entered", t->what);
}

static bool
is_possible(const char *program)
{
	return program != NULL || variable("DISPLAY") != NULL ||
	       variable("WAYLAND_DISPLAY") != NULL || other_tty() != NULL;
}

enum rc
pinentry_ask(const struct patience *p, const struct pinentry_question *q,
    struct secret *ret, struct err *e)
{
	AUTO(talk_done) struct talk t = TALK_INIT;
	AUTO_SECRET struct secret s = { 0 };
	enum rc rc;

	if (!is_possible(q->program))
		return no_pinentry(e);
	t.p = p;
	t.what = q->label;
	if ((rc = load(e)) != RC_OK ||
	    (rc = start(&t, q->program != NULL ? q->program : "pinentry", e)) !=
		RC_OK ||
	    (rc = greet(&t, e)) != RC_OK ||
	    (rc = set_options(&t, e)) != RC_OK ||
	    (rc = set_text(&t, "SETTITLE", "stskey", e)) != RC_OK ||
	    (rc = set_text(&t, "SETDESC", q->text, e)) != RC_OK ||
	    (rc = put_question(&t, q, &s, e)) != RC_OK)
		return rc;
	if (!q->confirm)
		secret_move(ret, &s);
	return RC_OK;
}

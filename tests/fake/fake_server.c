/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"

enum { MAX_SEEN = 64 * 1024 };

static bool
wait_for(const struct fake_server *s, int fd)
{
	struct pollfd p[] = { { .fd = s->stop[0], .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
		{ .fd = s->listener, .events = POLLIN } };

	/* A new connection means that the client has left this one. */
	(void)poll(p, fd == s->listener ? 2 : 3, -1);
	return p[0].revents == 0 && p[1].revents != 0;
}

static size_t
body_length(const char *head)
{
	const char *at = strstr(head, "Content-Length: ");

	return at != NULL ? strtoul(at + 16, NULL, 10) : 0;
}

/* What has come, added to what was seen; false when there is no more. */
static bool
take_some(struct fake_server *s, int fd)
{
	char chunk[1024];
	ssize_t n = wait_for(s, fd) ? recv(fd, chunk, sizeof(chunk), 0) : 0;

	if (n > 0)
		buf_add(&s->seen, BYTES(chunk, (size_t)n));
	return n > 0;
}

/* One request, whole. */
static bool
take_request(struct fake_server *s, int fd)
{
	size_t start = s->seen.len;
	const char *head = NULL;

	while (
	    head == NULL ||
	    strlen(head) < 4 + body_length((const char *)s->seen.p + start)) {
		if (!take_some(s, fd))
			return false;
		if (s->steps[s->at].how == CLOSE_EARLY)
			break;
		head = strstr(buf_cstr(&s->seen) + start, "\r\n\r\n");
	}
	s->requests++;
	return true;
}

static bool
put(int fd, const char *text, int flags)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL | flags) ==
	       (ssize_t)strlen(text);
}

/* False to close the connection. */
static bool
play(struct fake_server *s, int fd)
{
	const struct fake_step *step = &s->steps[s->at];
	/* Whoever has read the last reply has seen the end after it as well. */
	int flags = step->how == SAY_CLOSE ? MSG_MORE : 0;

	if (step->reply == NULL)
		return false;
	s->at++;
	if (step->how == STALL)
		return wait_for(s, fd);
	if (step->how == CLOSE || step->how == CLOSE_EARLY ||
	    !put(fd, step->reply, flags))
		return false;
	while (step->how == FLOOD)
		if (!put(fd, step->fill, 0))
			return false;
	return step->how == SAY;
}

static void
serve_one(struct fake_server *s, int fd)
{
	bool open = true;

	while (open)
		open = take_request(s, fd) && play(s, fd);
}

static void *
serve(void *ctx)
{
	struct fake_server *s = ctx;

	while (wait_for(s, s->listener)) {
		int fd = accept(s->listener, NULL, NULL);

		s->connections++;
		serve_one(s, fd);
		(void)close(fd);
	}
	return NULL;
}

void
fake_server_start(struct fake_server *s, const struct fake_step *steps)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	*s = (struct fake_server){ .steps = steps, .seen = BUF_INIT(MAX_SEEN) };
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(s->listener, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(listen(s->listener, 8) == 0);
	CHECK(getsockname(s->listener, (struct sockaddr *)&a, &len) == 0);
	CHECK(pipe(s->stop) == 0);
	(void)snprintf(
	    s->url, sizeof(s->url), "http://127.0.0.1:%d/", ntohs(a.sin_port));
	CHECK_EQ(pthread_create(&s->thread, NULL, serve, s), 0);
}

void
fake_server_stop(struct fake_server *s)
{
	CHECK_EQ(write(s->stop[1], "", 1), 1);
	CHECK_EQ(pthread_join(s->thread, NULL), 0);
	(void)close(s->listener);
	(void)close(s->stop[0]);
	(void)close(s->stop[1]);
	(void)buf_cstr(&s->seen);
}

void
fake_server_done(struct fake_server *s)
{
	buf_done(&s->seen);
}

int
fake_server_seen(const struct fake_server *s, const char *what)
{
	const char *at = (const char *)s->seen.p;
	int n = 0;

	while (at != NULL && (at = strstr(at, what)) != NULL) {
		n++;
		at += strlen(what);
	}
	return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/clock.h"
#include "signer/net/http.h"
#include "tests/check.h"
#include "tests/fake/fake_server.h"

static struct http *http;

static struct http_request
post(const struct fake_server *s)
{
	static const char body[] = "Action=X&TokenCode=123456";

	return (struct http_request){
		.url = s->url,
		.method = "POST",
		.headers = { { "Content-Type", "text/x" }, { "X-Empty", "" } },
		.nheaders = 2,
		.body = BYTES(body, sizeof(body) - 1),
		.deadline_ms = clock_monotonic_ms() + 60000,
	};
}

static enum rc
head(const struct fake_server *s)
{
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	struct http_request r = post(s);
	struct err e;

	r.method = "HEAD";
	r.body = (struct bytes){ 0 };
	return http_send(http, &r, NULL, &a, &e);
}

/* One POST against the steps, after a HEAD that takes the first one. */
static enum rc
run(struct fake_server *s, const struct fake_step *steps, bool warm,
    struct http_answer *a, struct err *e)
{
	struct http_request r;
	enum rc rc;

	*e = (struct err){ 0 };
	fake_server_start(s, steps);
	if (warm)
		(void)head(s);
	r = post(s);
	rc = http_send(http, &r, NULL, a, e);
	fake_server_stop(s);
	return rc;
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define OK_POST "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"

static void
test_post(void)
{
	static const struct fake_step steps[] = {
		{ SAY,
		    "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n"
		    "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRETRY-AFTER: 7\r\n"
		    "Content-Encoding: gzip\r\nSet-Cookie: a=b\r\n\r\nhello",
		    NULL },
		{ 0 },
	};
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	AUTO(fake_server_done) struct fake_server s;
	struct err e;

	CHECK_EQ(run(&s, steps, false, &a, &e), RC_OK);
	CHECK_EQ(a.status, 400);
	CHECK_EQ(a.date, 784111777);
	CHECK_EQ(a.retry_after, 7);
	CHECK(a.sent);
	CHECK_MEM(a.body, "hello");
	CHECK_EQ(fake_server_seen(&s, "POST / HTTP/1.1\r\n"), 1);
	CHECK_EQ(fake_server_seen(&s, "User-Agent: stskey/test\r\n"), 1);
	CHECK_EQ(fake_server_seen(&s, "Content-Type: text/x\r\n"), 1);
	CHECK_EQ(fake_server_seen(&s, "X-Empty:\r\n"), 1);
	CHECK_EQ(fake_server_seen(&s, "Content-Length: 25\r\n"), 1);
	CHECK_EQ(fake_server_seen(&s, "\r\n\r\nAction=X&TokenCode=123456"), 1);
	CHECK_EQ(fake_server_seen(&s, "Expect"), 0);
	CHECK_EQ(fake_server_seen(&s, "Accept-Encoding"), 0);
}

static void
test_warm(void)
{
	static const struct fake_step kept[] = { { SAY, OK_HEAD, NULL },
		{ SAY, OK_POST, NULL }, { 0 } };
	static const struct fake_step closed[] = { { SAY_CLOSE, OK_HEAD, NULL },
		{ SAY, OK_POST, NULL }, { 0 } };
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	AUTO(fake_server_done) struct fake_server s, t;
	struct err e;

	CHECK_EQ(run(&s, kept, true, &a, &e), RC_OK);
	CHECK_EQ(s.connections, 1);
	CHECK_MEM(a.body, "fine");
	/* The service left in the meantime: a new connection, one body. */
	CHECK_EQ(run(&t, closed, true, &a, &e), RC_OK);
	CHECK_EQ(t.connections, 2);
	CHECK_EQ(fake_server_seen(&t, "TokenCode"), 1);
	CHECK_MEM(a.body, "fine");
}

/* A body that was asked for is sent by no one a second time. */
static void
test_once(void)
{
	static const struct fake_step reused[] = { { SAY, OK_HEAD, NULL },
		{ CLOSE, "", NULL }, { SAY, OK_POST, NULL }, { 0 } };
	static const struct fake_step early[] = { { SAY, OK_HEAD, NULL },
		{ CLOSE_EARLY, "", NULL }, { SAY, OK_POST, NULL }, { 0 } };
	static const struct fake_step fresh[] = { { CLOSE, "", NULL },
		{ SAY, OK_POST, NULL }, { 0 } };
	const struct fake_step *const all[] = { reused, fresh, early };

	for (size_t i = 0; i < 3; i++) {
		AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
		AUTO(fake_server_done) struct fake_server s;
		struct err e;
		enum rc rc = run(&s, all[i], all[i] != fresh, &a, &e);

		CHECK(fake_server_seen(&s, "TokenCode") <= 1);
		CHECK(fake_server_seen(&s, "TokenCode") == 0 || a.sent);
		if (all[i] == early && rc == RC_OK)
			continue; /* closed before the body was asked for */
		CHECK_EQ(rc, RC_NET);
		CHECK(a.sent && a.passing);
		CHECK(strstr(e.msg, "cut the connection") != NULL);
	}
}

struct bad {
	struct fake_step steps[2];
	enum rc rc;
	const char *part;
};

static void
test_bad_answers(void)
{
	static const struct bad cases[] = {
		{ { { SAY_CLOSE,
		      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
		      NULL } },
		    RC_NET, "cut the connection" },
		{ { { SAY_CLOSE,
		      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		      "5\r\nab",
		      NULL } },
		    RC_NET, "cut the connection" },
		{ { { SAY_CLOSE, "SSH-2.0-OpenSSH_9.2\r\n", NULL } }, RC_FORMAT,
		    "does not speak HTTP" },
		{ { { SAY,
		      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		      NULL } },
		    RC_FORMAT, "far larger" },
		{ { { FLOOD, "HTTP/1.1 200 OK\r\n\r\n",
		      "0123456789abcdef0123456789abcdef" } },
		    RC_FORMAT, "far larger" },
		{ { { FLOOD, "HTTP/1.1 200 OK\r\n",
		      "X-Fill: 0123456789abcdef0123456789abcdef\r\n" } },
		    RC_FORMAT, "far larger" },
		{ { { FLOOD, "HTTP/1.1 200 OK\r\nX-Fill: ",
		      "0123456789abcdef0123456789abcdef" } },
		    RC_OK, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
		AUTO(fake_server_done) struct fake_server s;
		struct err e;
		enum rc rc = run(&s, cases[i].steps, false, &a, &e);

		CHECK(rc != RC_OK && a.sent);
		CHECK(cases[i].rc == RC_OK || rc == cases[i].rc);
		CHECK(strstr(e.msg, cases[i].part) != NULL);
		CHECK(a.body.len <= HTTP_MAX_ANSWER);
	}
}

static void
test_redirect(void)
{
	static const struct fake_step steps[] = {
		{ SAY,
		    "HTTP/1.1 307 There\r\nLocation: /there\r\n"
		    "Content-Length: 0\r\n\r\n",
		    NULL },
		{ SAY, OK_POST, NULL }, { 0 }
	};
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	AUTO(fake_server_done) struct fake_server s;
	struct err e;

	CHECK_EQ(run(&s, steps, false, &a, &e), RC_OK);
	CHECK_EQ(a.status, 307);
	CHECK_EQ(s.requests, 1);
}

static bool
yes(void *ctx)
{
	(void)ctx;
	return true;
}

static bool
from_the_third(void *ctx)
{
	int *asked = ctx;

	http_wake(http);
	return ++*asked >= 3;
}

static void
test_stop(void)
{
	static const struct fake_step steps[] = { { STALL, "", NULL },
		{ STALL, "", NULL }, { 0 } };
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	AUTO(fake_server_done) struct fake_server s;
	int asked = 0;
	struct http_stop third = { from_the_third, &asked };
	struct http_stop now = { yes, NULL };
	struct http_request r;
	struct err e;

	fake_server_start(&s, steps);
	r = post(&s);
	r.deadline_ms = clock_monotonic_ms() + 600000;
	CHECK_EQ(http_send(http, &r, &third, &a, &e), RC_CANCELLED);
	CHECK(asked >= 3);
	r.deadline_ms = clock_monotonic_ms() + 2000;
	CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_TIMEOUT);
	CHECK(strstr(e.msg, "did not answer in time") != NULL);
	CHECK(a.sent);
	fake_server_stop(&s);
	r.deadline_ms = clock_monotonic_ms() - 1;
	CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_TIMEOUT);

	CHECK_EQ(http_pause(http, 600000, &now, &e), RC_CANCELLED);
	CHECK_EQ(http_pause(http, 1, NULL, &e), RC_OK);
}

static void
test_unreachable(void)
{
	static const struct fake_step steps[] = { { 0 } };
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	AUTO(fake_server_done) struct fake_server s;
	struct http_request r;
	struct err e;

	fake_server_start(&s, steps);
	fake_server_stop(&s); /* nobody listens at its port any more */
	r = post(&s);
	CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_NET);
	CHECK(strstr(e.msg, "refused") != NULL);
	CHECK(a.passing && !a.sent);
}

static void
test_no_tls_there(void)
{
	static const struct fake_step steps[] = {
		{ SAY_CLOSE, "HTTP/1.1 400 No\r\n", NULL }, { 0 }
	};
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	AUTO(fake_server_done) struct fake_server s;
	struct http_request r;
	char url[64];
	struct err e;

	fake_server_start(&s, steps);
	r = post(&s);
	(void)snprintf(url, sizeof(url), "https%s", s.url + strlen("http"));
	r.url = url;
	/* A handshake has no blank line: the server waits for one. */
	r.deadline_ms = clock_monotonic_ms() + 2000;
	CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_TIMEOUT);
	fake_server_stop(&s);
	CHECK(!a.sent);
	CHECK_EQ(fake_server_seen(&s, "TokenCode"), 0);
}

/* Refused before a connection is made. */
static void
test_refused(void)
{
	static const char *const urls[] = { "http://sts.amazonaws.com/",
		"http://127.0.0.1.example.com/", "http://10.0.0.1/",
		"http://[::2]/", "ftp://127.0.0.1/", "file:///etc/passwd",
		"https://user:word@127.0.0.1/", "https://127.0.0.1/#a", "", "x",
		"gopher://127.0.0.1/" };
	AUTO_HTTP_ANSWER struct http_answer a = HTTP_ANSWER_INIT;
	struct http_request r = {
		.method = "POST",
		.deadline_ms = clock_monotonic_ms() + 60000,
	};
	struct err e;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		r.url = urls[i];
		CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_CONFIG);
		CHECK(strstr(e.msg, "word") == NULL ||
		      strstr(e.msg, "password") != NULL);
	}
	r.url = "https://127.0.0.1:1/";
	r.ca_bundle = "/nonexistent/ca.pem";
	CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "/nonexistent/ca.pem") != NULL);
	r.ca_bundle = NULL;
	r.nheaders = 1;
	r.headers[0] = (struct http_header){ "X", "a\r\nY: b" };
	CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_FORMAT);
	r.headers[0] = (struct http_header){ "X Y", "a" };
	CHECK_EQ(http_send(http, &r, NULL, &a, &e), RC_FORMAT);
	CHECK(!a.sent);
}

int
main(void)
{
	struct err e;

	/* Loopback goes past any proxy: nothing listens at this one. */
	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	(void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	CHECK_EQ(http_new("stskey/test", &http, &e), RC_OK);
	test_post();
	test_warm();
	test_once();
	test_bad_answers();
	test_redirect();
	test_stop();
	test_unreachable();
	test_no_tls_there();
	test_refused();
	http_free(http);
	return 0;
}

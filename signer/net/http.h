/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * HTTP/1.1 through libcurl, one request at a time: TLS 1.2 or later with the
 * certificate and its name verified, the proxies of the environment (never
 * for loopback), no redirects, cookies, netrc or decompression.
 */
struct http;

enum {
	HTTP_MAX_HEADERS = 32,
	HTTP_MAX_ANSWER = 1024 * 1024,
	HTTP_MAX_HEAD = 64 * 1024, /* all header lines of an answer */
	HTTP_CONNECT_MS = 10000,
	HTTP_IDLE_S = 10, /* an older connection may be dead: a new one */
};

struct http_header {
	const char *name, *value;
};

struct http_request {
	const char *url, *method;
	const char *ca_bundle; /* a file or hashed folder; NULL: the system's */
	struct http_header headers[HTTP_MAX_HEADERS];
	size_t nheaders;
	struct bytes body;
	int64_t deadline_ms; /* clock_monotonic_ms() */
};

/* When to give up, asked from the calling thread, ten times a second. */
struct http_stop {
	bool (*cancelled)(void *ctx);
	void *ctx;
};

struct http_answer {
	int64_t status;
	int64_t date;        /* of the service's clock; 0: not said */
	int64_t retry_after; /* seconds; -1: not said */
	struct buf body;
	/* True as soon as libcurl has asked for a byte of the body. */
	bool sent;
	/* After a failure: another try may go better. */
	bool passing;
};

#define HTTP_ANSWER_INIT \
	((struct http_answer){ \
	    .retry_after = -1, .body = BUF_INIT(HTTP_MAX_ANSWER) })
#define AUTO_HTTP_ANSWER AUTO(http_answer_done)

/* Before any thread.  agent is the User-Agent.  RC_SYS. */
enum rc http_new(const char *agent, struct http **ret, struct err *e);
void http_free(struct http *h); /* accepts NULL */
/* From any thread: the cancelled() of a request under way is asked at once. */
void http_wake(struct http *h);

/*
 * One attempt; connections are kept for the next.  libcurl's own second
 * attempt is made impossible once a byte of the body went out.  sent and
 * passing are set on failure as well: RC_NET, RC_TIMEOUT, RC_CONFIG (URL,
 * CA file), RC_FORMAT (not HTTP, too large), RC_CANCELLED.
 */
enum rc http_send(struct http *h, const struct http_request *r,
    const struct http_stop *stop, struct http_answer *ret, struct err *e);
/* Waits; RC_CANCELLED, or RC_OK when the time is over. */
enum rc http_pause(
    struct http *h, int64_t ms, const struct http_stop *stop, struct err *e);
void http_answer_done(struct http_answer *a);

#endif

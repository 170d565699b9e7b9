/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/http.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "signer/aws/sts_text.h"
#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/base/wiped.h"
#include "signer/net/http_error.h"
#include "signer/net/http_setup.h"

enum { STEP_MS = 100, MAX_WORDS = 200, WORDS_ROOM = 512 };

struct http {
	CURLM *multi;
	CURL *easy;
	char *agent;
	char words[CURL_ERROR_SIZE]; /* libcurl's own, about a failure */
};

/* One request under way. */
struct transfer {
	const struct http_request *request;
	struct http_answer *answer;
	size_t given; /* bytes of the body handed to libcurl */
	size_t head;  /* bytes of header lines seen */
	bool too_large;
};

/*
 * There is no seek callback beside this one, so libcurl cannot start over
 * once it has called it; a body asked for again is refused here as well.
 */
static size_t
on_read(char *to, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct bytes body = t->request->body;
	size_t left = body.len - t->given, room = size * n;

	if (left == 0)
		return CURL_READFUNC_ABORT;
	if (room > left)
		room = left;
	memcpy(to, body.p + t->given, room);
	t->given += room;
	t->answer->sent = true;
	return room;
}

static size_t
on_header(void *line, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	(void)line;
	t->head += size * n;
	t->too_large |= t->head > HTTP_MAX_HEAD;
	return t->too_large ? 0 : size * n;
}

static size_t
on_write(char *from, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	buf_add(&t->answer->body, BYTES(from, size * n));
	t->too_large |= !buf_ok(&t->answer->body);
	return t->too_large ? 0 : size * n;
}

static bool
set_callbacks(CURL *easy, struct transfer *t)
{
	return curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read) ==
	           CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_READDATA, t) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) ==
	           CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERDATA, t) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write) ==
	           CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, t) == CURLE_OK;
}

static bool
is_cancelled(const struct http_stop *stop)
{
	return stop != NULL && stop->cancelled(stop->ctx);
}

static enum rc
called_off(struct err *e)
{
	return err_set(e, RC_CANCELLED, "called off");
}

static CURLcode
result_of(CURLM *multi)
{
	CURLcode ret = CURLE_RECV_ERROR;
	CURLMsg *message;
	int left = 0;

	while ((message = curl_multi_info_read(multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			ret = message->data.result;
	return ret;
}

/* Up to the end of the transfer, or to the moment nobody waits for it. */
static enum rc
drive(
    struct http *h, const struct http_stop *stop, CURLcode *ret, struct err *e)
{
	int running = 1;
	CURLMcode m = curl_multi_add_handle(h->multi, h->easy);

	while (m == CURLM_OK && running > 0) {
		m = curl_multi_perform(h->multi, &running);
		if (m == CURLM_OK && running > 0)
			m = curl_multi_poll(h->multi, NULL, 0, STEP_MS, NULL);
		if (running > 0 && is_cancelled(stop)) {
			(void)curl_multi_remove_handle(h->multi, h->easy);
			return called_off(e);
		}
	}
	*ret = result_of(h->multi);
	(void)curl_multi_remove_handle(h->multi, h->easy);
	if (m == CURLM_OK)
		return RC_OK;
	return err_set(
	    e, RC_NET, "libcurl fails (%s): try again", curl_multi_strerror(m));
}

static const char *
header(CURL *easy, const char *name)
{
	struct curl_header *h = NULL;

	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return NULL;
	return h->value;
}

static int64_t
seconds_of(const char *digits)
{
	char *end;
	long seconds = strtol(digits, &end, 10);

	return *end == '\0' ? seconds : -1;
}

/* RFC 9110, section 10.2.3: seconds, or a date. */
static int64_t
retry_after(const char *value, int64_t date)
{
	struct err ignored;
	int64_t when;

	if (value == NULL)
		return -1;
	if (value[0] >= '0' && value[0] <= '9')
		return seconds_of(value);
	if (date == 0 ||
	    clock_parse_http(BYTES_STR(value), &when, &ignored) != RC_OK)
		return -1;
	return when > date ? when - date : 0;
}

static void
read_head(CURL *easy, struct http_answer *ret)
{
	const char *date = header(easy, "Date");
	struct err ignored;
	long status = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	ret->status = status;
	if (date == NULL ||
	    clock_parse_http(BYTES_STR(date), &ret->date, &ignored) != RC_OK)
		ret->date = 0;
	ret->retry_after = retry_after(header(easy, "Retry-After"), ret->date);
}

static long
number_of(CURL *easy, CURLINFO what)
{
	long ret = 0;

	(void)curl_easy_getinfo(easy, what, &ret);
	return ret;
}

static enum rc
explain(struct http *h, CURLcode code, const struct url *url,
    const struct transfer *t, struct err *e)
{
	AUTO_BUF struct buf words = BUF_INIT(WORDS_ROOM);
	curl_off_t ready_us = 0;
	struct http_failure f = { .code = code, .host = url->name };

	/* A certificate's names are among them, and those may be anything. */
	sts_text_clean(&words, h->words, MAX_WORDS);
	(void)curl_easy_getinfo(
	    h->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
	f.detail = buf_cstr(&words);
	f.proxy_status = number_of(h->easy, CURLINFO_HTTP_CONNECTCODE);
	f.verify = number_of(h->easy, CURLINFO_SSL_VERIFYRESULT);
	f.os_errno = (int)number_of(h->easy, CURLINFO_OS_ERRNO);
	f.connected = ready_us > 0;
	f.late = clock_monotonic_ms() + STEP_MS >= t->request->deadline_ms;
	f.too_large = t->too_large;
	return http_explain(&f, &t->answer->passing, e);
}

static enum rc
prepare(struct http *h, struct transfer *t, const struct url *url,
    struct curl_slist *headers, struct err *e)
{
	struct trust trust = { 0 };
	struct http_setup setup = {
		.easy = h->easy,
		.request = t->request,
		.url = url,
		.trust = &trust,
		.headers = headers,
		.agent = h->agent,
		.words = h->words,
		.left_ms = t->request->deadline_ms - clock_monotonic_ms(),
	};
	enum rc rc;

	h->words[0] = '\0';
	if (setup.left_ms <= 0)
		return err_set(e, RC_TIMEOUT,
		    "no time is left to ask '%s': try again", url->name);
	if ((rc = trust_choose(t->request->ca_bundle, &trust, e)) != RC_OK ||
	    (rc = http_setup(&setup, e)) != RC_OK)
		return rc;
	return set_callbacks(h->easy, t)
	           ? RC_OK
	           : err_set(e, RC_NET, "libcurl cannot be set up");
}

static void
free_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

/* A body without bytes is out when its head is. */
static bool
is_out(CURL *easy)
{
	return number_of(easy, CURLINFO_REQUEST_SIZE) > 0;
}

enum rc
http_send(struct http *h, const struct http_request *r,
    const struct http_stop *stop, struct http_answer *ret, struct err *e)
{
	AUTO(free_list) struct curl_slist *headers = NULL;
	struct transfer t = { .request = r, .answer = ret };
	CURLcode code = CURLE_OK;
	struct url url;
	enum rc rc;

	buf_clear(&ret->body);
	ret->status = 0;
	ret->passing = false;
	if ((rc = url_parse(r->url, &url, e)) != RC_OK ||
	    (rc = http_setup_headers(r, &headers, e)) != RC_OK ||
	    (rc = prepare(h, &t, &url, headers, e)) != RC_OK ||
	    (rc = drive(h, stop, &code, e)) != RC_OK)
		return rc;
	ret->sent |= r->body.len == 0 && is_out(h->easy);
	if (code != CURLE_OK)
		return explain(h, code, &url, &t, e);
	read_head(h->easy, ret);
	return RC_OK;
}

enum rc
http_pause(
    struct http *h, int64_t ms, const struct http_stop *stop, struct err *e)
{
	int64_t until = clock_monotonic_ms() + ms, left = ms;

	while (left > 0) {
		if (is_cancelled(stop))
			return called_off(e);
		(void)curl_multi_poll(h->multi, NULL, 0,
		    (int)(left < STEP_MS ? left : STEP_MS), NULL);
		left = until - clock_monotonic_ms();
	}
	return is_cancelled(stop) ? called_off(e) : RC_OK;
}

void
http_wake(struct http *h)
{
	(void)curl_multi_wakeup(h->multi);
}

enum rc
http_new(const char *agent, struct http **ret, struct err *e)
{
	struct http *h;

	/* libcurl would write the keys of every connection into that file. */
	(void)unsetenv("SSLKEYLOGFILE");
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiped_malloc, wiped_free,
		wiped_realloc, wiped_strdup, wiped_calloc) != CURLE_OK)
		return err_set(e, RC_SYS, "libcurl does not start");
	h = mem_new(1, sizeof(*h));
	h->agent = mem_str(agent);
	h->multi = curl_multi_init();
	h->easy = curl_easy_init();
	if (h->multi == NULL || h->easy == NULL) {
		http_free(h);
		return err_set(e, RC_SYS, "libcurl does not start");
	}
	*ret = h;
	return RC_OK;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->easy);
	(void)curl_multi_cleanup(h->multi);
	mem_free(h->agent);
	mem_free(h);
	curl_global_cleanup();
}

void
http_answer_done(struct http_answer *a)
{
	buf_done(&a->body);
}

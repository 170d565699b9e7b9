/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/http_setup.h"

#include <string.h>

/* Like struct buf: set freely, then ask once whether all was taken. */
struct options {
	CURL *easy;
	CURLcode code;
};

static void
set_long(struct options *o, CURLoption option, long value)
{
	if (o->code == CURLE_OK)
		o->code = curl_easy_setopt(o->easy, option, value);
}

static void
set_text(struct options *o, CURLoption option, const char *value)
{
	if (o->code == CURLE_OK)
		o->code = curl_easy_setopt(o->easy, option, value);
}

static void
set_always(struct options *o)
{
	static const struct {
		CURLoption option;
		long value;
	} fixed[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_QUICK_EXIT, 1 }, /* wait for no resolver's thread */
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
		{ CURLOPT_MAXFILESIZE, HTTP_MAX_ANSWER },
		{ CURLOPT_MAXAGE_CONN, HTTP_IDLE_S },
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_PROXY_SSL_VERIFYPEER, 1 },
		{ CURLOPT_PROXY_SSL_VERIFYHOST, 2 },
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		set_long(o, fixed[i].option, fixed[i].value);
}

/* A NULL file keeps libcurl from its default, the whole bundle. */
static void
set_trust(struct options *o, const struct trust *t)
{
	if (t->usual)
		return;
	set_text(o, CURLOPT_CAINFO, t->file);
	set_text(o, CURLOPT_CAPATH, t->folder);
	set_text(o, CURLOPT_PROXY_CAINFO, t->file);
	set_text(o, CURLOPT_PROXY_CAPATH, t->folder);
}

static void
set_method(struct options *o, const struct http_request *r)
{
	if (strcmp(r->method, "HEAD") == 0) {
		set_long(o, CURLOPT_NOBODY, 1);
		return;
	}
	if (strcmp(r->method, "GET") == 0) {
		set_long(o, CURLOPT_HTTPGET, 1);
		return;
	}
	/* The body comes through the read callback, and only once. */
	set_long(o, CURLOPT_POST, 1);
	if (o->code == CURLE_OK)
		o->code = curl_easy_setopt(o->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->body.len);
	if (strcmp(r->method, "POST") != 0)
		set_text(o, CURLOPT_CUSTOMREQUEST, r->method);
}

static void
set_times(struct options *o, int64_t left_ms)
{
	const int64_t most = INT64_C(24) * 3600 * 1000;
	int64_t left = left_ms < most ? left_ms : most;

	set_long(o, CURLOPT_TIMEOUT_MS, (long)left);
	set_long(o, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(left < HTTP_CONNECT_MS ? left : HTTP_CONNECT_MS));
}

enum rc
http_setup(const struct http_setup *s, struct err *e)
{
	struct options o = { s->easy, CURLE_OK };

	/* Connections, names and TLS sessions survive a reset. */
	curl_easy_reset(s->easy);
	set_always(&o);
	set_trust(&o, s->trust);
	set_method(&o, s->request);
	set_times(&o, s->left_ms);
	set_text(&o, CURLOPT_URL, s->request->url);
	set_text(&o, CURLOPT_PROTOCOLS_STR, s->url->https ? "https" : "http");
	set_text(&o, CURLOPT_USERAGENT, s->agent);
	if (s->url->loopback) /* no proxy, whatever the environment says */
		set_text(&o, CURLOPT_PROXY, "");
	if (o.code == CURLE_OK)
		o.code =
		    curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
	if (o.code == CURLE_OK)
		o.code =
		    curl_easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->words);
	if (o.code == CURLE_OK)
		return RC_OK;
	return err_set(e, RC_NET,
	    "libcurl cannot be set up (%s): install libcurl 7.88 or later "
	    "with OpenSSL",
	    curl_easy_strerror(o.code));
}

static bool
is_name(const char *s)
{
	static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789"
				    "!#$%&'*+-.^_`|~";

	return s[0] != '\0' && s[strspn(s, token)] == '\0';
}

static bool
is_value(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return false;
	return true;
}

static bool
add_line(struct curl_slist **list, const char *name, const char *value)
{
	AUTO_BUF struct buf line = BUF_INIT(HTTP_MAX_HEAD);
	struct curl_slist *longer;

	buf_str(&line, name);
	/* For libcurl "Name:" takes a header away; "Name;" sends it empty. */
	buf_str(&line, value[0] != '\0' ? ": " : ";");
	buf_str(&line, value);
	longer = curl_slist_append(*list, buf_cstr(&line));
	if (longer != NULL)
		*list = longer;
	return longer != NULL && buf_ok(&line);
}

enum rc
http_setup_headers(
    const struct http_request *r, struct curl_slist **ret, struct err *e)
{
	/* No pause for "100 Continue" before the body. */
	*ret = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < r->nheaders; i++) {
		const struct http_header *h = &r->headers[i];

		if (!is_name(h->name) || !is_value(h->value) ||
		    !add_line(ret, h->name, h->value))
			return err_set(e, RC_FORMAT,
			    "header %zu of the request cannot be sent: it "
			    "holds a control character, or is too long",
			    i + 1);
	}
	return RC_OK;
}

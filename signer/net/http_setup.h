/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP_SETUP_H
#define NET_HTTP_SETUP_H

#include <curl/curl.h>

#include "signer/base/err.h"
#include "signer/net/http.h"
#include "signer/net/trust.h"
#include "signer/net/url.h"

/* Inside net/ only: every option that a request sets on libcurl's handle. */

struct http_setup {
	CURL *easy;
	const struct http_request *request;
	const struct url *url;
	const struct trust *trust;
	struct curl_slist
	    *headers; /* of http_setup_headers(), kept while used */
	const char *agent;
	char *words; /* CURL_ERROR_SIZE, for libcurl's own words */
	int64_t left_ms;
};

/* *ret is the caller's, for curl_slist_free_all().  RC_FORMAT: a header that
 * would break the request in two. */
enum rc http_setup_headers(
    const struct http_request *r, struct curl_slist **ret, struct err *e);
/* Without the callbacks.  RC_NET: libcurl lacks what we rely on. */
enum rc http_setup(const struct http_setup *s, struct err *e);

#endif

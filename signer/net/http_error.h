/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP_ERROR_H
#define NET_HTTP_ERROR_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "signer/base/err.h"

/* Inside net/ only: what libcurl said of a transfer that failed. */
struct http_failure {
	CURLcode code;      /* not CURLE_OK */
	const char *host;   /* of the URL */
	const char *detail; /* libcurl's own words; may be "" */
	long proxy_status;  /* of a proxy's answer to CONNECT; 0: none */
	long verify;        /* X509_V_ERR_*; 0: the chain was fine */
	int os_errno;       /* of connect(2) */
	bool connected;     /* TCP and TLS stood */
	bool late;          /* the deadline is over */
	bool too_large;     /* the answer passed our limits */
};

/* The status and the sentence; *passing: another try may go better. */
enum rc http_explain(
    const struct http_failure *f, bool *passing, struct err *e);

#endif

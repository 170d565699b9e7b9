/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/sign.h"

#include "signer/aws/sigv4.h"
#include "signer/base/clock.h"
#include "signer/crypto/crypto.h"
#include "signer/net/url.h"

enum {
	MAX_CANONICAL = 256 * 1024,
	MAX_SIGNED = 4096,
	MAX_VALUE = 8192,
	ADDED = 4
};

static void
add(struct http_request *r, const char *name, const char *value)
{
	r->headers[r->nheaders++] = (struct http_header){ name, value };
}

static enum rc
canonical(const struct http_request *r, const struct url *url, struct buf *ret,
    struct buf *names, struct err *e)
{
	struct sigv4_header headers[HTTP_MAX_HEADERS];
	struct sigv4_request request = {
		.method = BYTES_STR(r->method),
		.path = BYTES_STR(url->path),
		.query = BYTES_STR(url->query),
		.nheaders = r->nheaders,
		.body = r->body,
		.normalize = true,
	};

	for (size_t i = 0; i < r->nheaders; i++) {
		headers[i].name = BYTES_STR(r->headers[i].name);
		headers[i].value = BYTES_STR(r->headers[i].value);
	}
	request.headers = headers;
	return sigv4_canonical(&crypto_openssl, &request, ret, names, e);
}

static void
signature(const struct session_key *key, const struct sigv4_scope *scope,
    struct bytes to_sign, struct buf *ret_hex)
{
	AUTO_SECRET struct secret kdate = { 0 };
	AUTO_SECRET struct secret ksigning = { 0 };

	sigv4_kdate(
	    &crypto_openssl, scope, BYTES_STR(key->secret_access_key), &kdate);
	sigv4_signing_key(
	    &crypto_openssl, scope, secret_bytes(&kdate), &ksigning);
	sigv4_signature(
	    &crypto_openssl, secret_bytes(&ksigning), to_sign, ret_hex);
}

static enum rc
authorize(const struct session_key *key, const struct sigv4_scope *scope,
    struct http_request *r, const struct url *url, struct pool *strings,
    struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(MAX_CANONICAL);
	AUTO_BUF struct buf names = BUF_INIT(MAX_SIGNED);
	AUTO_BUF struct buf to_sign = BUF_INIT(MAX_SIGNED);
	AUTO_BUF struct buf hex = BUF_INIT(MAX_SIGNED);
	AUTO_BUF struct buf value = BUF_INIT(MAX_VALUE);
	enum rc rc = canonical(r, url, &text, &names, e);

	if (rc != RC_OK)
		return rc;
	sigv4_string_to_sign(
	    &crypto_openssl, scope, buf_bytes(&text), &to_sign);
	signature(key, scope, buf_bytes(&to_sign), &hex);
	sigv4_authorization(scope, key->access_key_id, buf_bytes(&names),
	    buf_bytes(&hex), &value);
	if (!buf_ok(&value) || !buf_ok(&to_sign))
		return err_set(e, RC_FORMAT, "the request is too long to sign");
	add(r, "Authorization", pool_add(strings, buf_bytes(&value)));
	return RC_OK;
}

enum rc
sign_request(const struct session_key *key, struct http_request *r,
    struct pool *strings, struct err *e)
{
	char time[CLOCK_BASIC_SIZE];
	struct sigv4_scope scope = { time, key->region, key->service };
	struct url url;
	enum rc rc = url_parse(r->url, &url, e);

	if (rc != RC_OK)
		return rc;
	if (r->nheaders + ADDED > HTTP_MAX_HEADERS)
		return err_set(e, RC_FORMAT,
		    "the request has more than %d headers",
		    HTTP_MAX_HEADERS - ADDED);
	clock_basic(key->time, time);
	/* What is signed as Host is what libcurl sends then. */
	add(r, "Host", pool_add(strings, BYTES_STR(url.host)));
	add(r, "X-Amz-Date", pool_add(strings, BYTES_STR(time)));
	if (key->session_token != NULL)
		add(r, "X-Amz-Security-Token", key->session_token);
	return authorize(key, &scope, r, &url, strings, e);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "signer/aws/sigv4.h"
#include "signer/base/enc.h"
#include "signer/crypto/crypto.h"

/*
 * Signs what it is told: a request in JSON a line on standard input, its
 * Authorization header (or presigned query) in JSON a line on standard
 * output.  With it our signer and another are compared.
 *
 * in:  method path query headers [[name, value], …] body (base64) normalize
 *      payload_hash (null: of body) time region service access_key_id secret;
 *      for a presigned URL also expires and token (or null)
 * out: canonical, and authorization or query; or error
 */

enum { TEXT_MAX = 1 << 20 };

/* One request on its way. */
struct task {
	const json_t *in;
	struct sigv4_header headers[SIGV4_MAX_HEADERS + 1];
	struct sigv4_request request;
	struct sigv4_scope scope;
	struct buf body, query, canonical, names, to_sign, signature;
};

static void
task_done(struct task *t)
{
	buf_done(&t->body);
	buf_done(&t->query);
	buf_done(&t->canonical);
	buf_done(&t->names);
	buf_done(&t->to_sign);
	buf_done(&t->signature);
}

static const char *
text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	if (s == NULL) {
		(void)fprintf(stderr, "prog_sign: no text '%s'\n", key);
		exit(2);
	}
	return s;
}

static void
read_headers(struct task *t)
{
	const json_t *list = json_object_get(t->in, "headers");
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i <= SIGV4_MAX_HEADERS; i++) {
		const json_t *pair = json_array_get(list, i);
		const char *name = json_string_value(json_array_get(pair, 0));
		const char *value = json_string_value(json_array_get(pair, 1));

		if (name == NULL || value == NULL)
			exit(2);
		t->headers[i] =
		    (struct sigv4_header){ BYTES_STR(name), BYTES_STR(value) };
	}
	t->request.headers = t->headers;
	t->request.nheaders = n;
}

static enum rc
read_request(struct task *t, struct err *e)
{
	const json_t *hash = json_object_get(t->in, "payload_hash");

	t->scope = (struct sigv4_scope){ text(t->in, "time"),
		text(t->in, "region"), text(t->in, "service") };
	t->request.method = BYTES_STR(text(t->in, "method"));
	t->request.path = BYTES_STR(text(t->in, "path"));
	t->request.query = BYTES_STR(text(t->in, "query"));
	t->request.normalize =
	    json_is_true(json_object_get(t->in, "normalize"));
	t->request.payload_hash = json_string_value(hash);
	read_headers(t);
	return enc_unbase64(&t->body, BYTES_STR(text(t->in, "body")), e);
}

static enum rc
presign(struct task *t, struct err *e)
{
	const json_t *expires = json_object_get(t->in, "expires");
	struct sigv4_presign how = {
		.access_key_id = text(t->in, "access_key_id"),
		.token = json_string_value(json_object_get(t->in, "token")),
		.expires_seconds = json_integer_value(expires),
	};
	AUTO_BUF struct buf names = BUF_INIT(TEXT_MAX);
	enum rc rc;

	if (expires == NULL)
		return RC_OK;
	if ((rc = sigv4_signed_names(&t->request, &names, e)) != RC_OK)
		return rc;
	sigv4_presign_query(
	    &t->scope, &how, buf_bytes(&names), t->request.query, &t->query);
	t->request.query = buf_bytes(&t->query);
	return RC_OK;
}

static enum rc
sign(struct task *t, struct err *e)
{
	AUTO_SECRET struct secret kdate = { 0 };
	AUTO_SECRET struct secret ksigning = { 0 };
	enum rc rc;

	if ((rc = read_request(t, e)) != RC_OK)
		return rc;
	t->request.body = buf_bytes(&t->body);
	if ((rc = presign(t, e)) != RC_OK ||
	    (rc = sigv4_canonical(&crypto_openssl, &t->request, &t->canonical,
		 &t->names, e)) != RC_OK)
		return rc;
	sigv4_string_to_sign(
	    &crypto_openssl, &t->scope, buf_bytes(&t->canonical), &t->to_sign);
	sigv4_kdate(&crypto_openssl, &t->scope,
	    BYTES_STR(text(t->in, "secret")), &kdate);
	sigv4_signing_key(
	    &crypto_openssl, &t->scope, secret_bytes(&kdate), &ksigning);
	sigv4_signature(&crypto_openssl, secret_bytes(&ksigning),
	    buf_bytes(&t->to_sign), &t->signature);
	return RC_OK;
}

static json_t *
outcome(struct task *t)
{
	AUTO_BUF struct buf value = BUF_INIT(TEXT_MAX);

	if (t->query.len > 0) {
		buf_add(&value, buf_bytes(&t->query));
		buf_str(&value, "&X-Amz-Signature=");
		buf_add(&value, buf_bytes(&t->signature));
	} else {
		sigv4_authorization(&t->scope, text(t->in, "access_key_id"),
		    buf_bytes(&t->names), buf_bytes(&t->signature), &value);
	}
	return json_pack("{ss ss}",
	    t->query.len > 0 ? "query" : "authorization", buf_cstr(&value),
	    "canonical", buf_cstr(&t->canonical));
}

static json_t *
answer(const json_t *in)
{
	AUTO(task_done)
	struct task t = {
		.in = in,
		.body = BUF_INIT(TEXT_MAX),
		.query = BUF_INIT(TEXT_MAX),
		.canonical = BUF_INIT(TEXT_MAX),
		.names = BUF_INIT(TEXT_MAX),
		.to_sign = BUF_INIT(TEXT_MAX),
		.signature = BUF_INIT(TEXT_MAX),
	};
	struct err e = { 0 };

	if (sign(&t, &e) != RC_OK)
		return json_pack("{ss}", "error", e.msg);
	return outcome(&t);
}

int
main(void)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		json_t *in = json_loads(line, 0, NULL);
		json_t *out = in != NULL ? answer(in) : NULL;

		if (out == NULL || json_dumpf(out, stdout, 0) != 0) {
			(void)fputs("prog_sign: a line is not JSON\n", stderr);
			return 2;
		}
		(void)putchar('\n');
		json_decref(out);
		json_decref(in);
	}
	free(line);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include <stdint.h>

#include "signer/aws/crypto.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * AWS Signature Version 4 (IAM User Guide, "Create a signed AWS API request").
 */

struct sigv4_header {
	struct bytes name, value; /* the value as sent: folds and blanks too */
};

enum { SIGV4_MAX_HEADERS = 64 };

struct sigv4_request {
	struct bytes method;
	struct bytes path;                  /* as sent, before '?' */
	struct bytes query;                 /* as sent, without '?' */
	const struct sigv4_header *headers; /* Host and X-Amz-Date among them */
	size_t nheaders;
	struct bytes body;
	bool normalize; /* false for S3: the path is signed as it stands */
	const char *payload_hash; /* hex or UNSIGNED-PAYLOAD; NULL: of body */
};

struct sigv4_scope {
	const char *time; /* 20150830T123600Z */
	const char *region, *service;
};

/*
 * The canonical request, and the list of signed headers ("host;x-amz-date").
 * Every header given is signed.  In a query %XX means its byte and '+' itself.
 * RC_FORMAT: too many headers or too long, or a method or name HTTP forbids.
 */
enum rc sigv4_canonical(const struct aws_crypto *crypto,
    const struct sigv4_request *req, struct buf *ret, struct buf *signed_names,
    struct err *e);
/* That list alone: a presigned query holds it before there is a request. */
enum rc sigv4_signed_names(
    const struct sigv4_request *req, struct buf *ret, struct err *e);

/* The four lines that are signed, for that canonical request. */
void sigv4_string_to_sign(const struct aws_crypto *crypto,
    const struct sigv4_scope *scope, struct bytes canonical, struct buf *ret);

/* kDate = HMAC("AWS4" + secret, date) is the token's; the rest is ours. */
void sigv4_signing_key(const struct aws_crypto *crypto,
    const struct sigv4_scope *scope, struct bytes kdate, struct secret *ret);
void sigv4_kdate(const struct aws_crypto *crypto,
    const struct sigv4_scope *scope, struct bytes secret_access_key,
    struct secret *ret);
void sigv4_signature(const struct aws_crypto *crypto, struct bytes ksigning,
    struct bytes string_to_sign, struct buf *ret_hex);

/* The value of the Authorization header. */
void sigv4_authorization(const struct sigv4_scope *scope,
    const char *access_key_id, struct bytes signed_names,
    struct bytes signature_hex, struct buf *ret);

/*
 * A presigned URL's query, to be signed: the request's own, then
 * X-Amz-Algorithm, -Credential, -Date, -SignedHeaders, -Expires and (unless
 * token is NULL) -Security-Token.  X-Amz-Signature is the caller's to append.
 */
struct sigv4_presign {
	const char *access_key_id, *token;
	int64_t expires_seconds;
};
void sigv4_presign_query(const struct sigv4_scope *scope,
    const struct sigv4_presign *presign, struct bytes signed_names,
    struct bytes query, struct buf *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sigv4.h"

#include <string.h>

#include "signer/base/enc.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { DATE_SIZE = 8, DIGITS_MAX = 20 }; /* 20150830, the head of time */

static struct bytes
date_of(const struct sigv4_scope *scope)
{
	return BYTES(scope->time, strnlen(scope->time, DATE_SIZE));
}

/* key = HMAC(key, msg) */
static void
step(const struct aws_crypto *crypto, struct secret *key, struct bytes msg)
{
	AUTO_SECRET struct secret next = { 0 };

	crypto->mac(MAC_HMAC_SHA256, secret_bytes(key), msg, &next);
	secret_move(key, &next);
}

static void
add_decimal(struct buf *ret, uint64_t v)
{
	char digits[DIGITS_MAX];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_add(ret, BYTES(digits + at, sizeof(digits) - at));
}

/* 20150830/us-east-1/sts/aws4_request */
static void
add_scope(const struct sigv4_scope *scope, struct buf *ret)
{
	buf_add(ret, date_of(scope));
	buf_chr(ret, '/');
	buf_str(ret, scope->region);
	buf_chr(ret, '/');
	buf_str(ret, scope->service);
	buf_str(ret, "/aws4_request");
}

void
sigv4_string_to_sign(const struct aws_crypto *crypto,
    const struct sigv4_scope *scope, struct bytes canonical, struct buf *ret)
{
	uint8_t hash[SHA256_SIZE];

	crypto->sha256(canonical, hash);
	buf_str(ret, ALGORITHM "\n");
	buf_str(ret, scope->time);
	buf_chr(ret, '\n');
	add_scope(scope, ret);
	buf_chr(ret, '\n');
	buf_hex(ret, BYTES(hash, sizeof(hash)));
}

void
sigv4_kdate(const struct aws_crypto *crypto, const struct sigv4_scope *scope,
    struct bytes secret_access_key, struct secret *ret)
{
	static const char prefix[] = { 'A', 'W', 'S', '4' };
	AUTO_SECRET struct secret key = { 0 };

	secret_new(&key, sizeof(prefix) + secret_access_key.len);
	memcpy(key.p, prefix, sizeof(prefix));
	if (secret_access_key.len > 0)
		memcpy(key.p + sizeof(prefix), secret_access_key.p,
		    secret_access_key.len);
	step(crypto, &key, date_of(scope));
	secret_move(ret, &key);
}

void
sigv4_signing_key(const struct aws_crypto *crypto,
    const struct sigv4_scope *scope, struct bytes kdate, struct secret *ret)
{
	AUTO_SECRET struct secret key = { 0 };

	crypto->mac(MAC_HMAC_SHA256, kdate, BYTES_STR(scope->region), &key);
	step(crypto, &key, BYTES_STR(scope->service));
	step(crypto, &key, BYTES_STR("aws4_request"));
	secret_move(ret, &key);
}

void
sigv4_signature(const struct aws_crypto *crypto, struct bytes ksigning,
    struct bytes string_to_sign, struct buf *ret_hex)
{
	AUTO_SECRET struct secret mac = { 0 };

	crypto->mac(MAC_HMAC_SHA256, ksigning, string_to_sign, &mac);
	buf_hex(ret_hex, secret_bytes(&mac));
}

void
sigv4_authorization(const struct sigv4_scope *scope, const char *access_key_id,
    struct bytes signed_names, struct bytes signature_hex, struct buf *ret)
{
	buf_str(ret, ALGORITHM " Credential=");
	buf_str(ret, access_key_id);
	buf_chr(ret, '/');
	add_scope(scope, ret);
	buf_str(ret, ", SignedHeaders=");
	buf_add(ret, signed_names);
	buf_str(ret, ", Signature=");
	buf_add(ret, signature_hex);
}

void
sigv4_presign_query(const struct sigv4_scope *scope,
    const struct sigv4_presign *presign, struct bytes signed_names,
    struct bytes query, struct buf *ret)
{
	AUTO_BUF struct buf credential = BUF_INIT(ret->max);
	int64_t expires = presign->expires_seconds;

	buf_str(&credential, presign->access_key_id);
	buf_chr(&credential, '/');
	add_scope(scope, &credential);

	buf_add(ret, query);
	buf_str(ret, query.len > 0 ? "&" : "");
	buf_str(ret, "X-Amz-Algorithm=" ALGORITHM "&X-Amz-Credential=");
	enc_percent(ret, buf_bytes(&credential), "");
	buf_str(ret, "&X-Amz-Date=");
	enc_percent(ret, BYTES_STR(scope->time), "");
	buf_str(ret, "&X-Amz-SignedHeaders=");
	enc_percent(ret, signed_names, "");
	buf_str(ret, "&X-Amz-Expires=");
	add_decimal(ret, expires > 0 ? (uint64_t)expires : 0);
	if (presign->token == NULL)
		return;
	buf_str(ret, "&X-Amz-Security-Token=");
	enc_percent(ret, BYTES_STR(presign->token), "");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/signing_key.h"

#include <string.h>

#include "signer/crypto/crypto.h"
#include "signer/token/keychain.h"

enum { DATE_SIZE = 8 }; /* YYYYMMDD */

static struct {
	struct secret key;
	struct pool strings;
	const char *is; /* what it is the key of */
} last;

static const char *
name_of(struct pool *p, const char *uri, const struct sigv4_scope *scope)
{
	AUTO_BUF struct buf b = BUF_INIT(1 << 16);

	buf_add(&b, BYTES(scope->time, DATE_SIZE));
	buf_chr(&b, '/');
	buf_str(&b, scope->region);
	buf_chr(&b, '/');
	buf_str(&b, scope->service);
	buf_chr(&b, '/');
	buf_str(&b, uri);
	return pool_add(p, buf_bytes(&b));
}

/* kDate = HMAC("AWS4" + secret, date), on the token. */
static enum rc
derive(struct state *s, const char *uri, const struct sigv4_scope *scope,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret kdate = { 0 };
	AUTO_KEY struct key k = KEY_INIT;
	enum rc rc = keychain_open(s, uri, &k, e);

	if (rc == RC_OK)
		rc = keychain_mac(&k, MAC_HMAC_SHA256,
		    BYTES(scope->time, DATE_SIZE), &kdate, e);
	if (rc == RC_OK)
		sigv4_signing_key(
		    &crypto_openssl, scope, secret_bytes(&kdate), ret);
	return rc;
}

enum rc
signing_key_get(struct state *s, const char *uri,
    const struct sigv4_scope *scope, struct bytes *ret, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_SECRET struct secret key = { 0 };
	const char *is = name_of(&p, uri, scope);
	enum rc rc;

	if (last.is != NULL && strcmp(last.is, is) == 0) {
		*ret = secret_bytes(&last.key);
		return RC_OK;
	}
	rc = derive(s, uri, scope, &key, e);
	if (rc != RC_OK)
		return rc;
	signing_key_done();
	secret_move(&last.key, &key);
	last.is = pool_add(&last.strings, BYTES_STR(is));
	*ret = secret_bytes(&last.key);
	return RC_OK;
}

void
signing_key_done(void)
{
	secret_done(&last.key);
	pool_done(&last.strings);
	last.is = NULL;
}

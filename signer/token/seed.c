/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "signer/base/enc.h"
#include "signer/token/entry.h"

enum { SEED_MIN = 10, SEED_MAX = 128 }; /* bytes */

static const char scheme[] = "otpauth://totp/";

/* The value of a parameter of the query; len 0: it is not there. */
static struct bytes
parameter(struct bytes uri, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n < uri.len; i++) {
		struct bytes value = BYTES(uri.p + i + 1 + n, 0);

		if ((uri.p[i] != '?' && uri.p[i] != '&') ||
		    memcmp(uri.p + i + 1, name, n) != 0)
			continue;
		while (value.p + value.len < uri.p + uri.len &&
		       value.p[value.len] != '&' && value.p[value.len] != '#')
			value.len++;
		return value;
	}
	return BYTES("", 0);
}

static bool
is_absent_or(struct bytes uri, const char *name, const char *value)
{
	struct bytes got = parameter(uri, name);

	return got.len == 0 ||
	       (got.len == strlen(value) &&
		   strncasecmp((const char *)got.p, value, got.len) == 0);
}

static enum rc
of_uri(struct bytes uri, struct bytes *ret, struct err *e)
{
	if (!is_absent_or(uri, "algorithm=", "SHA1") ||
	    !is_absent_or(uri, "digits=", "6") ||
	    !is_absent_or(uri, "period=", "30"))
		return err_set(e, RC_CONFIG,
		    "AWS takes six digits of SHA-1 every 30 seconds, and that "
		    "otpauth: URI is for something else");
	*ret = parameter(uri, "secret=");
	if (ret->len == 0)
		return err_set(
		    e, RC_CONFIG, "there is no secret= in that otpauth: URI");
	return RC_OK;
}

enum rc
entry_seed(struct bytes text, struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret seed = { 0 };
	enum rc rc = RC_OK;

	if (text.len >= strlen(scheme) &&
	    strncasecmp((const char *)text.p, scheme, strlen(scheme)) == 0)
		rc = of_uri(text, &text, e);
	if (rc != RC_OK)
		return rc;
	rc = enc_unbase32(&seed, text, e);
	if (rc != RC_OK)
		return err_in(
		    e, RC_CONFIG, "that is not a seed as AWS shows it");
	if (seed.len < SEED_MIN || seed.len > SEED_MAX)
		return err_set(e, RC_CONFIG,
		    "a seed has %d to %d bytes, and that one has %zu; paste "
		    "the whole of it",
		    SEED_MIN, SEED_MAX, seed.len);
	secret_move(ret, &seed);
	return RC_OK;
}

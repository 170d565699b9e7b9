/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/credentials.h"

#include "signer/base/clock.h"

/* The members in the order they are written; the last is optional. */
static const char before_id[] = "{\"Version\":1,\"AccessKeyId\":\"";
static const char before_secret[] = "\",\"SecretAccessKey\":\"";
static const char before_token[] = "\",\"SessionToken\":\"";
static const char before_expiration[] = "\",\"Expiration\":\"";
static const char before_account[] = "\",\"AccountId\":\"";
static const char after_all[] = "\"}\n";

/* Printable ASCII that JSON writes as it is. */
static bool
is_plain(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return false;
	return true;
}

static bool
is_given(struct bytes s)
{
	return s.len > 0 && is_plain(s);
}

enum rc
credentials_format(const struct credentials *c, struct buf *ret, struct err *e)
{
	char expiration[CLOCK_ISO_SIZE];

	if (!is_given(c->access_key_id) || !is_given(c->secret_access_key) ||
	    !is_given(c->session_token) || !is_plain(c->account_id))
		return err_set(e, RC_FORMAT,
		    "STS answered with credentials that are empty or hold "
		    "characters AWS does not use: try again, and see whether "
		    "the endpoint is really STS");
	clock_iso(c->expiration, expiration);
	buf_str(ret, before_id);
	buf_add(ret, c->access_key_id);
	buf_str(ret, before_secret);
	buf_add(ret, c->secret_access_key);
	buf_str(ret, before_token);
	buf_add(ret, c->session_token);
	buf_str(ret, before_expiration);
	buf_str(ret, expiration);
	if (c->account_id.len > 0) {
		buf_str(ret, before_account);
		buf_add(ret, c->account_id);
	}
	buf_str(ret, after_all);
	return buf_ok(ret)
	           ? RC_OK
	           : err_set(e, RC_FORMAT,
			 "STS answered with credentials of an absurd length: "
			 "see whether the endpoint is really STS");
}

static bool
literal(struct bytes *s, const char *want)
{
	size_t n = strlen(want);

	if (s->len < n || memcmp(s->p, want, n) != 0)
		return false;
	*s = BYTES(s->p + n, s->len - n);
	return true;
}

/* The label, then a value up to its closing quote, which stays. */
static bool
value(struct bytes *s, const char *label, struct bytes *ret)
{
	const uint8_t *end;

	if (!literal(s, label) || s->len == 0)
		return false;
	end = memchr(s->p, '"', s->len);
	if (end == NULL)
		return false;
	*ret = BYTES(s->p, (size_t)(end - s->p));
	*s = BYTES(end, s->len - ret->len);
	return is_given(*ret);
}

enum rc
credentials_parse(struct bytes json, struct credentials *ret, struct err *e)
{
	struct credentials c = { 0 };
	struct bytes expiration = { 0 }, s = json;
	char again[CLOCK_ISO_SIZE];
	bool good;

	good = value(&s, before_id, &c.access_key_id) &&
	       value(&s, before_secret, &c.secret_access_key) &&
	       value(&s, before_token, &c.session_token) &&
	       value(&s, before_expiration, &expiration) &&
	       (bytes_is(s, after_all) ||
		   value(&s, before_account, &c.account_id)) &&
	       bytes_is(s, after_all);
	if (!good || clock_parse_iso(expiration, &c.expiration, e) != RC_OK)
		return err_set(e, RC_FORMAT,
		    "a cached answer is not one that stskey wrote");
	clock_iso(c.expiration, again);
	if (!bytes_is(expiration, again))
		return err_set(e, RC_FORMAT,
		    "a cached answer has its time in a strange form");
	*ret = c;
	return RC_OK;
}

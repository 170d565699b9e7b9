/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "signer/aws/sigv4.h"
#include "signer/base/enc.h"
#include "signer/base/mem.h"
#include "signer/base/pool.h"

/* A parameter of the query, both parts encoded. */
struct param {
	const char *name, *value;
};

/* The headers in the order they are signed in. */
struct order {
	const struct sigv4_header *at[SIGV4_MAX_HEADERS];
	size_t n;
};

/* What stands before sep, and rest goes on after it.  rest is not empty. */
static struct bytes
cut(struct bytes *rest, char sep)
{
	const uint8_t *at = memchr(rest->p, sep, rest->len);
	struct bytes head = *rest;

	if (at == NULL) {
		rest->len = 0;
		return head;
	}
	head.len = (size_t)(at - rest->p);
	rest->p += head.len + 1;
	rest->len -= head.len + 1;
	return head;
}

static size_t
count(struct bytes s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.p[i] == (uint8_t)c;
	return n;
}

/*
 * RFC 3986 section 5.2.4, except that empty segments go as well and that a
 * final "." or ".." leaves no slash behind, as AWS and its SDKs do it.
 */
static void
add_normal_path(struct buf *ret, struct bytes path)
{
	AUTO_MEM struct bytes *segments =
	    mem_new(count(path, '/') + 1, sizeof(*segments));
	bool slash = path.len > 0 && path.p[path.len - 1] == '/';
	size_t n = 0;

	while (path.len > 0) {
		struct bytes s = cut(&path, '/');

		if (bytes_is(s, ".."))
			n -= n > 0;
		else if (s.len > 0 && !bytes_is(s, "."))
			segments[n++] = s;
	}
	for (size_t i = 0; i < n; i++) {
		buf_chr(ret, '/');
		/* A '%' is encoded again: the path is encoded twice. */
		enc_percent(ret, segments[i], "");
	}
	if (n == 0 || slash)
		buf_chr(ret, '/');
}

static void
add_path(struct buf *ret, const struct sigv4_request *req)
{
	if (req->normalize)
		add_normal_path(ret, req->path);
	else if (req->path.len == 0)
		buf_chr(ret, '/');
	else
		enc_percent(ret, req->path, "/%");
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that s starts with, %XX decoded; *len is what it takes. */
static uint8_t
first_byte(struct bytes s, size_t *len)
{
	int high = s.len > 2 && s.p[0] == '%' ? hex_value(s.p[1]) : -1;
	int low = high >= 0 ? hex_value(s.p[2]) : -1;

	*len = low < 0 ? 1 : 3;
	if (low < 0)
		return s.p[0];
	return (uint8_t)(high << 4 | low);
}

/* The one encoding of what s means, however it was sent. */
static const char *
encoded(struct pool *strings, struct bytes s)
{
	AUTO_BUF struct buf b = BUF_INIT(3 * s.len + 1);
	size_t len;

	for (size_t i = 0; i < s.len; i += len) {
		uint8_t c = first_byte(BYTES(s.p + i, s.len - i), &len);

		enc_percent(&b, BYTES(&c, 1), "");
	}
	return pool_add(strings, buf_bytes(&b));
}

static struct param
param_of(struct pool *strings, struct bytes s)
{
	const char *name = encoded(strings, cut(&s, '='));

	return (struct param){ name, encoded(strings, s) };
}

/* By name, then by value, once both are encoded. */
static int
compare_params(const void *a, const void *b)
{
	const struct param *x = a, *y = b;
	int by_name = strcmp(x->name, y->name);

	return by_name != 0 ? by_name : strcmp(x->value, y->value);
}

static void
add_query(struct buf *ret, struct bytes query)
{
	AUTO_POOL struct pool strings = POOL_INIT;
	AUTO_MEM struct param *params =
	    mem_new(count(query, '&') + 1, sizeof(*params));
	size_t n = 0;

	while (query.len > 0) {
		struct bytes s = cut(&query, '&');

		if (s.len > 0)
			params[n++] = param_of(&strings, s);
	}
	qsort(params, n, sizeof(*params), compare_params);
	for (size_t i = 0; i < n; i++) {
		buf_str(ret, i > 0 ? "&" : "");
		buf_str(ret, params[i].name);
		buf_chr(ret, '=');
		buf_str(ret, params[i].value);
	}
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static int
compare_names(struct bytes a, struct bytes b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return lower(a.p[i]) - lower(b.p[i]);
	return (a.len > b.len) - (a.len < b.len);
}

/* By name; headers of one name stay in the order they are sent in. */
static void
insert(struct order *o, const struct sigv4_header *h)
{
	size_t i = o->n++;

	for (; i > 0 && compare_names(o->at[i - 1]->name, h->name) > 0; i--)
		o->at[i] = o->at[i - 1];
	o->at[i] = h;
}

/* A token of RFC 9110 section 5.6.2: the alphabet of methods and names. */
static bool
is_token(struct bytes s)
{
	static const char also[] = "!#$%&'*+-.^_`|~0123456789"
				   "abcdefghijklmnopqrstuvwxyz";

	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '\0' || strchr(also, lower(s.p[i])) == NULL)
			return false;
	return s.len > 0;
}

static enum rc
sort_headers(const struct sigv4_request *req, struct order *ret, struct err *e)
{
	if (req->nheaders > SIGV4_MAX_HEADERS)
		return err_set(e, RC_FORMAT,
		    "a request with %zu headers cannot be signed; send at most "
		    "%d",
		    req->nheaders, SIGV4_MAX_HEADERS);
	for (size_t i = 0; i < req->nheaders; i++) {
		if (!is_token(req->headers[i].name))
			return err_set(e, RC_FORMAT,
			    "header %zu of the request has a name that HTTP "
			    "does not allow; use letters, digits and '-'",
			    i + 1);
		insert(ret, &req->headers[i]);
	}
	return RC_OK;
}

static bool
is_repeated(const struct order *o, size_t i)
{
	const struct sigv4_header *const *at = o->at + i;

	return i > 0 && compare_names(at[-1]->name, at[0]->name) == 0;
}

static void
add_name(struct buf *ret, struct bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		buf_chr(ret, (char)lower(name.p[i]));
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Trimmed, every run of blanks (the folds are among them) one space. */
static void
add_value(struct buf *ret, struct bytes value)
{
	bool begun = false, gap = false;

	for (size_t i = 0; i < value.len; i++) {
		if (is_blank(value.p[i])) {
			gap = begun;
			continue;
		}
		if (gap)
			buf_chr(ret, ' ');
		buf_chr(ret, (char)value.p[i]);
		begun = true;
		gap = false;
	}
}

/* Each name once, with the values of its headers joined by ','. */
static void
add_headers(struct buf *ret, const struct order *o)
{
	for (size_t i = 0; i < o->n; i++) {
		if (is_repeated(o, i)) {
			buf_chr(ret, ',');
		} else {
			buf_str(ret, i > 0 ? "\n" : "");
			add_name(ret, o->at[i]->name);
			buf_chr(ret, ':');
		}
		add_value(ret, o->at[i]->value);
	}
	buf_chr(ret, '\n');
}

static void
add_names(struct buf *ret, const struct order *o)
{
	for (size_t i = 0; i < o->n; i++) {
		if (is_repeated(o, i))
			continue;
		buf_str(ret, i > 0 ? ";" : "");
		add_name(ret, o->at[i]->name);
	}
}

static void
add_payload_hash(struct buf *ret, const struct aws_crypto *crypto,
    const struct sigv4_request *req)
{
	uint8_t hash[SHA256_SIZE];

	if (req->payload_hash != NULL) {
		buf_str(ret, req->payload_hash);
		return;
	}
	crypto->sha256(req->body, hash);
	buf_hex(ret, BYTES(hash, sizeof(hash)));
}

enum rc
sigv4_signed_names(
    const struct sigv4_request *req, struct buf *ret, struct err *e)
{
	struct order order = { 0 };
	enum rc rc = sort_headers(req, &order, e);

	if (rc != RC_OK)
		return rc;
	add_names(ret, &order);
	return buf_ok(ret) ? RC_OK
	                   : err_set(e, RC_FORMAT,
				 "the names of the request's headers are too "
				 "long to be signed; send fewer");
}

enum rc
sigv4_canonical(const struct aws_crypto *crypto,
    const struct sigv4_request *req, struct buf *ret, struct buf *signed_names,
    struct err *e)
{
	struct order order = { 0 };
	enum rc rc;

	if (!is_token(req->method))
		return err_set(e, RC_FORMAT,
		    "the request's method is not a word that HTTP allows; use "
		    "one like 'POST'");
	if ((rc = sort_headers(req, &order, e)) != RC_OK)
		return rc;
	buf_add(ret, req->method);
	buf_chr(ret, '\n');
	add_path(ret, req);
	buf_chr(ret, '\n');
	add_query(ret, req->query);
	buf_chr(ret, '\n');
	add_headers(ret, &order);
	buf_chr(ret, '\n');
	add_names(ret, &order);
	buf_chr(ret, '\n');
	add_payload_hash(ret, crypto, req);
	add_names(signed_names, &order);
	if (!buf_ok(ret) || !buf_ok(signed_names))
		return err_set(e, RC_FORMAT,
		    "the request is too long to be signed; send less at once");
	return RC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <jansson.h>

#include "signer/aws/sigv4.h"
#include "signer/base/clock.h"
#include "signer/base/pool.h"
#include "signer/crypto/crypto.h"
#include "tests/check.h"

/*
 * The signing cases that AWS publishes (awslabs/aws-c-auth,
 * tests/aws-signing-test-suite/v4): each is signed with an Authorization
 * header and as a presigned URL, and every step compared.
 */

enum { CASES = 38, FILE_MAX = 1 << 20, HEX_SIZE = 64 };

#define ADDED_HEADERS 3

struct vector {
	const char *folder, *name;
	struct pool strings;
	json_t *context;
	struct sigv4_header headers[SIGV4_MAX_HEADERS];
	struct sigv4_request request;
	struct sigv4_scope scope;
	struct sigv4_presign presign;
	const char *secret, *token;
	char time[CLOCK_BASIC_SIZE];
	bool sign_body, omit_token;
};

/* What signing leaves: compared with the files of the case. */
struct outcome {
	struct buf canonical, names, to_sign, signature;
};

#define OUTCOME_INIT \
	((struct outcome){ BUF_INIT(FILE_MAX), BUF_INIT(FILE_MAX), \
	    BUF_INIT(FILE_MAX), BUF_INIT(FILE_MAX) })

static void
outcome_done(struct outcome *o)
{
	buf_done(&o->canonical);
	buf_done(&o->names);
	buf_done(&o->to_sign);
	buf_done(&o->signature);
}

static void
vector_done(struct vector *v)
{
	json_decref(v->context);
	pool_done(&v->strings);
}

static _Noreturn void
fail(const struct vector *v, const char *what)
{
	(void)fprintf(stderr, "%s: %s\n", v->name, what);
	exit(1);
}

static struct bytes
load(struct vector *v, const char *file)
{
	AUTO_BUF struct buf text = BUF_INIT(FILE_MAX);
	const char *path =
	    pool_fmt(&v->strings, "%s/%s/%s", v->folder, v->name, file);
	FILE *in = fopen(path, "re");
	char chunk[1024];
	size_t n;

	if (in == NULL)
		fail(v, path);
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_add(&text, BYTES(chunk, n));
	(void)fclose(in);
	CHECK(buf_ok(&text));
	return BYTES(pool_add(&v->strings, buf_bytes(&text)), text.len);
}

/* One line of rest, without its end. */
static struct bytes
line_of(struct bytes *rest)
{
	const uint8_t *end = memchr(rest->p, '\n', rest->len);
	struct bytes line = *rest;

	if (end != NULL)
		line.len = (size_t)(end - rest->p);
	rest->p += line.len + (end != NULL);
	rest->len -= line.len + (end != NULL);
	return line;
}

/* "GET /a b?c HTTP/1.1": the target has spaces in it. */
static void
parse_start(struct vector *v, struct bytes line)
{
	const uint8_t *space = memchr(line.p, ' ', line.len);
	size_t tail = strlen(" HTTP/1.1");
	struct bytes target;
	const uint8_t *mark;

	if (space == NULL || line.len < tail)
		fail(v, "no request line");
	v->request.method = BYTES(line.p, (size_t)(space - line.p));
	target.p = space + 1;
	target.len = line.len - tail - v->request.method.len - 1;
	mark = memchr(target.p, '?', target.len);
	v->request.path = target;
	if (mark == NULL)
		return;
	v->request.path.len = (size_t)(mark - target.p);
	v->request.query =
	    BYTES(mark + 1, target.len - v->request.path.len - 1);
}

static void
add_header(struct vector *v, const char *name, const char *value)
{
	v->headers[v->request.nheaders++] =
	    (struct sigv4_header){ BYTES_STR(name), BYTES_STR(value) };
}

static void
parse_header(struct vector *v, struct bytes line)
{
	const uint8_t *colon = memchr(line.p, ':', line.len);
	struct sigv4_header *h = &v->headers[v->request.nheaders];

	if (line.p[0] == ' ') { /* a fold: the value goes on to here */
		h--;
		h->value.len = (size_t)(line.p + line.len - h->value.p);
		return;
	}
	if (colon == NULL ||
	    v->request.nheaders + ADDED_HEADERS >= SIGV4_MAX_HEADERS)
		fail(v, "a header that is none, or too many");
	h->name = BYTES(line.p, (size_t)(colon - line.p));
	h->value = BYTES(colon + 1, line.len - h->name.len - 1);
	v->request.nheaders++;
}

static void
parse_request(struct vector *v)
{
	struct bytes rest = load(v, "request.txt");

	parse_start(v, line_of(&rest));
	while (rest.len > 0) {
		struct bytes line = line_of(&rest);

		if (line.len == 0)
			break;
		parse_header(v, line);
	}
	v->request.body = rest;
	v->request.headers = v->headers;
}

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void
parse_context(struct vector *v)
{
	struct bytes text = load(v, "context.json");
	const json_t *keys;
	struct err e = { 0 };
	int64_t when = 0;

	v->context = json_loadb((const char *)text.p, text.len, 0, NULL);
	keys = json_object_get(v->context, "credentials");
	if (text_of(keys, "access_key_id") == NULL ||
	    text_of(keys, "secret_access_key") == NULL ||
	    text_of(v->context, "timestamp") == NULL)
		fail(v, "context.json lacks something");
	v->secret = text_of(keys, "secret_access_key");
	v->token = text_of(keys, "token");
	v->presign.access_key_id = text_of(keys, "access_key_id");
	v->presign.expires_seconds = json_integer_value(
	    json_object_get(v->context, "expiration_in_seconds"));
	CHECK_EQ(clock_parse_iso(
		     BYTES_STR(text_of(v->context, "timestamp")), &when, &e),
	    RC_OK);
	clock_basic(when, v->time);
	v->scope = (struct sigv4_scope){ v->time, text_of(v->context, "region"),
		text_of(v->context, "service") };
	v->request.normalize =
	    json_is_true(json_object_get(v->context, "normalize"));
	v->sign_body = json_is_true(json_object_get(v->context, "sign_body"));
	v->omit_token =
	    json_is_true(json_object_get(v->context, "omit_session_token"));
}

/* The same as in the file, whose last line may have an end. */
static void
same(struct vector *v, const char *file, struct bytes got)
{
	struct bytes want = load(v, file);

	if (want.len > 0 && want.p[want.len - 1] == '\n')
		want.len--;
	if (bytes_eq(got, want))
		return;
	(void)fprintf(stderr, "%s/%s:\n got [%.*s]\nwant [%.*s]\n", v->name,
	    file, (int)got.len, (const char *)got.p, (int)want.len,
	    (const char *)want.p);
	exit(1);
}

static void
sign(struct vector *v, struct outcome *o)
{
	AUTO_SECRET struct secret kdate = { 0 };
	AUTO_SECRET struct secret ksigning = { 0 };
	struct err e = { 0 };

	if (sigv4_canonical(&crypto_openssl, &v->request, &o->canonical,
		&o->names, &e) != RC_OK)
		fail(v, e.msg);
	sigv4_string_to_sign(
	    &crypto_openssl, &v->scope, buf_bytes(&o->canonical), &o->to_sign);
	sigv4_kdate(&crypto_openssl, &v->scope, BYTES_STR(v->secret), &kdate);
	sigv4_signing_key(
	    &crypto_openssl, &v->scope, secret_bytes(&kdate), &ksigning);
	sigv4_signature(&crypto_openssl, secret_bytes(&ksigning),
	    buf_bytes(&o->to_sign), &o->signature);
}

/* The signed request has exactly this line among its headers. */
static void
has_line(struct vector *v, const char *file, struct bytes line)
{
	struct bytes rest = load(v, file);

	while (rest.len > 0)
		if (bytes_eq(line_of(&rest), line))
			return;
	(void)fprintf(stderr, "%s/%s: no line [%.*s]\n", v->name, file,
	    (int)line.len, (const char *)line.p);
	exit(1);
}

static void
add_signing_headers(struct vector *v)
{
	uint8_t hash[SHA256_SIZE];
	AUTO_BUF struct buf hex = BUF_INIT(HEX_SIZE + 1);

	add_header(v, "X-Amz-Date", v->time);
	if (v->token != NULL && !v->omit_token)
		add_header(v, "X-Amz-Security-Token", v->token);
	if (!v->sign_body)
		return;
	crypto_openssl.sha256(v->request.body, hash);
	buf_hex(&hex, BYTES(hash, sizeof(hash)));
	add_header(
	    v, "x-amz-content-sha256", pool_add(&v->strings, buf_bytes(&hex)));
}

static void
check_header(struct vector *v)
{
	AUTO(outcome_done) struct outcome o = OUTCOME_INIT;
	AUTO_BUF struct buf line = BUF_INIT(FILE_MAX);

	add_signing_headers(v);
	sign(v, &o);
	same(v, "header-canonical-request.txt", buf_bytes(&o.canonical));
	same(v, "header-string-to-sign.txt", buf_bytes(&o.to_sign));
	same(v, "header-signature.txt", buf_bytes(&o.signature));
	buf_str(&line, "Authorization:");
	sigv4_authorization(&v->scope, v->presign.access_key_id,
	    buf_bytes(&o.names), buf_bytes(&o.signature), &line);
	has_line(v, "header-signed-request.txt", buf_bytes(&line));
}

/* "GET /path?query&X-Amz-Signature=hex HTTP/1.1" */
static void
check_presigned_line(
    struct vector *v, const struct outcome *o, struct bytes query)
{
	AUTO_BUF struct buf line = BUF_INIT(FILE_MAX);

	buf_add(&line, v->request.method);
	buf_chr(&line, ' ');
	buf_add(&line, v->request.path);
	buf_chr(&line, '?');
	buf_add(&line, query);
	buf_str(&line, "&X-Amz-Signature=");
	buf_add(&line, buf_bytes(&o->signature));
	buf_str(&line, " HTTP/1.1");
	has_line(v, "query-signed-request.txt", buf_bytes(&line));
}

static void
check_presigned(struct vector *v)
{
	AUTO(outcome_done) struct outcome o = OUTCOME_INIT;
	AUTO_BUF struct buf names = BUF_INIT(FILE_MAX);
	AUTO_BUF struct buf signed_query = BUF_INIT(FILE_MAX);
	AUTO_BUF struct buf sent_query = BUF_INIT(FILE_MAX);
	struct bytes own = v->request.query;
	struct err e = { 0 };

	if (sigv4_signed_names(&v->request, &names, &e) != RC_OK)
		fail(v, e.msg);
	v->presign.token = v->omit_token ? NULL : v->token;
	sigv4_presign_query(
	    &v->scope, &v->presign, buf_bytes(&names), own, &signed_query);
	v->presign.token = v->token;
	sigv4_presign_query(
	    &v->scope, &v->presign, buf_bytes(&names), own, &sent_query);
	v->request.query = buf_bytes(&signed_query);
	sign(v, &o);
	v->request.query = own;
	CHECK(bytes_eq(buf_bytes(&names), buf_bytes(&o.names)));
	same(v, "query-canonical-request.txt", buf_bytes(&o.canonical));
	same(v, "query-string-to-sign.txt", buf_bytes(&o.to_sign));
	same(v, "query-signature.txt", buf_bytes(&o.signature));
	check_presigned_line(v, &o, buf_bytes(&sent_query));
}

static void
check_case(const char *folder, const char *name)
{
	AUTO(vector_done)
	struct vector v = { .folder = folder, .name = name };

	parse_request(&v);
	parse_context(&v);
	check_presigned(&v); /* first: it has no X-Amz-Date header */
	check_header(&v);
}

int
main(void)
{
	const char *base = getenv("STSKEY_VECTORS");
	AUTO_POOL struct pool strings = POOL_INIT;
	const struct dirent *entry;
	const char *folder;
	size_t n = 0;
	DIR *dir;

	if (base == NULL || *base == '\0') {
		(void)puts("skipped: STSKEY_VECTORS names no folder with "
			   "aws-signing-test-suite/");
		return SKIP;
	}
	folder = pool_fmt(&strings, "%s/aws-signing-test-suite/v4", base);
	dir = opendir(folder);
	if (dir == NULL) {
		perror(folder);
		return 1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		check_case(folder, entry->d_name);
		n++;
	}
	(void)closedir(dir);
	CHECK(n >= CASES);
	(void)printf("%zu cases, each as a header and presigned\n", n);
	return 0;
}

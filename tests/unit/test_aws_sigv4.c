/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sigv4.h"

#include "signer/crypto/crypto.h"
#include "tests/check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define EMPTY_SHA256 \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum { TEXT_MAX = 1 << 20 };

static struct sigv4_header
header(const char *name, const char *value)
{
	return (struct sigv4_header){ BYTES_STR(name), BYTES_STR(value) };
}

static struct sigv4_request
get(const char *path, const char *query)
{
	return (struct sigv4_request){ .method = BYTES_STR("GET"),
		.path = BYTES_STR(path),
		.query = BYTES_STR(query),
		.normalize = true };
}

/* Line n of the canonical request (0: the method) is this. */
static void
check_line(const struct sigv4_request *req, size_t n, const char *want)
{
	AUTO_BUF struct buf canonical = BUF_INIT(TEXT_MAX);
	AUTO_BUF struct buf names = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };
	struct bytes rest;
	const uint8_t *end;

	CHECK_EQ(sigv4_canonical(&crypto_openssl, req, &canonical, &names, &e),
	    RC_OK);
	rest = buf_bytes(&canonical);
	for (; n > 0; n--) {
		end = memchr(rest.p, '\n', rest.len);
		CHECK(end != NULL);
		rest.len -= (size_t)(end - rest.p) + 1;
		rest.p = end + 1;
	}
	end = memchr(rest.p, '\n', rest.len);
	if (end != NULL)
		rest.len = (size_t)(end - rest.p);
	CHECK_MEM(rest, want);
}

static void
test_normal_paths(void)
{
	static const char *const cases[][2] = {
		{ "", "/" },
		{ "/", "/" },
		{ "//", "/" },
		{ "/.", "/" },
		{ "/..", "/" },
		{ "/../..", "/" },
		{ "/../a", "/a" },
		{ "/a/", "/a/" },
		{ "//a//b//", "/a/b/" },
		{ "/a/.", "/a" },
		{ "/a/./", "/a/" },
		{ "/a/b/..", "/a" },
		{ "/a/b/../", "/a/" },
		{ "/a/../../b", "/b" },
		{ "/...", "/..." },
		{ "/.a/..b", "/.a/..b" },
		{ "a/b", "/a/b" },
		{ "/a b", "/a%20b" },
		/* Sent encoded, signed encoded twice. */
		{ "/a%20b/%2e%2E", "/a%2520b/%252e%252E" },
		{ "/\xe1\x88\xb4", "/%E1%88%B4" },
		{ "/a:@!$&'()*+,;=b~", "/a%3A%40%21%24%26%27%28%29%2A%2B%2C%3B"
				       "%3Db~" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sigv4_request req = get(cases[i][0], "");

		check_line(&req, 1, cases[i][1]);
	}
}

static void
test_paths_as_they_stand(void)
{
	static const char *const cases[][2] = {
		{ "", "/" },
		{ "//", "//" },
		{ "/./a//../b/", "/./a//../b/" },
		{ "/a%20b%2Fc%2f", "/a%20b%2Fc%2f" },
		{ "/a b\xc3\xa9", "/a%20b%C3%A9" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sigv4_request req = get(cases[i][0], "");

		req.normalize = false;
		check_line(&req, 1, cases[i][1]);
	}
}

static void
test_queries(void)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "a", "a=" },
		{ "a=", "a=" },
		{ "=a", "=a" },
		{ "=", "=" },
		{ "&", "" },
		{ "b&&a&", "a=&b=" },
		{ "b=2&a=1", "a=1&b=2" },
		/* Repeated: by value.  Equal ones all stay. */
		{ "a=2&a=1&a=&a=1", "a=&a=1&a=1&a=2" },
		/* By name, not by the whole text: '-' comes before '='. */
		{ "a-b=1&a=2&a%2Db=0", "a=2&a-b=0&a-b=1" },
		{ "a=1&B=2&b=3&A=4", "A=4&B=2&a=1&b=3" },
		/* Encoded before it is sorted: %C3 comes before 'a'. */
		{ "a=1&\xc3\xa9=2", "%C3%A9=2&a=1" },
		{ "a=b=c", "a=b%3Dc" },
		{ "a=%7e%7E~%2f/%20+", "a=~~~%2F%2F%20%2B" },
		{ "a=%&b=%2&c=%zz&d=%2g", "a=%25&b=%252&c=%25zz&d=%252g" },
		{ "a%3Db=%26", "a%3Db=%26" },
		{ "a=%00", "a=%00" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sigv4_request req = get("/", cases[i][0]);

		check_line(&req, 2, cases[i][1]);
	}
}

static void
test_header_values(void)
{
	static const char *const cases[][2] = {
		{ "", "a:" },
		{ "   ", "a:" },
		{ " b ", "a:b" },
		{ "b  c\t\td", "a:b c d" },
		{ "b\r\n  c\n\td", "a:b c d" },
		{ "\"b   c\"", "a:\"b c\"" },
		{ "b:c", "a:b:c" },
		{ "\xc3\xa9", "a:\xc3\xa9" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct sigv4_header h = header("A", cases[i][0]);
		struct sigv4_request req = get("/", "");

		req.headers = &h;
		req.nheaders = 1;
		check_line(&req, 3, cases[i][1]);
	}
}

/* Lower case before sorting, and one name's values in the order sent. */
static void
test_header_order(void)
{
	const struct sigv4_header headers[] = { header("My-B", "2"),
		header("my-b", "1"), header("My", "x"), header("my_a", "y"),
		header("HOST", "h"), header("MY-B", " 2  3 ") };
	struct sigv4_request req = get("/", "");
	AUTO_BUF struct buf names = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };

	req.headers = headers;
	req.nheaders = COUNT(headers);
	check_line(&req, 3, "host:h");
	check_line(&req, 4, "my:x");
	check_line(&req, 5, "my-b:2,1,2 3");
	check_line(&req, 6, "my_a:y");
	check_line(&req, 7, "");
	check_line(&req, 8, "host;my;my-b;my_a");
	check_line(&req, 9, EMPTY_SHA256);
	CHECK_EQ(sigv4_signed_names(&req, &names, &e), RC_OK);
	CHECK_MEM(buf_bytes(&names), "host;my;my-b;my_a");
}

static void
test_payload(void)
{
	struct sigv4_request req = get("/", "");

	req.body = BYTES_STR("abc");
	check_line(&req, 6,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	req.payload_hash = "UNSIGNED-PAYLOAD";
	check_line(&req, 6, "UNSIGNED-PAYLOAD");
}

/* Refused with a sentence, and nothing written. */
static void
check_refused(const struct sigv4_request *req)
{
	AUTO_BUF struct buf canonical = BUF_INIT(TEXT_MAX);
	AUTO_BUF struct buf names = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };

	CHECK_EQ(sigv4_canonical(&crypto_openssl, req, &canonical, &names, &e),
	    RC_FORMAT);
	CHECK(e.msg[0] != '\0');
	CHECK_EQ(canonical.len, 0);
	CHECK_EQ(names.len, 0);
}

static void
test_bad_methods(void)
{
	struct sigv4_request req = get("/", "");

	req.method = BYTES_STR("");
	check_refused(&req);
	req.method = BYTES_STR("GET\n/evil");
	check_refused(&req);
	req.method = BYTES("GE\0", 3);
	check_refused(&req);
}

static void
test_bad_headers(void)
{
	static const char *const names[] = { "", "a b", "a:b", "a\nb",
		"\xc3\xa9", "a;b" };
	struct sigv4_header many[SIGV4_MAX_HEADERS + 1];
	struct sigv4_request req = get("/", "");
	AUTO_BUF struct buf list = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };

	req.headers = many;
	req.nheaders = 1;
	for (size_t i = 0; i < COUNT(names); i++) {
		many[0] = header(names[i], "x");
		check_refused(&req);
		CHECK_EQ(sigv4_signed_names(&req, &list, &e), RC_FORMAT);
		CHECK_EQ(list.len, 0);
	}
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = header("x", "y");
	req.nheaders = COUNT(many);
	check_refused(&req);
	req.nheaders--; /* as many as are allowed */
	check_line(&req, 4, "");
	check_line(&req, 5, "x");
}

static void
test_too_long(void)
{
	const struct sigv4_header h = header("Host", "h");
	struct sigv4_request req = get("/0123456789", "");
	AUTO_BUF struct buf small = BUF_INIT(10);
	AUTO_BUF struct buf tiny = BUF_INIT(2);
	AUTO_BUF struct buf big = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };

	req.headers = &h;
	req.nheaders = 1;
	CHECK_EQ(sigv4_canonical(&crypto_openssl, &req, &small, &big, &e),
	    RC_FORMAT);
	buf_clear(&big);
	CHECK_EQ(
	    sigv4_canonical(&crypto_openssl, &req, &big, &tiny, &e), RC_FORMAT);
	buf_clear(&tiny);
	CHECK_EQ(sigv4_signed_names(&req, &tiny, &e), RC_FORMAT);
}

int
main(void)
{
	test_normal_paths();
	test_paths_as_they_stand();
	test_queries();
	test_header_values();
	test_header_order();
	test_payload();
	test_bad_methods();
	test_bad_headers();
	test_too_long();
	return 0;
}

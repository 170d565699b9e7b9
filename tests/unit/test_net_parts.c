/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/net/http_error.h"
#include "signer/net/retry.h"
#include "signer/net/sign.h"
#include "signer/net/trust.h"
#include "signer/net/url.h"
#include "tests/check.h"

struct explained {
	struct http_failure f;
	enum rc rc;
	bool passing;
	const char *part;
};

static void
test_explain(void)
{
	static const struct explained all[] = {
		{ { .code = CURLE_COULDNT_RESOLVE_HOST }, RC_NET, true,
		    "offline" },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED },
		    RC_NET, true, "refused" },
		{ { .code = CURLE_OPERATION_TIMEDOUT }, RC_NET, false,
		    "no connection" },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .late = true },
		    RC_TIMEOUT, false, "no connection" },
		{ { .code = CURLE_OPERATION_TIMEDOUT,
		      .connected = true,
		      .late = true },
		    RC_TIMEOUT, false, "did not answer" },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION,
		      .verify = X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN },
		    RC_NET, false, "AWS_CA_BUNDLE" },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION,
		      .verify = X509_V_ERR_CERT_HAS_EXPIRED },
		    RC_NET, false, "clock" },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION,
		      .verify = X509_V_OK },
		    RC_NET, false, "not one of" },
		{ { .code = CURLE_SSL_CACERT_BADFILE }, RC_CONFIG, false,
		    "ca_bundle" },
		{ { .code = CURLE_SSL_CONNECT_ERROR }, RC_NET, true, "no TLS" },
		{ { .code = CURLE_COULDNT_RESOLVE_PROXY }, RC_NET, false,
		    "HTTPS_PROXY" },
		{ { .code = CURLE_RECV_ERROR, .proxy_status = 407 }, RC_NET,
		    false, "a user and a password" },
		{ { .code = CURLE_RECV_ERROR, .proxy_status = 403 }, RC_NET,
		    false, "HTTP 403" },
		{ { .code = CURLE_RECV_ERROR }, RC_NET, true, "cut the" },
		{ { .code = CURLE_GOT_NOTHING }, RC_NET, true, "cut the" },
		{ { .code = CURLE_SEND_FAIL_REWIND }, RC_NET, true, "cut the" },
		{ { .code = CURLE_WRITE_ERROR, .too_large = true }, RC_FORMAT,
		    false, "far larger" },
		{ { .code = CURLE_WEIRD_SERVER_REPLY }, RC_FORMAT, false,
		    "does not speak HTTP" },
		{ { .code = CURLE_SSL_CIPHER }, RC_NET, false, "failed" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct http_failure f = all[i].f;
		bool passing = !all[i].passing;
		struct err e;

		f.host = "sts.eu-centrl-1.amazonaws.com";
		f.detail = "libcurl's words";
		CHECK_EQ(http_explain(&f, &passing, &e), all[i].rc);
		CHECK_EQ(passing, all[i].passing);
		CHECK(strstr(e.msg, all[i].part) != NULL);
		CHECK(strstr(e.msg, f.host) != NULL ||
		      f.code == CURLE_SSL_CACERT_BADFILE ||
		      f.proxy_status == 407);
	}
}

static void
test_retry(void)
{
	/* Full jitter: from nothing up to twice as much each time. */
	CHECK_EQ(retry_pause_ms(1, -1, 0), 0);
	CHECK_EQ(retry_pause_ms(1, -1, RETRY_BASE_MS), RETRY_BASE_MS);
	CHECK_EQ(retry_pause_ms(1, -1, RETRY_BASE_MS + 1), 0);
	CHECK_EQ(retry_pause_ms(3, -1, 4 * RETRY_BASE_MS), 4 * RETRY_BASE_MS);
	CHECK_EQ(retry_pause_ms(60, -1, RETRY_MOST_MS), RETRY_MOST_MS);
	CHECK_EQ(retry_pause_ms(60, -1, RETRY_MOST_MS + 1), 0);
	CHECK_EQ(retry_pause_ms(1, 2, 5), 2005);
	CHECK(retry_pause_ms(1, INT64_MAX, UINT32_MAX) > INT64_C(1) << 40);
	for (unsigned int i = 0; i < 100; i++) {
		int64_t ms = retry_pause_ms(i, -1, retry_random());

		CHECK(ms >= 0 && ms <= RETRY_MOST_MS);
	}
}

#define TOKEN \
	"AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQW" \
	"LWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGd" \
	"QrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU" \
	"9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz" \
	"+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

/* AWS's signing test suite, post-sts-header-before. */
static void
test_sign(void)
{
	static const struct session_key key = {
		"AKIDEXAMPLE",
		"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		TOKEN,
		"us-east-1",
		"service",
		1440938160,
	};
	AUTO_POOL struct pool pool = POOL_INIT;
	struct http_request r = {
		.url = "https://Example.amazonaws.com:443/",
		.method = "POST",
	};
	struct err e;

	CHECK_EQ(sign_request(&key, &r, &pool, &e), RC_OK);
	CHECK_EQ(r.nheaders, 4);
	CHECK(strcmp(r.headers[0].value, "example.amazonaws.com") == 0);
	CHECK(strcmp(r.headers[1].value, "20150830T123600Z") == 0);
	CHECK(strcmp(r.headers[2].value, TOKEN) == 0);
	CHECK(strcmp(r.headers[3].name, "Authorization") == 0);
	CHECK(strcmp(r.headers[3].value,
		  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"
		  "service/aws4_request, SignedHeaders=host;x-amz-date;"
		  "x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9"
		  "e210dd772bbebba041836c64533a82be05ead") == 0);

	r.nheaders = HTTP_MAX_HEADERS - 3;
	CHECK_EQ(sign_request(&key, &r, &pool, &e), RC_FORMAT);
	r.nheaders = 0;
	r.url = "http://example.com";
	CHECK_EQ(sign_request(&key, &r, &pool, &e), RC_CONFIG);
}

static void
test_url(void)
{
	static const struct {
		const char *text, *host, *name, *path, *query;
		bool loopback;
	} good[] = {
		{ "https://sts.eu-central-1.amazonaws.com",
		    "sts.eu-central-1.amazonaws.com",
		    "sts.eu-central-1.amazonaws.com", "/", "", false },
		{ "HTTPS://STS.Amazonaws.com:443/a/b?c=d&e",
		    "sts.amazonaws.com", "sts.amazonaws.com", "/a/b", "c=d&e",
		    false },
		{ "http://localhost:4566/", "localhost:4566", "localhost", "/",
		    "", true },
		{ "http://127.9.9.9", "127.9.9.9", "127.9.9.9", "/", "", true },
		{ "https://[::1]:8443/", "[::1]:8443", "::1", "/", "", true },
		{ "http://[::1]", "[::1]", "::1", "/", "", true },
	};
	struct url u;
	struct err e;
	static char text[2100] = "https://a/";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK_EQ(url_parse(good[i].text, &u, &e), RC_OK);
		CHECK(strcmp(u.host, good[i].host) == 0);
		CHECK(strcmp(u.name, good[i].name) == 0);
		CHECK(strcmp(u.path, good[i].path) == 0);
		CHECK(strcmp(u.query, good[i].query) == 0);
		CHECK_EQ(u.loopback, good[i].loopback);
	}
	memset(text + 10, 'p', 2000);
	CHECK_EQ(url_parse(text, &u, &e), RC_CONFIG);
	text[10] = '?';
	CHECK_EQ(url_parse(text, &u, &e), RC_CONFIG);
}

static void
touch(const char *folder, const char *name)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	(void)close(fd);
}

static void
test_trust(void)
{
	char folder[] = "/tmp/stskey-trust-XXXXXX", file[64];
	struct trust t;
	struct err e;

	CHECK(mkdtemp(folder) != NULL);
	touch(folder, "ca.pem");
	(void)snprintf(file, sizeof(file), "%s/ca.pem", folder);

	(void)setenv("SSL_CERT_DIR", folder, 1);
	(void)unsetenv("SSL_CERT_FILE");
	CHECK_EQ(trust_choose(NULL, &t, &e), RC_OK);
	CHECK(t.file == NULL && strcmp(t.folder, folder) == 0 && !t.usual);
	(void)setenv("SSL_CERT_FILE", file, 1);
	CHECK_EQ(trust_choose("", &t, &e), RC_OK);
	CHECK(strcmp(t.file, file) == 0 && strcmp(t.folder, folder) == 0);

	/* What is named for AWS stands alone. */
	CHECK_EQ(trust_choose(file, &t, &e), RC_OK);
	CHECK(strcmp(t.file, file) == 0 && t.folder == NULL && !t.usual);
	CHECK_EQ(trust_choose(folder, &t, &e), RC_OK);
	CHECK(t.file == NULL && strcmp(t.folder, folder) == 0);

	/* The bundle that Debian has beside its hashed folder is not used. */
	(void)unsetenv("SSL_CERT_FILE");
	(void)unsetenv("SSL_CERT_DIR");
	CHECK_EQ(trust_choose(NULL, &t, &e), RC_OK);
	CHECK(t.file == NULL && (t.folder != NULL || t.usual));

	(void)unlink(file);
	(void)rmdir(folder);
	CHECK_EQ(trust_choose(file, &t, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "AWS_CA_BUNDLE") != NULL);
}

int
main(void)
{
	test_explain();
	test_retry();
	test_sign();
	test_url();
	test_trust();
	return 0;
}

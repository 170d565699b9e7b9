/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/sigv4.h"

#include "signer/crypto/crypto.h"
#include "tests/check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { TEXT_MAX = 1 << 20 };

/* The example key of AWS's documentation. */
static const char secret_key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static const struct sigv4_scope iam = { "20150830T123600Z", "us-east-1",
	"iam" };

static struct sigv4_header
header(const char *name, const char *value)
{
	return (struct sigv4_header){ BYTES_STR(name), BYTES_STR(value) };
}

/* IAM User Guide, "Signature Version 4 signing": ListUsers, every step. */
static void
test_documented_example(void)
{
	const struct sigv4_header headers[] = {
		header("Host", "iam.amazonaws.com"),
		header("Content-Type",
		    "application/x-www-form-urlencoded; charset=utf-8"),
		header("X-Amz-Date", "20150830T123600Z"),
	};
	struct sigv4_request req = { .method = BYTES_STR("GET"),
		.path = BYTES_STR("/"),
		.query = BYTES_STR("Action=ListUsers&Version=2010-05-08"),
		.normalize = true };
	AUTO_BUF struct buf canonical = BUF_INIT(TEXT_MAX);
	AUTO_BUF struct buf names = BUF_INIT(TEXT_MAX);
	AUTO_BUF struct buf to_sign = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };

	req.headers = headers;
	req.nheaders = COUNT(headers);
	CHECK_EQ(sigv4_canonical(&crypto_openssl, &req, &canonical, &names, &e),
	    RC_OK);
	CHECK_MEM(canonical,
	    "GET\n/\nAction=ListUsers&Version=2010-05-08\n"
	    "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
	    "host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
	    "content-type;host;x-amz-date\n"
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_MEM(buf_bytes(&names), "content-type;host;x-amz-date");
	sigv4_string_to_sign(
	    &crypto_openssl, &iam, buf_bytes(&canonical), &to_sign);
	CHECK_MEM(to_sign,
	    "AWS4-HMAC-SHA256\n20150830T123600Z\n"
	    "20150830/us-east-1/iam/aws4_request\n"
	    "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
}

static void
check_hex(const struct secret *s, const char *want)
{
	AUTO_BUF struct buf hex = BUF_INIT(TEXT_MAX);

	buf_hex(&hex, secret_bytes(s));
	CHECK_MEM(hex, want);
}

/* The same example's keys and signature. */
static void
test_keys(void)
{
	static const char to_sign[] =
	    "AWS4-HMAC-SHA256\n20150830T123600Z\n"
	    "20150830/us-east-1/iam/aws4_request\n"
	    "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
	AUTO_SECRET struct secret kdate = { 0 };
	AUTO_SECRET struct secret ksigning = { 0 };
	AUTO_BUF struct buf signature = BUF_INIT(TEXT_MAX);
	AUTO_BUF struct buf value = BUF_INIT(TEXT_MAX);

	sigv4_kdate(&crypto_openssl, &iam, BYTES_STR(secret_key), &kdate);
	check_hex(&kdate,
	    "0138c7a6cbd60aa727b2f653a522567439dfb9f3e72b21f9b25941a42f04a7cd");
	sigv4_signing_key(
	    &crypto_openssl, &iam, secret_bytes(&kdate), &ksigning);
	check_hex(&ksigning,
	    "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
	sigv4_signature(&crypto_openssl, secret_bytes(&ksigning),
	    BYTES_STR(to_sign), &signature);
	CHECK_MEM(signature,
	    "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
	sigv4_authorization(&iam, "AKIDEXAMPLE",
	    BYTES_STR("content-type;host;x-amz-date"), buf_bytes(&signature),
	    &value);
	CHECK_MEM(value,
	    "AWS4-HMAC-SHA256 "
	    "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
	    "SignedHeaders=content-type;host;x-amz-date, "
	    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b592"
	    "4a6f2b5d7");
}

/* kDate may lie where kSigning goes; a shorter date is not read past. */
static void
test_keys_in_place(void)
{
	const struct sigv4_scope cut = { "2015", "us-east-1", "iam" };
	AUTO_SECRET struct secret key = { 0 };

	sigv4_kdate(&crypto_openssl, &iam, BYTES_STR(secret_key), &key);
	sigv4_signing_key(&crypto_openssl, &iam, secret_bytes(&key), &key);
	check_hex(&key,
	    "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
	sigv4_kdate(&crypto_openssl, &cut, BYTES(NULL, 0), &key);
	CHECK_EQ(key.len, SHA256_SIZE);
}

static void
test_presigned(void)
{
	struct sigv4_presign presign = { "AKID", "a/b+c=", 900 };
	AUTO_BUF struct buf query = BUF_INIT(TEXT_MAX);

	sigv4_presign_query(&iam, &presign, BYTES_STR("host;x-a"),
	    BYTES_STR("Action=ListUsers"), &query);
	CHECK_MEM(query,
	    "Action=ListUsers&X-Amz-Algorithm=AWS4-HMAC-SHA256"
	    "&X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2Fiam%2Faws4_request"
	    "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host%3Bx-a"
	    "&X-Amz-Expires=900&X-Amz-Security-Token=a%2Fb%2Bc%3D");

	presign = (struct sigv4_presign){ "AKID", NULL, 0 };
	buf_clear(&query);
	sigv4_presign_query(
	    &iam, &presign, BYTES_STR("host"), BYTES(NULL, 0), &query);
	CHECK_MEM(query,
	    "X-Amz-Algorithm=AWS4-HMAC-SHA256"
	    "&X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2Fiam%2Faws4_request"
	    "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host"
	    "&X-Amz-Expires=0");
}

int
main(void)
{
	test_documented_example();
	test_keys();
	test_keys_in_place();
	test_presigned();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/crypto/crypto.h"

#include <string.h>
#include <unistd.h>

#include "signer/base/err.h"
#include "tests/check.h"
#include "tests/child.h"

static void
check_hex(struct bytes s, const char *want)
{
	AUTO_BUF struct buf hex = BUF_INIT(1024);

	buf_hex(&hex, s);
	CHECK_MEM(hex, want);
}

/* FIPS 180-4's examples (NIST, "SHA-256 Example"), and no bytes at all. */
static void
test_sha256(void)
{
	static const struct {
		const char *msg, *hash;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
			 "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
	};
	uint8_t hash[SHA256_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		crypto_openssl.sha256(BYTES_STR(cases[i].msg), hash);
		check_hex(BYTES(hash, sizeof(hash)), cases[i].hash);
	}
	crypto_openssl.sha256(BYTES(NULL, 0), hash);
	check_hex(BYTES(hash, sizeof(hash)), cases[0].hash);
}

static void
check_mac(enum mac alg, struct bytes key, struct bytes msg, const char *want)
{
	AUTO_SECRET struct secret out = { 0 };

	crypto_openssl.mac(alg, key, msg, &out);
	check_hex(secret_bytes(&out), want);
}

/* RFC 4231 section 4: cases 1, 2 and 6 (a key longer than a block). */
static void
test_hmac_sha256(void)
{
	uint8_t key[131];

	memset(key, 0x0b, 20);
	check_mac(MAC_HMAC_SHA256, BYTES(key, 20), BYTES_STR("Hi There"),
	    "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7");
	check_mac(MAC_HMAC_SHA256, BYTES_STR("Jefe"),
	    BYTES_STR("what do ya want for nothing?"),
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	check_mac(MAC_HMAC_SHA256, BYTES(key, sizeof(key)),
	    BYTES_STR("Test Using Larger Than Block-Size Key - "
		      "Hash Key First"),
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 2202 section 3: cases 1 and 2. */
static void
test_hmac_sha1(void)
{
	uint8_t key[20];

	memset(key, 0x0b, sizeof(key));
	check_mac(MAC_HMAC_SHA1, BYTES(key, sizeof(key)), BYTES_STR("Hi There"),
	    "b617318655057264e28bc0b6fb378c8ef146be00");
	check_mac(MAC_HMAC_SHA1, BYTES_STR("Jefe"),
	    BYTES_STR("what do ya want for nothing?"),
	    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

/* An empty key and message are a key and a message. */
static void
test_empty(void)
{
	check_mac(MAC_HMAC_SHA256, BYTES(NULL, 0), BYTES(NULL, 0),
	    "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad");
	check_mac(MAC_HMAC_SHA1, BYTES_STR(""), BYTES_STR(""),
	    "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}

/* A chain may be computed in one place: the output replaces its own key. */
static void
test_in_place(void)
{
	AUTO_SECRET struct secret key = { 0 };

	secret_set(&key, BYTES_STR("Jefe"));
	crypto_openssl.mac(MAC_HMAC_SHA256, secret_bytes(&key),
	    BYTES_STR("what do ya want for nothing?"), &key);
	check_hex(secret_bytes(&key), "5bdcc146bf60754e6a042426089575c7"
				      "5a003f089d2739839dec58b964ec3843");
}

/*
 * With only the null provider there is no SHA-256.  OpenSSL reads its
 * configuration once, so this program is started again with such a one.
 */
static void
write_conf(char *path)
{
	static const char text[] = "openssl_conf = a\n[a]\nproviders = b\n"
				   "[b]\nnull = c\n[c]\nactivate = 1\n";
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	CHECK_EQ(close(fd), 0);
}

struct again {
	const char *how;
	char *conf;
};

static void
start_again(void *ctx)
{
	const struct again *a = ctx;

	if (setenv("OPENSSL_CONF", a->conf, 1) == 0)
		(void)execl("/proc/self/exe", "again", a->how, (char *)NULL);
	_exit(98);
}

static void
check_failure(const char *how)
{
	char conf[] = "/tmp/stskey-openssl-XXXXXX";
	struct again again = { how, conf };
	struct child c;

	write_conf(conf);
	c = child_run(start_again, &again);
	CHECK_EQ(unlink(conf), 0);
	CHECK_EXIT(c, RC_SYS);
	CHECK(strncmp(c.said, "stskey: OpenSSL cannot", 22) == 0);
	CHECK(strchr(c.said, '\n') == c.said + strlen(c.said) - 1);
}

/* The second start: must not come back. */
static int
fail_at(const char *how)
{
	AUTO_SECRET struct secret out = { 0 };
	uint8_t hash[SHA256_SIZE];

	if (strcmp(how, "sha256") == 0)
		crypto_openssl.sha256(BYTES_STR("m"), hash);
	else
		crypto_openssl.mac(
		    MAC_HMAC_SHA1, BYTES_STR("k"), BYTES_STR("m"), &out);
	return 97;
}

int
main(int argc, char **argv)
{
	if (argc == 2)
		return fail_at(argv[1]);
	test_sha256();
	test_hmac_sha256();
	test_hmac_sha1();
	test_empty();
	test_in_place();
	check_failure("sha256");
	check_failure("mac");
	return 0;
}

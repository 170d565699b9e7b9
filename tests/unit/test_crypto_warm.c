/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/crypto/warm.h"

#include <sys/wait.h>
#include <unistd.h>

#include "signer/crypto/crypto.h"
#include "tests/check.h"

/* RFC 4231 test case 2. */
static void
computes(void)
{
	static const char want[] =
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
	AUTO_SECRET struct secret mac = { 0 };
	char hex[2 * SHA256_SIZE + 1];

	crypto_openssl.mac(MAC_HMAC_SHA256, BYTES_STR("Jefe"),
	    BYTES_STR("what do ya want for nothing?"), &mac);
	for (size_t i = 0; i < mac.len; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac.p[i]);
	CHECK(strcmp(hex, want) == 0);
}

/* What is used meanwhile waits for no more than its own part. */
static void
meanwhile(void)
{
	crypto_warm();
	crypto_warm();
	computes();
}

/* While the thread is at it, whatever OpenSSL does at the end. */
static void
ends(bool at_once)
{
	int status = -1;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		if (at_once)
			crypto_end_at_once();
		crypto_warm();
		exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

int
main(void)
{
	for (int i = 0; i < 50; i++)
		ends(i % 2 == 0);
	crypto_end_at_once();
	meanwhile();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/crypto/memory.h"

#include <openssl/crypto.h>

#include "signer/base/wiped.h"
#include "signer/crypto/fatal.h"

/* OpenSSL says where it was called, which is of no use to us. */

static void *
take(size_t n, [[maybe_unused]] const char *file, [[maybe_unused]] int line)
{
	return wiped_malloc(n);
}

static void
give_back(void *p, [[maybe_unused]] const char *file, [[maybe_unused]] int line)
{
	wiped_free(p);
}

static void *
resize(void *p, size_t n, const char *file, int line)
{
	if (n > 0)
		return wiped_realloc(p, n);
	give_back(p, file, line);
	return NULL;
}

void
crypto_wipe_freed(void)
{
	if (CRYPTO_set_mem_functions(take, resize, give_back) != 1)
		crypto_fatal();
}

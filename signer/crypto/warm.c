/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/crypto/warm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "signer/crypto/crypto.h"
#include "signer/crypto/fatal.h"

static bool at_once, started;

/* An exchange with itself, as FIDO2 keys do it (CTAP 2.1 section 6.5.6). */
static void
agree(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t shared[32];
	size_t n = sizeof(shared);

	if (EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, key) == 1)
		(void)EVP_PKEY_derive(ctx, shared, &n);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* Nothing of any use comes of it, and no failure is one here. */
static void *
run(void *unused)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);

	agree();
	EVP_MD_free(md);
	EVP_KDF_free(kdf);
	EVP_MAC_free(mac);
	EVP_CIPHER_free(cipher);
	return unused;
}

void
crypto_warm(void)
{
	sigset_t all, before;
	pthread_t thread;

	if (started || !at_once)
		return;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&thread, NULL, run, NULL) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (started)
		(void)pthread_detach(thread);
}

void
crypto_end_at_once(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL) != 1)
		crypto_fatal();
	at_once = true;
}

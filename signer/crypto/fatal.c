/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/crypto/fatal.h"

#include <unistd.h>

#include "signer/base/err.h"

_Noreturn void
crypto_fatal(void)
{
	static const char say[] =
	    "stskey: OpenSSL cannot compute SHA-256, HMAC, AES-256-GCM or "
	    "X25519, or has no random bytes; check libcrypto and the "
	    "providers in its openssl.cnf (openssl list -providers)\n";

	if (write(STDERR_FILENO, say, sizeof(say) - 1) < 0)
		_exit(RC_SYS);
	_exit(RC_SYS);
}

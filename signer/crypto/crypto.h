/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "signer/aws/crypto.h"

/*
 * struct aws_crypto over OpenSSL's EVP.  The key of a MAC may lie in ret.  A
 * failure inside OpenSSL ends the process with a sentence and RC_SYS.
 */
extern const struct aws_crypto crypto_openssl;

#endif

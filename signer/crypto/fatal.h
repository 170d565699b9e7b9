/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_FATAL_H
#define CRYPTO_FATAL_H

/*
 * Inside crypto/ only.  What OpenSSL always can and now cannot means a broken
 * libcrypto or one configured without these algorithms: nothing that this
 * process could do about it.  Ends it with a sentence and RC_SYS.
 */
_Noreturn void crypto_fatal(void);

#endif

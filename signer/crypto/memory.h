/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_MEMORY_H
#define CRYPTO_MEMORY_H

/*
 * From now on what OpenSSL frees is wiped, the records of TLS included.  To be
 * called before anything else of OpenSSL, as it has nothing to free then.
 */
void crypto_wipe_freed(void);

#endif

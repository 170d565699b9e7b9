/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_WARM_H
#define CRYPTO_WARM_H

/*
 * OpenSSL takes its time over the first use of each kind of algorithm.  A
 * thread takes it meanwhile, where something else has to be waited for.
 */

/*
 * At the end of the process nothing of OpenSSL is taken down, piece by piece:
 * it all goes with the process.  To be called before anything else of it.
 */
void crypto_end_at_once(void);

/*
 * Once a process, and only in one that ends at once: else OpenSSL could be
 * taken down under the thread.  Where none can be had, the first use takes
 * the time.
 */
void crypto_warm(void);

#endif

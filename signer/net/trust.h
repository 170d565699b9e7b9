/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>

#include "signer/base/err.h"

/*
 * Which certificates vouch for the service.  A folder of hashed names costs
 * 0.2 ms, the bundle of the same 140 certificates 29: where there is such a
 * folder the bundle is left alone.
 */
struct trust {
	const char *file, *folder; /* NULL: none of that kind */
	bool usual; /* libcurl's own default, as nothing better is there */
};

/*
 * bundle (a file, or a folder of hashed names) stands alone.  Else
 * SSL_CERT_FILE and SSL_CERT_DIR count as OpenSSL has them, and then the
 * folder of the system.  The strings are the caller's and the environment's.
 * RC_CONFIG: the bundle is not there.
 */
enum rc trust_choose(const char *bundle, struct trust *ret, struct err *e);

#endif

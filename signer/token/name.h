/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_NAME_H
#define TOKEN_NAME_H

#include "signer/base/pool.h"

/* Names of files and locks, and names as a person may be shown them. */

/*
 * "PREFIX.dev-laptop-00c0ffee00c0ffee": the part of key after the last '/',
 * made safe for a file name and cut, and the FNV-1a of the whole key.
 */
const char *name_file(struct pool *p, const char *prefix, const char *key);

/*
 * The token that a URI is about, the same for every object on it and however
 * its attributes are ordered or escaped: "pkcs11:token=work".  Where the URI
 * has no token=, its serial=; without either, what it says before '?'.
 */
const char *name_token(struct pool *p, const char *uri);

/* One attribute of a URI (RFC 7512), decoded; NULL: it has none. */
const char *name_attribute(struct pool *p, const char *uri, const char *name);

/* Control characters become '?': a label is what its owner wrote. */
const char *name_printable(struct pool *p, const char *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_URI_H
#define BASE_URI_H

#include "signer/base/buf.h"

/*
 * The parts of a URI like pkcs11:a=b;c=d?e=f (RFC 7512 section 2.3), as text:
 * percent-escapes stay as they are.
 */

/* The scheme before the colon; len 0 when there is none. */
struct bytes uri_scheme(const char *uri);
/* The value of a path attribute; len 0 when it is not there. */
struct bytes uri_attribute(const char *uri, const char *name);
/*
 * Whether both name the same device, as far as the text can tell; an entry
 * like ID=URI is taken as its URI.  sealed:NAME is a file: the same name.
 */
bool uri_same_device(const char *a, const char *b);

/*
 * Whether both name the same object: the same attributes in any order, of
 * which type= may be in one alone; an entry like ID=URI is taken as its URI.
 * False where one has no scheme.
 */
bool uri_same(const char *a, const char *b);
/*
 * Whether they may: an object or id is in both, and nothing that is in both
 * paths differs.  Modules and PIN sources may.
 */
bool uri_alike(const char *a, const char *b);

#endif

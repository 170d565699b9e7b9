/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

#include "signer/base/buf.h"

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */

/* Bytes of the character that s begins with; 0: it is not UTF-8. */
size_t utf8_len(struct bytes s);
/* s with every byte that is not UTF-8 replaced by '?'.  For mem_free(). */
char *utf8_repair(const char *s);

#endif

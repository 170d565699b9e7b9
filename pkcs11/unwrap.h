/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_UNWRAP_H
#define PKCS11_UNWRAP_H

#include "pkcs11/template.h"

/*
 * Brings the key in under a wrapping key of the token (C_UnwrapKey), for
 * tokens that take no secret by C_CreateObject.  RC_UNSUPPORTED: there is
 * none that works.
 */
enum rc unwrap_put(struct slot *s, const struct fresh *k, CK_OBJECT_HANDLE *ret,
    struct err *e);
/* The value encrypted for an RSA key (RFC 8017 OAEP); false when it cannot. */
bool oaep_encrypt(struct bytes modulus, struct bytes exponent, bool sha256,
    struct bytes value, struct buf *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_RV_H
#define PKCS11_RV_H

#include <p11-kit/pkcs11.h>

#include "signer/base/err.h"

/*
 * The one place where PKCS#11's answers become ours: a status, and "what: a
 * sentence that says what to do".  CKR_OK is RC_OK and leaves *e alone.
 */
enum rc rv_err(struct err *e, CK_RV rv, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* CKR_…, or "0x…" of a vendor; valid until the next call. */
const char *rv_name(CK_RV rv);

#endif

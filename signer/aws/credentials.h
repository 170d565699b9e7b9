/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * Temporary credentials, and the JSON that credential_process prints (AWS
 * SDKs and Tools Reference Guide, "Process credential provider").
 */

struct credentials {
	struct bytes access_key_id, secret_access_key, session_token;
	struct bytes account_id; /* len 0: left out */
	int64_t expiration;
};

/* One line and a newline.  RC_FORMAT: a value that JSON would need escapes
 * for is not one AWS issues. */
enum rc credentials_format(
    const struct credentials *c, struct buf *ret, struct err *e);
/* Exactly what credentials_format() writes; spans into json.  RC_FORMAT. */
enum rc credentials_parse(
    struct bytes json, struct credentials *ret, struct err *e);

#endif

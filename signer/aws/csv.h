/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_CSV_H
#define AWS_CSV_H

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * The file that the IAM console downloads, accessKeys.csv: a header line with
 * "Access key ID" and "Secret access key" among its columns (any order, older
 * consoles add more), then one line with the key.  A byte order mark, CRLF,
 * quoted fields and empty lines at the end are fine (RFC 4180).
 */
struct csv_key {
	struct bytes access_key_id, secret_access_key; /* spans into the text */
};

/* RC_FORMAT: another file, no key, or more than one.  Never quotes a value. */
enum rc csv_access_key(struct bytes text, struct csv_key *ret, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_FAKE_NAME_H
#define FAKE_FAKE_NAME_H

#include "signer/base/err.h"

enum { FAKE_TEXT = 128 }; /* of any part, with its end */

/* The parts of a URI of a fake token; "" where it has none. */
struct fake_name {
	char token[FAKE_TEXT], serial[FAKE_TEXT], object[FAKE_TEXT];
};

/* RC_CONFIG: not "fake:token=…" with at most one of each part. */
enum rc fake_name_parse(const char *uri, struct fake_name *ret, struct err *e);

#endif

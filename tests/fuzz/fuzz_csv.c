/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of accessKeys.csv: spans stay inside, and are never empty. */
#include <stdlib.h>

#include "signer/aws/csv.h"

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
inside(struct bytes span, struct bytes text)
{
	if (span.len == 0 || span.p < text.p ||
	    span.p + span.len > text.p + text.len)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = BYTES(data, len);
	struct csv_key key = { 0 };
	struct err e = { 0 };

	if (csv_access_key(text, &key, &e) != RC_OK)
		return 0;
	inside(key.access_key_id, text);
	inside(key.secret_access_key, text);
	return 0;
}

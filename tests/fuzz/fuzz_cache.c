/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever lies in the cache folder: an entry, or none, and never a part. */
#include <stdint.h>
#include <stdlib.h>

#include "signer/base/mem.h"
#include "signer/host/cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO_MEM uint8_t *exact = mem_new(1, len);
	struct cache_entry entry;
	struct err e;

	/* A copy of just that size, so that a read past it is caught. */
	if (len > 0)
		memcpy(exact, data, len);
	if (cache_parse(BYTES(exact, len), "session/AKID", &entry, &e) != RC_OK)
		return 0;
	if (entry.answer.len < 3 || entry.answer.p < exact ||
	    entry.answer.p + entry.answer.len != exact + len)
		abort();
	(void)cache_left(&entry, 1);
	return 0;
}

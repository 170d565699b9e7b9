/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "signer/token/sealed_file.h"

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool
read_and_write(struct bytes in, struct buf *ret)
{
	AUTO(sealed_file_done) struct sealed_file f = { 0 };
	AUTO_BUF struct buf beside = BUF_INIT(SEALED_FILE_MAX);
	struct err e = { 0 };

	if (sealed_file_parse(in, "desk-key", &f, &e) != RC_OK) {
		if (e.msg[0] == '\0')
			abort();
		return false;
	}
	if (f.n == 0 || f.n > SEALED_SEALS)
		abort();
	sealed_file_beside(&f, &f.at[0], &beside);
	if (!buf_ok(&beside))
		abort();
	/* Too large, perhaps, with the spaces that we write. */
	return sealed_file_format(&f, ret, &e) == RC_OK;
}

/* What is read is written, and read again as the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO_BUF struct buf one = BUF_INIT(SEALED_FILE_MAX);
	AUTO_BUF struct buf two = BUF_INIT(SEALED_FILE_MAX);

	if (!read_and_write(BYTES(data, len), &one))
		return 0;
	if (!read_and_write(buf_bytes(&one), &two) ||
	    !bytes_eq(buf_bytes(&one), buf_bytes(&two)))
		abort();
	return 0;
}

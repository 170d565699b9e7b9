/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_PROFILE_BLOCK_H
#define AWS_PROFILE_BLOCK_H

#include "signer/aws/profile.h"
#include "signer/aws/text.h"

/* A nested block, line by line: `s3 =` and the indented lines below it. */

struct profile_block {
	struct text_lines lines;
	struct bytes part; /* what is left of a line */
};

struct profile_block profile_block(const struct profile_entry *v);
/* The next `key = value`; value.p is NULL for a line without '='. */
bool profile_block_next(
    struct profile_block *b, struct bytes *ret_key, struct bytes *ret_value);

#endif

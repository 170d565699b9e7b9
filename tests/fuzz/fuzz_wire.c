/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "signer/wire/frame.h"
#include "signer/wire/message.h"

/* libFuzzer's name for it. */
/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What was taken is sent, and read back, as the same bytes. */
static void
again(const struct message *m)
{
	AUTO_BUF struct buf first = BUF_INIT((size_t)8 * FRAME_MAX);
	AUTO_BUF struct buf second = BUF_INIT((size_t)8 * FRAME_MAX);
	AUTO_MESSAGE struct message *copy = NULL;
	struct err e;

	if (message_encode(m, &first, &e) != RC_OK ||
	    message_decode(buf_bytes(&first), &copy, &e) != RC_OK ||
	    message_encode(copy, &second, &e) != RC_OK ||
	    !bytes_eq(buf_bytes(&first), buf_bytes(&second)))
		abort();
	(void)message_to_error(m, &e);
}

static void
take(struct bytes json)
{
	AUTO_MESSAGE struct message *m = NULL;
	struct err e;

	if (message_decode(json, &m, &e) == RC_OK)
		again(m);
}

/* The input once as a message, and once as what a helper reads. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO_BUF struct buf in = BUF_INIT(len);
	struct bytes frame;
	struct err e;

	take(BYTES(data, len));
	buf_add(&in, BYTES(data, len));
	while (frame_peek(buf_bytes(&in), FRAME_MAX_BEFORE_HELLO, &frame, &e) ==
	       RC_OK) {
		take(frame);
		frame_drop(&in, frame);
	}
	return 0;
}

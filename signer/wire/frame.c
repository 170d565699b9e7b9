/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/frame.h"

enum rc
frame_put(struct buf *ret, struct bytes json, struct err *e)
{
	uint8_t head[FRAME_HEAD] = { (uint8_t)(json.len >> 24),
		(uint8_t)(json.len >> 16), (uint8_t)(json.len >> 8),
		(uint8_t)json.len };

	if (json.len == 0 || json.len > FRAME_MAX)
		return err_set(e, RC_HELPER,
		    "a message of %zu bytes does not fit into a frame of the "
		    "wire (1 to %d)",
		    json.len, FRAME_MAX);
	buf_add(ret, BYTES(head, sizeof(head)));
	buf_add(ret, json);
	if (!buf_ok(ret))
		return err_set(e, RC_HELPER,
		    "a message of %zu bytes is too long for the wire",
		    json.len);
	return RC_OK;
}

enum rc
frame_peek(struct bytes in, size_t max, struct bytes *ret, struct err *e)
{
	size_t len;

	if (in.len < FRAME_HEAD)
		return err_set(e, RC_NOTFOUND, "no whole frame has come yet");
	len = (size_t)in.p[0] << 24 | (size_t)in.p[1] << 16 |
	      (size_t)in.p[2] << 8 | (size_t)in.p[3];
	if (len == 0 || len > max)
		return err_set(e, RC_HELPER,
		    "a frame of the wire claims to be %zu bytes long (1 to %zu "
		    "are allowed): something other than stskey's own programs "
		    "writes there",
		    len, max);
	if (in.len - FRAME_HEAD < len)
		return err_set(e, RC_NOTFOUND, "no whole frame has come yet");
	*ret = BYTES(in.p + FRAME_HEAD, len);
	return RC_OK;
}

void
frame_drop(struct buf *in, struct bytes frame)
{
	size_t n = FRAME_HEAD + frame.len;

	if (n > in->len)
		n = in->len;
	memmove(in->p, in->p + n, in->len - n);
	in->len -= n;
	explicit_bzero(in->p + in->len, n);
}

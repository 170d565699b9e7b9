/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "signer/base/buf.h"
#include "signer/base/err.h"

/* A frame: 4 bytes of length, big-endian, then that many bytes of JSON. */
enum {
	FRAME_HEAD = 4,
	FRAME_MAX_BEFORE_HELLO = 64 * 1024,
	FRAME_MAX = 1024 * 1024,
};

enum rc frame_put(struct buf *ret, struct bytes json, struct err *e);
/*
 * The first frame of in, borrowed; RC_NOTFOUND: not all of it is here yet;
 * RC_HELPER: it claims to be empty or longer than max.
 */
enum rc frame_peek(
    struct bytes in, size_t max, struct bytes *ret, struct err *e);
/* Drops that first frame from in. */
void frame_drop(struct buf *in, struct bytes frame);

#endif

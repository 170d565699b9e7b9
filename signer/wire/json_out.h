/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WIRE_JSON_OUT_H
#define WIRE_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/buf.h"

/*
 * JSON for other programs, as it is written: each of these puts a comma
 * before it where one belongs.  name NULL: an element of an array, or all.
 */
void out_open(struct buf *out, const char *name, char bracket); /* { or [ */
void out_close(struct buf *out, char bracket);                  /* } or ] */
/* NULL is null; bytes that are not UTF-8 become '?'. */
void out_str(struct buf *out, const char *name, const char *value);
void out_int(struct buf *out, const char *name, int64_t value);
void out_bool(struct buf *out, const char *name, bool value);
/* "2026-11-24T08:14:03Z"; 0 is null. */
void out_time(struct buf *out, const char *name, int64_t value);

#endif

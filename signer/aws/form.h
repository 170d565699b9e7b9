/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_FORM_H
#define AWS_FORM_H

#include <stdint.h>

#include "signer/base/buf.h"

/*
 * Inside aws/ only: bodies of the query protocol, as HTML forms are encoded.
 * Members come in the order of the API Reference.  Any order would do, but
 * one that never changes lets a test and a person compare bodies.
 */

void form_begin(struct buf *ret, const char *action, const char *version);
/* NULL or 0 leaves a parameter out. */
void form_text(struct buf *ret, const char *name, const char *value);
void form_number(struct buf *ret, const char *name, int64_t value);

#endif

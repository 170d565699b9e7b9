/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WIRE_CHECK_H
#define WIRE_CHECK_H

#include <jansson.h>

#include "signer/base/err.h"
#include "signer/wire/schema.h"

/*
 * Whether an object is one of the messages of wire/schema.c: its type, every
 * member and its kind.  RC_HELPER; the sentence holds no value, nor the name
 * of a member that is not ours.
 */
enum rc check_message(
    const json_t *root, const struct schema **ret, struct err *e);

#endif

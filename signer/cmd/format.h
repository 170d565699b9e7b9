/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_FORMAT_H
#define CMD_FORMAT_H

#include <stddef.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/cmd/variables.h"

/* What export prints: the words of --format, and what each of them is. */

struct format;

/* The words, one after the other; NULL ends them. */
const char *format_name(size_t i);
/* NULL is env.  RC_USAGE. */
enum rc format_find(const char *name, const struct format **ret, struct err *e);
/*
 * What sets the variables, or holds the credentials.  RC_UNSUPPORTED: a value
 * (only the profile's name can) has a character that the format has not.
 */
enum rc format_put(const struct format *f, const struct variables *v,
    struct bytes answer, struct buf *out, struct err *e);
/* What removes all of them.  RC_USAGE: not in that format. */
enum rc format_unset(const struct format *f, struct buf *out, struct err *e);

#endif

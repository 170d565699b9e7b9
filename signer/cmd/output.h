/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <stdbool.h>

#include "signer/base/err.h"

/* --output text or json; NULL is text.  RC_USAGE. */
enum rc output_is_json(const char *given, bool *ret, struct err *e);

#endif

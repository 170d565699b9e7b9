/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_CODE_H
#define FIDO_CODE_H

#include <stdbool.h>

#include "signer/base/err.h"

/*
 * A result of libfido2 (<fido/err.h>; CTAP 2.1 section 8.2 from 1 up, its own
 * below 0) as a status and a sentence.  path: of the device, for the commands
 * in it.  tries: of the PIN that are left, or -1.
 */
enum rc code_err(
    struct err *e, int code, const char *name, const char *path, int tries);

/* The key wants its PIN where it was given none. */
bool code_wants_pin(int code);
/* It said that it holds none of the credentials it was shown. */
bool code_knows_none(int code);
/* It did not answer as a key that is free does: try again in a moment. */
bool code_may_be_busy(int code);

#endif

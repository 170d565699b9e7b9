/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_NODE_H
#define FIDO_NODE_H

#include <stdbool.h>

#include "signer/base/buf.h"

/*
 * The hidraw devices of this machine that are security keys, by what the
 * kernel shows to everybody in /sys/class/hidraw: libfido2 sees none that it
 * may not open.
 */

/* Calls each with "/dev/hidraw3", in no order. */
void node_each(void (*each)(void *ctx, const char *path), void *ctx);

/* Whether a HID report descriptor (HID 1.11, section 6.2.2) is of a security
 * key: of usage page 0xF1D0. */
bool node_is_key(struct bytes descriptor);

#endif

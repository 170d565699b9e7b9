/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_STS_TEXT_H
#define AWS_STS_TEXT_H

#include "signer/base/buf.h"

/*
 * Text from a service made fit for a terminal and for one line: no control
 * characters, terminal escapes, invisible or direction-changing characters
 * or broken UTF-8 ('?' stands for each), blanks and line ends squeezed to one
 * space.  Appends at most max bytes, "..." among them where it was cut.
 */
void sts_text_clean(struct buf *ret, const char *s, size_t max);

#endif

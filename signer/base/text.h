/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

/*
 * Text of somebody else, before a terminal gets it or a file of JSON: what
 * would move the cursor becomes '?', as does every byte that is not UTF-8
 * (RFC 3629).  The former is C0 (line ends and tabs too), DEL, and C1 (U+0080
 * to U+009F).
 */
void text_printable(char *s);

/* Leaves at most max bytes of such a text, and no part of a character. */
void text_cut(char *s, size_t max);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_QUOTE_H
#define CMD_QUOTE_H

#include "signer/base/pool.h"

/*
 * A word of a command line, as shlex and sh(1) both take it apart again: the
 * word itself where nothing in it needs quotes, else one of the pool.
 */
const char *quote_word(struct pool *p, const char *word);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_BACKENDS_H
#define TOKEN_BACKENDS_H

#include "signer/token/token.h"

/* The kinds of tokens that there are, by the schemes of their URIs. */

/* The table of the main, up to a NULL; before anything else. */
void backends_use(const struct token_ops *const *table);
/* NULL: no such scheme. */
const struct token_ops *backends_find(const char *uri);
/* Every backend is done with. */
void backends_end(void);

#endif

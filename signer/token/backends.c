/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/backends.h"

#include <string.h>

static const struct token_ops *const *backends;

void
backends_use(const struct token_ops *const *table)
{
	backends = table;
}

const struct token_ops *
backends_find(const char *uri)
{
	size_t n = strcspn(uri, ":");

	for (const struct token_ops *const *ops = backends;
	     uri[n] == ':' && ops != NULL && *ops != NULL; ops++)
		if (strlen((*ops)->scheme) == n &&
		    strncmp((*ops)->scheme, uri, n) == 0)
			return *ops;
	return NULL;
}

void
backends_end(void)
{
	for (const struct token_ops *const *ops = backends;
	     ops != NULL && *ops != NULL; ops++)
		if ((*ops)->end != NULL)
			(*ops)->end();
}

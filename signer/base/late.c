/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/late.h"

#include <dlfcn.h>
#include <string.h>

enum rc
late_load(
    const char *library, const struct late *functions, size_t n, struct err *e)
{
	void *dl = dlopen(library, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; dl != NULL && i < n; i++) {
		void *symbol = dlsym(dl, functions[i].name);

		if (symbol == NULL)
			dl = NULL;
		memcpy(functions[i].to, &symbol, sizeof(symbol));
	}
	if (dl != NULL)
		return RC_OK;
	return err_set(e, RC_SYS, "%s: install that library", dlerror());
}

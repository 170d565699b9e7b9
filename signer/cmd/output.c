/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/output.h"

#include <string.h>

enum rc
output_is_json(const char *given, bool *ret, struct err *e)
{
	*ret = given != NULL && strcmp(given, "json") == 0;
	if (given == NULL || *ret || strcmp(given, "text") == 0)
		return RC_OK;
	return err_set(e, RC_USAGE, "--output takes text or json");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/path.h"

#include <string.h>

#include "signer/base/mem.h"

char *
path_join(const char *dir, const char *name)
{
	char *path = mem_new(1, strlen(dir) + 1 + strlen(name) + 1);
	char *end = stpcpy(path, dir);

	if (end == path || end[-1] != '/')
		*end++ = '/';
	(void)stpcpy(end, name);
	return path;
}

char *
path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_str(".");
	return mem_strn(path, slash == path ? 1 : (size_t)(slash - path));
}

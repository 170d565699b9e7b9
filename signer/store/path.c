/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/path.h"

#include <string.h>

#include "signer/base/mem.h"

char *
path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir), more = strlen(name) + 1;
	char *path = mem_new(1, len + 1 + more);

	memcpy(path, dir, len);
	if (len == 0 || dir[len - 1] != '/')
		path[len++] = '/';
	memcpy(path + len, name, more);
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

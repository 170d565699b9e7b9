/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/path.h"

#include "signer/base/buf.h"
#include "signer/base/mem.h"

char *
path_join(const char *dir, const char *name)
{
	AUTO_BUF struct buf b = BUF_INIT(strlen(dir) + strlen(name) + 2);

	buf_str(&b, dir);
	if (b.len == 0 || b.p[b.len - 1] != '/')
		buf_chr(&b, '/');
	buf_str(&b, name);
	return mem_str(buf_cstr(&b));
}

char *
path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_str(".");
	return mem_strn(path, slash == path ? 1 : (size_t)(slash - path));
}

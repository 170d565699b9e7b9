/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS#11 module that passes everything on to the one STSKEY_TEST_COUNTED
 * (or else STSKEY_TEST_MODULE) names, and appends the name of every call to
 * the file STSKEY_TEST_CALLS, one a line, from C_GetFunctionList on.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/forward.h"

static CK_FUNCTION_LIST *real;

/* One write(2) a line: processes may share the file. */
static void
note(const char *name)
{
	const char *path = getenv("STSKEY_TEST_CALLS");
	char line[64];
	size_t n = strlen(name);
	int fd;

	if (path == NULL || n + 1 > sizeof(line))
		return;
	memcpy(line, name, n);
	line[n] = '\n';
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, line, n + 1) < 0)
		abort();
	(void)close(fd);
}

#define WRAP(name, parameters, arguments) \
	static CK_RV counted_##name parameters \
	{ \
		note(#name); \
		return real->name arguments; \
	}
#define ENTRY(name, parameters, arguments) .name = counted_##name,

/* NOLINTNEXTLINE(readability-function-size): Cryptoki's own parameters. */
FORWARD_ALL(WRAP)

static CK_FUNCTION_LIST list = { .version = { CRYPTOKI_VERSION_MAJOR,
				     CRYPTOKI_VERSION_MINOR },
	.C_GetFunctionList = C_GetFunctionList,
	FORWARD_ALL(ENTRY) };

static CK_RV
load(void)
{
	const char *path = getenv("STSKEY_TEST_COUNTED");
	CK_C_GetFunctionList get;
	void *dl, *symbol;

	if (path == NULL)
		path = getenv("STSKEY_TEST_MODULE");
	dl = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	symbol = dl != NULL ? dlsym(dl, "C_GetFunctionList") : NULL;
	if (symbol == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &symbol, sizeof(get));
	return get(&real);
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
	CK_RV rv = real != NULL ? CKR_OK : load();

	note("C_GetFunctionList");
	*ret = &list;
	return rv;
}

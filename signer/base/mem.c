/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/mem.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signer/base/err.h"

static void *
checked(void *p)
{
	static const char say[] = "stskey: out of memory\n";

	if (p != NULL)
		return p;
	/* stdio may allocate; write(2) does not. */
	if (write(STDERR_FILENO, say, sizeof(say) - 1) < 0)
		_exit(RC_NO_MEMORY);
	_exit(RC_NO_MEMORY);
}

void *
mem_new(size_t n, size_t size)
{
	return checked(calloc(n > 0 ? n : 1, size > 0 ? size : 1));
}

char *
mem_str(const char *s)
{
	return checked(strdup(s));
}

char *
mem_strn(const void *p, size_t len)
{
	char *s = mem_new(1, len + 1);

	if (len > 0)
		memcpy(s, p, len);
	return s;
}

void
mem_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

void *
mem_grow(void *p, size_t oldlen, size_t newlen)
{
	void *q = checked(malloc(newlen > 0 ? newlen : 1));
	size_t kept = oldlen < newlen ? oldlen : newlen;

	if (kept > 0)
		memcpy(q, p, kept);
	mem_free(p);
	return q;
}

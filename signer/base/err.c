/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
append(struct err *e, int n, const char *cause)
{
	if (n > 0 && (size_t)n < sizeof(e->msg))
		(void)snprintf(
		    e->msg + n, sizeof(e->msg) - (size_t)n, ": %s", cause);
}

enum rc
err_set(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return rc;
}

enum rc
err_in(struct err *e, enum rc rc, const char *fmt, ...)
{
	char cause[sizeof(e->msg)];
	va_list ap;
	int n;

	memcpy(cause, e->msg, sizeof(cause));
	va_start(ap, fmt);
	n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	append(e, n, cause);
	return rc;
}

enum rc
err_sys(struct err *e, const char *fmt, ...)
{
	const char *cause = strerror(errno);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	append(e, n, cause);
	return RC_SYS;
}

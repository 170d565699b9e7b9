/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded: keeps a process dumpable, so that a test without privileges may
 * look at its memory, and, where STSKEY_TEST_STOP_AT_EXIT names the program,
 * stops it (SIGSTOP) when all is done and nothing has been unmapped yet.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int
prctl(int option, ...)
{
	static int (*real)(int, ...);
	unsigned long arg[4];
	va_list ap;

	if (option == PR_SET_DUMPABLE)
		return 0;
	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (real == NULL) {
		void *symbol = dlsym(RTLD_NEXT, "prctl");

		memcpy(&real, &symbol, sizeof(real));
	}
	return real(option, arg[0], arg[1], arg[2], arg[3]);
}

static void
stop(void)
{
	const char *name = getenv("STSKEY_TEST_STOP_AT_EXIT");

	if (name != NULL && strcmp(name, program_invocation_short_name) == 0)
		(void)raise(SIGSTOP);
}

__attribute__((destructor)) static void
at_exit(void)
{
	stop();
}

/* Programs that leave without their destructors. */
void
_exit(int status)
{
	void (*real)(int);
	void *symbol = dlsym(RTLD_NEXT, "_exit");

	stop();
	memcpy(&real, &symbol, sizeof(real));
	real(status);
	abort();
}

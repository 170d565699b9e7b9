/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NOBODY_H
#define TESTS_UNIT_NOBODY_H

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

enum { NOBODY = 65534 };

/* What root may do anyway cannot be refused to it: run as somebody who is not. */
static inline void
as_nobody(void (*run)(void))
{
	pid_t child = fork();
	int status = -1;

	CHECK(child >= 0);
	if (child == 0) {
		CHECK(geteuid() != 0 ||
		      (setgid(NOBODY) == 0 && setuid(NOBODY) == 0));
		run();
		_exit(0);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
}

/* A new folder of our own; the test leaves it in /tmp only when it fails. */
static inline char *
new_folder(void)
{
	static char path[64];

	(void)strcpy(path, "/tmp/stskey-unit-XXXXXX");
	CHECK(mkdtemp(path) != NULL);
	return path;
}

static inline void
remove_folder(const char *path)
{
	char *const argv[] = { (char[]){ "rm" }, (char[]){ "-rf" },
		strdup(path), NULL };
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		(void)execv("/bin/rm", argv);
		_exit(127);
	}
	CHECK_EQ(waitpid(child, NULL, 0), child);
	free(argv[2]);
}

#endif

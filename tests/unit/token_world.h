/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_TOKEN_WORLD_H
#define UNIT_TOKEN_WORLD_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/token/state.h"
#include "tests/check.h"

/* A folder of its own for each test of the token process, gone at its end. */

static char world[64];

static inline int
world_unlink(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static inline void
world_end(void)
{
	(void)nftw(world, world_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void
world_begin(void)
{
	(void)snprintf(world, sizeof(world), "/tmp/stskey-unit.XXXXXX");
	CHECK(mkdtemp(world) != NULL);
	CHECK(atexit(world_end) == 0);
	CHECK(setenv("HOME", world, 1) == 0);
	CHECK(setenv("XDG_STATE_HOME", world, 1) == 0);
	(void)unsetenv("DISPLAY");
	(void)unsetenv("WAYLAND_DISPLAY");
	(void)unsetenv("GPG_TTY");
}

/* A path in it; four of them are good at a time. */
static inline const char *
world_path(const char *name)
{
	static char path[4][256];
	static unsigned int next;
	char *p = path[next++ % 4];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", world, name);
	return p;
}

static inline const char *
world_write(const char *name, mode_t mode, const char *text)
{
	const char *path = world_path(name);
	FILE *f = fopen(path, "w");

	CHECK(f != NULL);
	CHECK(fputs(text, f) >= 0);
	CHECK(fclose(f) == 0);
	CHECK(chmod(path, mode) == 0);
	return path;
}

static inline struct patience
world_patience(int64_t ms)
{
	return (struct patience){ .deadline_ms = clock_monotonic_ms() + ms };
}

#endif

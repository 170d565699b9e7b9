/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_TOKEN_DESKTOP_H
#define UNIT_TOKEN_DESKTOP_H

#include "tests/unit/token_world.h"

/* A desktop with a notify-send that keeps what it was told, and says more. */

static inline void
desktop_begin(void)
{
	char path[512];

	world_begin();
	CHECK_EQ(mkdir(world_path("bin"), 0700), 0);
	(void)snprintf(
	    path, sizeof(path), "%s:/usr/bin:/bin", world_path("bin"));
	CHECK_EQ(setenv("PATH", path, 1), 0);
}

/* It does what `more` says to sh(1), and then tells "[one][two]". */
static inline void
notifier(const char *more)
{
	char script[512];

	(void)snprintf(script, sizeof(script),
	    "#!/bin/sh\n"
	    "%s\n"
	    "{ printf '[%%s]' \"$@\"; echo; } >>'%s'\n",
	    more, world_path("said"));
	(void)world_write("bin/notify-send", 0700, script);
	(void)world_write("said", 0600, "");
	CHECK_EQ(setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none", 1), 0);
}

static inline const char *
all_said(void)
{
	static char text[8192];
	FILE *f = fopen(world_path("said"), "r");
	size_t n;

	CHECK(f != NULL);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	CHECK(fclose(f) == 0);
	return text;
}

static inline bool
said(const char *text)
{
	bool yes = strstr(all_said(), text) != NULL;

	if (!yes)
		(void)fprintf(stderr, "%s lacks %s\n", all_said(), text);
	return yes;
}

/* How often it has told, which is once a line. */
static inline int
calls(void)
{
	int n = 0;

	for (const char *p = all_said(); (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

/* Until it has told so often. */
static inline void
wait_for_calls(int n)
{
	int64_t until_ms = clock_monotonic_ms() + 20000;

	while (calls() < n) {
		CHECK(clock_monotonic_ms() < until_ms);
		(void)usleep(1000);
	}
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "tests/check.h"

static void
test_set(void)
{
	struct err e = { 0 };

	CHECK_EQ(err_set(&e, RC_PIN, "PIN of '%s'", "work"), RC_PIN);
	CHECK(strcmp(e.msg, "PIN of 'work'") == 0);
}

static void
test_in(void)
{
	struct err e = { 0 };

	CHECK_EQ(err_set(&e, RC_TOKEN, "cause"), RC_TOKEN);
	CHECK_EQ(err_in(&e, RC_TOKEN, "opening '%s'", "x"), RC_TOKEN);
	CHECK_EQ(err_in(&e, RC_SYS, "outer"), RC_SYS);
	CHECK(strcmp(e.msg, "outer: opening 'x': cause") == 0);
}

static void
test_sys(void)
{
	struct err e = { 0 };

	errno = ENOENT;
	CHECK_EQ(err_sys(&e, "%s", "/a"), RC_SYS);
	CHECK(strcmp(e.msg, "/a: No such file or directory") == 0);
}

/* Cut, and terminated always. */
static void
test_long(void)
{
	struct err e = { 0 };

	CHECK_EQ(err_set(&e, RC_SYS, "%2000d", 1), RC_SYS);
	CHECK_EQ(strlen(e.msg), ERR_MAX - 1);
	CHECK_EQ(err_in(&e, RC_SYS, "front"), RC_SYS);
	CHECK_EQ(strlen(e.msg), ERR_MAX - 1);
	CHECK(strncmp(e.msg, "front:  ", 8) == 0);
	CHECK_EQ(err_in(&e, RC_SYS, "%2000d", 1), RC_SYS);
	CHECK_EQ(strlen(e.msg), ERR_MAX - 1);
	errno = EACCES;
	CHECK_EQ(err_sys(&e, "%767d", 1), RC_SYS);
	CHECK_EQ(strlen(e.msg), ERR_MAX - 1);
}

static bool
ends_in(const struct err *e, const char *tail)
{
	size_t n = strlen(e->msg), len = strlen(tail);

	return n >= len && strcmp(e->msg + n - len, tail) == 0;
}

/* Long values give way in their middle; what to do about them is said. */
static void
test_long_values(void)
{
	struct err e = { 0 };
	static char path[4096], other[600];

	memset(path, 'p', sizeof(path) - 1);
	for (size_t i = 0; i < 6; i++)
		path[i] = "/home/"[i];
	path[sizeof(path) - 5] = '/';
	(void)snprintf(path + sizeof(path) - 4, 4, "end");
	memset(other, 'o', sizeof(other) - 1);
	other[sizeof(other) - 1] = '\0';
	CHECK_EQ(err_set(&e, RC_SYS, "'%s' is a link: put a file there", path),
	    RC_SYS);
	CHECK_EQ(strlen(e.msg), ERR_MAX - 1);
	CHECK(strncmp(e.msg, "'/home/ppp", 10) == 0);
	CHECK(strstr(e.msg, "p…p") != NULL);
	CHECK(ends_in(&e, "pp/end' is a link: put a file there"));
	errno = EACCES;
	CHECK_EQ(err_sys(&e, "%s", path), RC_SYS);
	CHECK(ends_in(&e, "p/end: Permission denied"));
	CHECK_EQ(err_in(&e, RC_SYS, "[%s] of %s", other, path), RC_SYS);
	CHECK(strlen(e.msg) < ERR_MAX);
	CHECK(strncmp(e.msg, "[ooo", 4) == 0);
	CHECK(strstr(e.msg, "o…o") != NULL);
	CHECK(strstr(e.msg, "] of /home/ppp") != NULL);
	CHECK(ends_in(&e, "p/end: Permission denied"));
}

/* No character is cut in two, nor are many words without their end. */
static void
test_long_text(void)
{
	struct err e = { 0 };
	static char text[4096];

	for (size_t shift = 0; shift < 3; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 3 < 3000; i += 3)
			memcpy(text + i, "€", strlen("€") + 1);
		CHECK_EQ(err_set(&e, RC_SYS, "%s: why", text), RC_SYS);
		CHECK(strlen(e.msg) >= ERR_MAX - 6);
		CHECK(ends_in(&e, "€: why"));
		for (const char *p = e.msg + shift; *p != ':'; p += 3)
			CHECK(memcmp(p, "€", 3) == 0 || memcmp(p, "…", 3) == 0);
	}
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "a ", 3);
	CHECK_EQ(err_set(&e, RC_SYS, "'%s': why", text), RC_SYS);
	CHECK_EQ(strlen(e.msg), ERR_MAX - 1);
	CHECK(ends_in(&e, "a ': why"));
}

/* The numbers are exit statuses that scripts rely on. */
static void
test_numbers(void)
{
	CHECK_EQ(RC_OK, 0);
	CHECK_EQ(RC_SYS, 1);
	CHECK_EQ(RC_USAGE, 2);
	CHECK_EQ(RC_CONFIG, 3);
	CHECK_EQ(RC_NOTFOUND, 4);
	CHECK_EQ(RC_PIN, 5);
	CHECK_EQ(RC_TOUCH, 6);
	CHECK_EQ(RC_UNSUPPORTED, 7);
	CHECK_EQ(RC_FORMAT, 8);
	CHECK_EQ(RC_NET, 9);
	CHECK_EQ(RC_DENIED, 10);
	CHECK_EQ(RC_MFA, 11);
	CHECK_EQ(RC_TOKEN, 12);
	CHECK_EQ(RC_HELPER, 13);
	CHECK_EQ(RC_TIMEOUT, 14);
	CHECK_EQ(RC_POLICY, 15);
	CHECK_EQ(RC_CLOCK, 16);
	CHECK_EQ(RC_CANCELLED, 17);
	CHECK_EQ(RC_NO_MEMORY, 125);
}

int
main(void)
{
	test_set();
	test_in();
	test_sys();
	test_long();
	test_long_values();
	test_long_text();
	test_numbers();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/err.h"

#include <errno.h>

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

/* Cut at the end, terminated always. */
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
	test_numbers();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/late.h"

#include "tests/check.h"

static struct {
	typeof(strlen) *length;
	typeof(strchr) *find;
} late;

static const struct late functions[] = {
	{ "strlen", &late.length },
	{ "strchr", &late.find },
};

static void
loads(void)
{
	struct err e = { "" };

	CHECK_EQ(late_load("libc.so.6", functions, 2, &e), RC_OK);
	CHECK_EQ(late.length("four"), 4);
	CHECK(strcmp(late.find("four", 'u'), "ur") == 0);
	/* Once more, as every call does that needs it. */
	CHECK_EQ(late_load("libc.so.6", functions, 2, &e), RC_OK);
}

static void
says_what_is_missing(void)
{
	static const struct late none[] = { { "no_such_function",
	    &late.length } };
	struct err e = { "" };

	CHECK_EQ(late_load("libnone.so.9", functions, 2, &e), RC_SYS);
	CHECK(strstr(e.msg, "libnone.so.9") != NULL);
	CHECK(strstr(e.msg, "install") != NULL);
	CHECK_EQ(late_load("libc.so.6", none, 1, &e), RC_SYS);
	CHECK(strstr(e.msg, "no_such_function") != NULL);
}

int
main(void)
{
	loads();
	says_what_is_missing();
	return 0;
}

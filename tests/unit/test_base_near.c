/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/near.h"

#include "tests/check.h"

static size_t
far(const char *a, const char *b)
{
	return near_distance(BYTES_STR(a), BYTES_STR(b));
}

static void
test_distance(void)
{
	static const char forty[] = "0123456789012345678901234567890123456789";
	static const char more[] = "01234567890123456789012345678901234567890";

	CHECK(far("", "") == 0);
	CHECK(far("login", "login") == 0);
	CHECK(far("LOGIN", "login") == 0);
	CHECK(far("", "abc") == 3);
	CHECK(far("abc", "") == 3);
	CHECK(far("logn", "login") == 1);
	CHECK(far("loggin", "login") == 1);
	CHECK(far("lagin", "login") == 1);
	CHECK(far("lgoin", "login") == 1);
	CHECK(far("kitten", "sitting") == 3);
	CHECK(far("abcd", "badc") == 2);
	/* Not once more what was swapped: 3, where Damerau's own has 2. */
	CHECK(far("ca", "abc") == 3);
	CHECK(far(forty, forty) == 0);
	CHECK(far(more, more) == NEAR_FAR);
}

static struct bytes
nearest(const char *word)
{
	static const char *const verbs[] = { "login", "logout", "key list",
		"key import", "help", "" };
	struct near n = NEAR_INIT(BYTES_STR(word));

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		near_try(&n, BYTES_STR(verbs[i]));
	CHECK(near_found(&n) == (n.found.len > 0));
	return n.found;
}

static void
test_found(void)
{
	CHECK(bytes_is(nearest("logn"), "login"));
	CHECK(bytes_is(nearest("lgoin"), "login"));
	CHECK(bytes_is(nearest("logot"), "logout"));
	CHECK(bytes_is(nearest("key lst"), "key list"));
	CHECK(bytes_is(nearest("kye imprt"), "key import"));
	CHECK(bytes_is(nearest("hlp"), "help"));
	/* Too far to be what was meant. */
	CHECK(nearest("").len == 0);
	CHECK(nearest("h").len == 0);
	CHECK(nearest("frobnicate").len == 0);
	CHECK(nearest("logistics").len == 0);
}

int
main(void)
{
	test_distance();
	test_found();
	return 0;
}

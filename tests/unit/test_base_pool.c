/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/pool.h"

#include "tests/check.h"

static void
test_add(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *first = pool_add(&p, BYTES("first of many", 5));
	const char *empty = pool_add(&p, BYTES(NULL, 0));

	for (int i = 0; i < 1000; i++)
		(void)pool_fmt(&p, "%d", i);
	CHECK(strcmp(first, "first") == 0); /* none ever moves */
	CHECK(strcmp(empty, "") == 0);
	pool_done(&p);
	CHECK(p.pieces == NULL);
	CHECK(strcmp(pool_add(&p, BYTES_STR("again")), "again") == 0);
}

static void
test_fmt(void)
{
	AUTO_POOL struct pool p = POOL_INIT;

	CHECK(strcmp(pool_fmt(&p, "%s-%d", "a", 7), "a-7") == 0);
	CHECK(strcmp(pool_fmt(&p, "%s", ""), "") == 0);
	CHECK_EQ(strlen(pool_fmt(&p, "%100000d", 1)), 100000);
}

int
main(void)
{
	test_add();
	test_fmt();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract suite over the OATH key in a reader; STSKEY_TEST_SERIAL says
 * which, STSKEY_TEST_PIN is its access code.
 */
#include <stdlib.h>

#include "signer/base/pool.h"
#include "tests/check.h"
#include "tests/contract/contract.h"

int
main(void)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *serial = getenv("STSKEY_TEST_SERIAL");
	struct contract c = {
		.ops = &oath_token,
		.joint = ";name=",
		.after = "",
		.absent = "oath:serial=4294967295",
		.pin = getenv("STSKEY_TEST_PIN"),
		.held = HELD_HMAC,
	};

	CHECK(serial != NULL);
	c.before = pool_fmt(&p, "oath:serial=%s", serial);
	contract_run(&c);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract suite over sealed secrets, with whichever FIDO2 key is shown
 * to this process; STSKEY_TEST_PIN: its PIN, wanted at every use.
 */
#include <stdlib.h>

#include "signer/token/backends.h"
#include "signer/token/sealed.h"
#include "tests/check.h"
#include "tests/contract/contract.h"

int
main(void)
{
	static const struct token_ops *const backends[] = { &fido_token,
		&sealed_token, NULL };
	const struct contract c = {
		.ops = &sealed_token,
		.before = "sealed:",
		.joint = "",
		.after = "",
		.pin = getenv("STSKEY_TEST_PIN"),
		.claimed = "FIDO2 keys;all",
		.held = HELD_SEALED,
		.each = getenv("STSKEY_TEST_PIN") != NULL,
	};

	backends_use(backends);
	contract_run(&c);
	return 0;
}

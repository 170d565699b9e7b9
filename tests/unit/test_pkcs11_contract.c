/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract suite over this backend: on a SoftHSM2 token of its own, or on
 * the token of STSKEY_TEST_BEFORE, _AFTER, _ABSENT and _PIN.  Also over the
 * fake, which must keep the same promises.
 */
#include <stdlib.h>

#include "pkcs11/probe.h"
#include "tests/check.h"
#include "tests/contract/contract.h"
#include "tests/fake/fake_softhsm.h"
#include "tests/fake/fake_token.h"

static void
fakes(void)
{
	const struct contract with_pin = {
		.ops = &fake_token,
		.before = "fake:token=work",
		.after = "",
		.absent = "fake:token=absent",
		.pin = "123456",
	};
	struct contract without = with_pin;

	without.before = "fake:token=open";
	without.pin = NULL;
	fake_plug("work", "01", "123456");
	fake_plug("open", "02", NULL);
	contract_run(&with_pin);
	contract_run(&without);
	fake_unplug();
}

static void
softhsm(void)
{
	const struct contract c = {
		.ops = &pkcs11_token,
		.before = "pkcs11:token=work",
		.after = "?module-path=" SOFTHSM_MODULE,
		.absent = "pkcs11:token=absent?module-path=" SOFTHSM_MODULE,
		.pin = SOFTHSM_PIN,
	};

	softhsm_init();
	softhsm_token("work");
	softhsm_token("desk");
	contract_run(&c);
}

int
main(int argc, char **argv)
{
	struct contract c = {
		.ops = &pkcs11_token,
		.before = getenv("STSKEY_TEST_BEFORE"),
		.after = getenv("STSKEY_TEST_AFTER"),
		.absent = getenv("STSKEY_TEST_ABSENT"),
		.pin = getenv("STSKEY_TEST_PIN"),
	};

	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		return pkcs11_probe_main(argc, argv);
	if (c.before != NULL) {
		CHECK(c.after != NULL && c.absent != NULL);
		contract_run(&c);
		return 0;
	}
	fakes();
	softhsm();
	return 0;
}

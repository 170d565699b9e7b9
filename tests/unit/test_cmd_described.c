/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/described.h"
#include "tests/check.h"

/* When two tokens are one: by their numbers, and else by their URIs. */

#define SAID(label, number) \
	.token = (label), .model = "", .serial = (number), .known = true

int
main(void)
{
	const struct described work = { "pkcs11:token=work",
		SAID("work", "77") };
	const struct described renamed = { "pkcs11:serial=77",
		SAID("work", "77") };
	const struct described other = { "pkcs11:token=work?module-name=b",
		SAID("work", "78") };
	const struct described desk = { "pkcs11:token=desk",
		SAID("desk", "77") };
	const struct described unasked = { .uri = "pkcs11:token=work" };
	/* NSS gives this number to all. */
	const struct described nss = { "pkcs11:token=work",
		SAID("work", "0000000000000000") };
	const struct described nss_desk = { "pkcs11:token=desk",
		SAID("desk", "0000000000000000") };
	const struct described sealed = { "sealed:desk", SAID("Solo 2", "") };
	const struct described sealed_too = { "sealed:home",
		SAID("Solo 2", "") };

	CHECK(described_same(&work, &renamed));
	CHECK(!described_same(&work, &other));
	CHECK(!described_same(&work, &desk));
	CHECK(described_same(&work, &unasked));
	CHECK(!described_same(&renamed, &unasked));
	CHECK(described_same(&nss, &work));
	CHECK(!described_same(&nss, &nss_desk));
	CHECK(!described_same(&sealed, &sealed_too));
	CHECK(!described_same(&sealed, &work));
	return 0;
}

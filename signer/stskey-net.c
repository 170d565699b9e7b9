/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "signer/base/harden.h"
#include "signer/helper/helper.h"
#include "signer/net/acts.h"

/* stskey-net: speaks to AWS for stskey, which starts it. */
int
main(void)
{
	static const struct helper_program program = {
		.name = "stskey-net",
		.acts = net_acts,
		.cancel = acts_cancel,
		.end = acts_end,
	};
	struct err e = { 0 };
	enum rc rc;

	harden_self();
	rc = acts_begin("stskey/" STSKEY_VERSION, &e);
	if (rc != RC_OK) {
		(void)fprintf(stderr, "stskey: %s\n", e.msg);
		return (int)rc;
	}
	return helper_main(&program);
}

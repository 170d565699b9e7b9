/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stskey-token holds the hardware: of our processes the only one to see a
 * PIN, a seed, a secret or kDate.  It opens no IP socket.  Started by stskey.
 */
#include <string.h>

#include "pkcs11/probe.h"
#include "signer/base/harden.h"
#include "signer/helper/helper.h"
#include "signer/token/acts.h"
#include "signer/token/keychain.h"
#include "signer/token/sealed.h"
#include "signer/token/token.h"

static const struct token_ops *const backends[] = {
	&pkcs11_token,
	&fido_token,
	&oath_token,
	&sealed_token,
	NULL,
};

static const struct act acts[] = {
	{ "begin", act_begin },
	{ "hold", act_hold },
	{ "choose", act_choose },
	{ "code", act_code },
	{ "unused", act_unused },
	{ "sign", act_sign },
	{ "describe", act_describe },
	{ "import", act_import },
	{ "copy", act_copy },
	{ "offer", act_offer },
	{ "list", act_list },
	{ "survey", act_survey },
	{ "remove", act_remove },
	{ "credentials-edit", act_credentials_edit },
	{ NULL, NULL },
};

static const struct helper_program program = {
	.name = "stskey-token",
	.acts = acts,
	.cancel = keychain_cancel,
	.end = acts_end,
};

int
main(int argc, char **argv)
{
	harden_self();
	/* One module in a process of its own, as it may hang or crash. */
	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		return pkcs11_probe_main(argc, argv);
	acts_begin(backends);
	return helper_main(&program);
}

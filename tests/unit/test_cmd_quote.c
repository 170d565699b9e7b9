/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/quote.h"

#include <string.h>

#include "tests/check.h"

/* What a shell would take apart or change has quotes, and nothing else. */

int
main(void)
{
	static const struct {
		const char *word, *want;
	} rows[] = {
		{ "dev", "dev" },
		{ "/usr/bin/stskey", "/usr/bin/stskey" },
		{ "fido:", "fido:" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "it's", "'it'\\''s'" },
		{ "~x", "'~x'" },
		{ "a=b", "'a=b'" },
		{ "$(x)", "'$(x)'" },
		{ "pkcs11:token=work;x", "'pkcs11:token=work;x'" },
		{ "caf\xc3\xa9", "'caf\xc3\xa9'" },
	};
	struct pool p = POOL_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = quote_word(&p, rows[i].word);

		check_mem_at(
		    __FILE__, __LINE__, got, strlen(got), rows[i].want);
	}
	pool_done(&p);
	return 0;
}

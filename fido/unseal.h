/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_UNSEAL_H
#define FIDO_UNSEAL_H

#include "signer/token/person.h"
#include "signer/token/seal.h"

/* What unseal() and present() of token.h say.  source: of a PIN, or NULL. */
enum rc unseal(const struct ask *ask, const char *source,
    const struct seal_list *seals, const uint8_t *next, struct unsealed *ret,
    struct err *e);
enum rc unseal_present(const struct ask *ask, const struct seal_list *seals,
    struct presence *ret, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_SEALED_H
#define TOKEN_SEALED_H

#include "signer/token/token.h"

/*
 * Secrets that no token holds, closed by the key that a token makes
 * (token/seal.h) and kept in a file: "sealed:NAME", or "sealed:" for all of
 * them, and perhaps "?pin-source=SOURCE" of the token's PIN.  The contract of
 * token.h over unseal and a MAC in software.
 *
 * The keys of seals that were opened are kept, locked, until the process
 * ends: one touch serves a code, the next code, and a retry.
 */
extern const struct token_ops sealed_token;

/*
 * Seals a new secret by a token of that backend and writes the file.
 * RC_CONFIG: the name is taken, before anybody is asked.
 */
struct sealer {
	const struct token_ops *ops;
	struct token *token;
};
enum rc sealed_import(const struct sealer *by, const struct token_import *what,
    char **uri, struct err *e);
/*
 * One seal more, on another token.  The seal that is opened for it gets a new
 * salt in the same touch.
 */
enum rc sealed_copy(
    struct token *t, const struct sealer *by, bool pin, struct err *e);

#endif

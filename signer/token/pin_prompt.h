/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_PIN_PROMPT_H
#define TOKEN_PIN_PROMPT_H

#include "signer/token/person.h"
#include "signer/token/state.h"

/*
 * The PIN of a token, from the person: after a yes where it is the last try.
 * For a reader with a pad of its own *ret stays empty, as person.h says.
 * RC_PIN: nobody is there, or nothing was entered, or no yes.
 */
enum rc pin_prompt(struct state *s, const struct ask_pin *what,
    struct secret *ret, struct err *e);

#endif

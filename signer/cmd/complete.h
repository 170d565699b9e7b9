/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include <stddef.h>

#include "signer/aws/names.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/cmd/option.h"

/*
 * `stskey complete WORD ...`, which the shells ask (completions/): what the
 * last word may become, after those before it.  Standard output is a line for
 * each, WORD TAB HELP, whatever the last word begins with: a shell knows its
 * own ways to match and to quote.  A line that begins with a TAB says what the
 * shell knows itself: "files", or "command", the words of another program
 * behind "--".  Whatever goes wrong, nothing is said.
 */
enum rc complete(
    const struct verb *verbs, size_t n, char **argv, struct err *e);

/* What is offered, each once; a control character is in none. */
struct offers {
	struct buf out;
	struct names seen;
	struct pool strings;
	const char *before; /* "--output=", of which the value is offered */
};

/* help may be NULL. */
void offer(struct offers *o, const char *word, const char *help);
/* "files" or "command". */
void offer_shells(struct offers *o, const char *what);
/* "text json" */
void offer_words(struct offers *o, const char *words);

/*
 * The values of an option or a place, by the table in complete_value.c;
 * "unknown" to the shell where that has no row for it.
 */
void complete_value(
    struct offers *o, const struct verb *v, const struct option *option);

/*
 * pkcs11:token=… for every token plugged in, of the modules that these URIs
 * name, or else of every one that p11-kit knows, and oath:serial=… for every
 * OATH key.  No PIN, no touch, no lock, and two seconds at most for each kind.
 */
void complete_tokens(struct offers *o, const char *const *uris, size_t n);
/* The serials of OATH keys alone, in the same way. */
void complete_serials(struct offers *o);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_OPTION_H
#define CMD_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * The command line of a verb as a table, which also makes its --help.  An
 * option is --name, --name VALUE or --name=VALUE and is given at most once.
 * Every verb takes --quiet and --verbose as well: host/term.h has what they do.
 */

enum option_kind {
	OPTION_END,
	OPTION_FLAG,    /* bool */
	OPTION_STR,     /* const char *, borrowed from argv */
	OPTION_SECONDS, /* int64_t: 900, 15m, 4h, 1d */
	OPTION_URI,     /* const char *: with a scheme, or it is no URI */
	OPTION_PLACE,   /* the same, as an argument without a name */
	OPTION_REST,    /* char **: all that follows --, or "" */
};

/* Arrays: a pointer has to be relocated whenever the program starts. */
struct option {
	enum option_kind kind;
	char name[20];  /* "profile"; else what --help calls it */
	size_t offset;  /* in the verb's own struct */
	char value[20]; /* what --help calls the value, or "" */
	char help[96];
};

struct verb {
	const char *name;
	enum rc (*run)(const struct verb *v, char **argv, struct err *e);
	const char *help; /* a line */
	const struct option *options;
};

/* Fills *ret; RC_USAGE names the option and the rule. */
enum rc option_parse(
    const struct verb *v, char **argv, void *ret, struct err *e);
/* "usage: …" and a line an option, on standard output. */
void option_help(const struct verb *v);
/* --quiet and --verbose. */
extern const struct option option_common[];
/* Whether a sentence may repeat it: people do put secrets in wrong places. */
bool option_is_word(struct bytes s);
/* Seconds of 900, 15m, 4h or 1d; RC_USAGE. */
enum rc option_seconds(const char *text, int64_t *ret, struct err *e);

#endif

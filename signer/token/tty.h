/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_TTY_H
#define TOKEN_TTY_H

#include <stdbool.h>

#include "signer/token/patience.h"

/*
 * One line from the person at the controlling terminal, /dev/tty, and only
 * when our process group is the foreground one.  Echo is off while a secret
 * is typed and back on every way out, called off or not.
 */
struct tty_question {
	const char *text;  /* what it is about; lines */
	const char *label; /* "PIN of 'work'" */
	bool echo;
};

enum { TTY_LINE_MAX = 4000 };

/*
 * The line without its end; an empty one is an answer too.  RC_UNSUPPORTED:
 * no terminal, or in the background; RC_CANCELLED: end-of-file (Ctrl-D), or
 * called off; RC_TIMEOUT.
 */
enum rc tty_ask(const struct patience *p, const struct tty_question *q,
    struct secret *ret, struct err *e);
/* A few characters to the same terminal; no-op where there is none. */
void tty_say(const char *text);

#endif

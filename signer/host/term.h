/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_TERM_H
#define HOST_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "signer/base/err.h"

/* A key, a profile, a role, the program that asked, and what to do. */
enum { TERM_TEXT = 512, TERM_BAR = 40 };

/*
 * The person's terminal: one line that says who waits, for what and how
 * long, rewritten in place and gone afterwards.  SDKs swallow standard error,
 * so it goes to /dev/tty, and only when this process group is in front; aloud
 * is for what no SDK runs, and for what is not over in a moment.
 */
struct term {
	int fd; /* -1: nobody is looking */
	bool shown;
	bool aloud, said; /* nobody looking, it goes to standard error, once */
	int64_t begun_ms;
	int64_t since, until; /* wall clock; until 0: unknown */
	bool has_modes;
	struct termios modes; /* as they were when term_save() was called */
	char text[TERM_TEXT], bar[TERM_BAR];
};

#define TERM_INIT ((struct term){ .fd = -1 })

/* "" takes the line away. */
void term_wait(struct term *t, const char *text, int64_t until);
/* Draws the seconds anew where they changed: to be called now and then. */
void term_tick(struct term *t);
void term_done(struct term *t);

/*
 * The terminal's modes kept, and put back after a helper that died while it
 * was asking for something without echo.
 */
void term_save(struct term *t);
void term_restore(struct term *t);

/* Whether a person is in front of it, as far as can be known. */
bool term_is_there(void);
/*
 * A question that wants y or n, on the terminal.  RC_USAGE where nobody can
 * be asked: the sentence says to give --yes.
 */
enum rc term_confirm(const char *question, bool *yes, struct err *e);
/* --quiet and --verbose: how much of the two below is said. */
enum term_voice { TERM_NORMAL, TERM_QUIET, TERM_VERBOSE };
void term_voice(enum term_voice voice);
/*
 * A sentence for the person, on standard error, beginning "stskey: "; not
 * where they want it quiet.
 */
void term_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for a step of the work, which is said only where they want that. */
void term_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

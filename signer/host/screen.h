/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_SCREEN_H
#define HOST_SCREEN_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/* Standard output where that is a terminal, and what it can show. */
struct screen {
	int rows, columns;
	bool colours; /* neither NO_COLOR nor TERM=dumb */
	bool blocks;  /* UTF-8, by LC_ALL, LC_CTYPE or LANG */
};

/* Whether standard output is one. */
bool screen_is_there(void);
void screen_look(struct screen *ret);

/*
 * A screen that is drawn again and again, in the place of what the terminal
 * shows, which is back afterwards: also after Ctrl-C, and while Ctrl-Z stops
 * us.  SIGINT, SIGTERM and SIGHUP arrive only in drawing_pause().
 */
struct drawing {
	struct screen screen;
	struct termios modes;
	sigset_t mask;
	bool has_modes, begun;
	struct buf shown; /* as it was drawn */
};

#define AUTO_DRAWING AUTO(drawing_end)

/* RC_USAGE: it is no terminal, or one that cannot move its cursor. */
enum rc drawing_begin(struct drawing *d, struct err *e);
/* Lines that end in \n; what does not fit is left out. */
enum rc drawing_show(struct drawing *d, struct bytes lines, struct err *e);
/* A second, or less when the size changes or a signal comes. */
void drawing_pause(struct drawing *d);
void drawing_end(struct drawing *d);

#endif

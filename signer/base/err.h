/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define NODISCARD [[nodiscard]]

/*
 * What went wrong, as far as a caller or a script may act on it.  The values
 * are the exit statuses documented in stskey(1): append, never renumber.
 * RC_EXEC is whatever keeps exec from running its command, as env(1) has it.
 */
enum NODISCARD rc {
	RC_OK = 0,
	RC_SYS = 1,         /* the operating system said no */
	RC_USAGE = 2,       /* the command line */
	RC_CONFIG = 3,      /* a file or variable the user wrote */
	RC_NOTFOUND = 4,    /* no such profile, token or key */
	RC_PIN = 5,         /* PIN wrong, missing or locked */
	RC_TOUCH = 6,       /* nobody touched the device in time */
	RC_UNSUPPORTED = 7, /* this token or program cannot do that */
	RC_FORMAT = 8,      /* bytes from outside that do not parse */
	RC_NET = 9,         /* the service could not be reached */
	RC_DENIED = 10,     /* the service answered, and said no */
	RC_MFA = 11,        /* an MFA code was refused, or cannot be had */
	RC_TOKEN = 12,      /* a token or its module misbehaved */
	RC_HELPER = 13,     /* a helper program died or spoke nonsense */
	RC_TIMEOUT = 14,    /* waited as long as was allowed */
	RC_POLICY = 15,     /* refused by policy before a key was opened */
	RC_CLOCK = 16,      /* this clock and the service's are too far apart */
	RC_CANCELLED = 17,  /* the person, or the caller, called it off */
	RC_EXEC = 125,
	RC_NO_MEMORY = 125,  /* out of memory: mem.c ends the process */
	RC_CANNOT_RUN = 126, /* the command of exec cannot be run */
	RC_NO_COMMAND = 127, /* the command of exec is not found */
};

enum { ERR_MAX = 768 };

/*
 * The sentence for the user: set where it fails, prefixed on the way up.  One
 * that is too long loses the middle of its longest words (paths, values).
 */
struct err {
	char msg[ERR_MAX];
};

/* Both return rc, so that a failure is one line: return err_set(e, ...); */
enum rc err_set(struct err *e, enum rc rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
enum rc err_in(struct err *e, enum rc rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "WHAT: strerror(errno)"; RC_SYS unless errno says otherwise is the caller's. */
enum rc err_sys(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif

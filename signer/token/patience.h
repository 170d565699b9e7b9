/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_PATIENCE_H
#define TOKEN_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "signer/base/err.h"
#include "signer/base/secret.h"

/*
 * How long a request may still wait, and whether it was called off: every
 * wait of the token process goes through here, so that none outlives either.
 */
struct patience {
	int64_t deadline_ms;          /* clock_monotonic_ms() */
	bool (*cancelled)(void *ctx); /* may be NULL */
	void *ctx;
};

/* RC_OK, RC_TIMEOUT or RC_CANCELLED; `what` is what is waited for. */
enum rc patience_left(
    const struct patience *p, const char *what, struct err *e);
/* Waits a tenth of a second at most, never past the deadline. */
int patience_slice_ms(const struct patience *p);
/* So long, or less where the deadline or a cancel comes first. */
enum rc patience_pause(
    const struct patience *p, int ms, const char *what, struct err *e);
/* Until fd can be read, or is at its end. */
enum rc patience_readable(
    const struct patience *p, int fd, const char *what, struct err *e);
/* Until the wall clock says `when`, or the deadline passes. */
enum rc patience_until(
    const struct patience *p, time_t when, const char *what, struct err *e);

/*
 * Everything that fd has up to its end, or one line of it with `line` (the
 * rest stays unread).  RC_FORMAT: more than max bytes.
 */
struct intake {
	int fd;
	size_t max;
	bool line;
	const char *what;
};
enum rc patience_read(const struct patience *p, const struct intake *from,
    struct secret *ret, struct err *e);

/* Cuts line ends off the end of s. */
void patience_trim(struct secret *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/* Times are int64_t seconds since 1970-01-01 UTC. */

int64_t clock_now(void);          /* the wall clock */
int64_t clock_monotonic_ms(void); /* for deadlines and waits */

/* 20150830T123600Z, as SigV4 wants it; terminated.  "" after the year 9999. */
enum { CLOCK_BASIC_SIZE = 17, CLOCK_ISO_SIZE = 21 };
void clock_basic(int64_t t, char ret[static CLOCK_BASIC_SIZE]);
/* 2015-08-30T12:36:00Z */
void clock_iso(int64_t t, char ret[static CLOCK_ISO_SIZE]);

/* ISO 8601 in UTC, with or without a fraction, "Z" or "+00:00".  RC_FORMAT. */
enum rc clock_parse_iso(struct bytes s, int64_t *ret, struct err *e);
/* 20150830T123600Z.  RC_FORMAT. */
enum rc clock_parse_basic(struct bytes s, int64_t *ret, struct err *e);
/* An HTTP Date, RFC 9110 section 5.6.7 (IMF-fixdate only).  RC_FORMAT. */
enum rc clock_parse_http(struct bytes s, int64_t *ret, struct err *e);

#endif

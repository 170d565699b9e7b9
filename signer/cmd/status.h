/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_STATUS_H
#define CMD_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/aws/plan.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/cmd/world.h"
#include "signer/host/screen.h"

/* What is known of profiles and their sessions, from files alone. */

/* A cached session; all 0: there is none. */
struct status_link {
	int64_t left;    /* seconds; 0: none */
	int64_t granted; /* seconds it had when it was made */
	int64_t until;   /* by our clock */
	int64_t used;    /* the same, to the minute */
};

/* Of a link of a plan; a cache that cannot be read has none. */
struct status_link status_look(const struct plan *p, const struct link *l);
/* The link that takes an MFA code, of which there is one at most; or NULL. */
const struct link *status_code_link(const struct plan *p);
/* "both factors on one device": the key's, and its seed i. */
void status_one_device(const struct link *code, size_t i, struct buf *out);
/* Looks at the tokens of the plan; without a PIN, so one may be locked. */
void status_probe(
    const struct plan *p, const struct link *code, struct buf *out);
/* 7h12m or 41m; with seconds_too 59s where it is less than a minute. */
void status_duration(struct buf *out, int64_t seconds, bool seconds_too);

/*
 * The same in three shapes.  profile NULL: all that are ours.  RC_NOTFOUND
 * and others as for one that was asked for by name.
 */
enum rc status_json(
    const struct world *w, const char *profile, struct buf *out, struct err *e);
/* A line a profile, no wider than the screen; lines end in \n. */
enum rc status_table(const struct world *w, const char *profile,
    const struct screen *s, struct buf *out, struct err *e);
/* That, again and again, until a signal ends it. */
enum rc status_watch(const char *profile, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_STATUS_ROWS_H
#define CMD_STATUS_ROWS_H

#include "signer/base/pool.h"
#include "signer/cmd/status.h"

/* What stands in the table of `status`, before it is fitted to a screen. */

enum column { PROFILE, KEY, MFA, SESSION, ROLE, USED, COLUMNS };

struct row {
	const char *text[COLUMNS];         /* printable; owned by the rows */
	struct status_link links[COLUMNS]; /* of SESSION and ROLE */
	bool has[COLUMNS];                 /* such a link is in the plan */
	bool one_device;                   /* key and codes are of the same */
	const char *wrong;                 /* instead of all but the profile */
};

struct rows {
	struct pool strings;
	struct row *at;
	size_t n;
};

#define AUTO_ROWS AUTO(rows_done)

/*
 * One profile, or with NULL all that are ours, among which one that is wrong
 * has a row that says so.  What is wrong with one that was named is an error.
 */
enum rc rows_fill(const struct world *w, const char *profile, struct rows *ret,
    struct err *e);
void rows_done(struct rows *r);

#endif

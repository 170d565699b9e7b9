/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_CHAIN_H
#define CMD_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/aws/plan.h"
#include "signer/base/err.h"
#include "signer/cmd/grant.h"

/*
 * The plan carried out: the deepest fresh link from the cache, or the missing
 * ones made, one caller at a time.  Locks go from the role down to the
 * session; the token process takes those of the MFA device and the tokens.
 */

struct want {
	int64_t min_ttl;         /* seconds the answer must still have */
	bool fresh;              /* nothing made before now will do */
	int64_t timeout_seconds; /* the whole of it */
	bool retry_pin;         /* a stored PIN that was refused may be tried */
	const char *pin_source; /* --pin-source, or NULL */
	bool aloud;             /* of struct term */
};

/* From the cache, or made. */
enum rc chain_obtain(const struct plan *p, const struct want *w,
    struct grant *ret, struct err *e);

/* The file of a link's cache entry; NULL when it is not cached.  mem_free(). */
enum rc chain_path(
    const struct plan *p, const struct link *l, char **ret, struct err *e);

#endif

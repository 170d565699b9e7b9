/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_PROBE_H
#define CMD_PROBE_H

#include "signer/base/pool.h"
#include "signer/cmd/crew.h"

/* Whether a FIDO2 key that opens a sealed secret is plugged in: no blink. */
struct probe {
	bool there;
	const char *device; /* of the pool; NULL: not known */
};

/* False for what is no sealed secret: nothing is asked. */
bool probe_is_for(const char *uri);
/* RC_TOKEN: it cannot be told just now, as another program has the key. */
enum rc probe_look(struct crew *c, const char *uri, struct pool *p,
    struct probe *ret, struct err *e);
/* Both are there, and on one key. */
bool probe_is_one(const struct probe *a, const struct probe *b);

#endif

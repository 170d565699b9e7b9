/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_SEARCH_H
#define FIDO_SEARCH_H

#include "fido/device.h"
#include "signer/token/person.h"
#include "signer/token/seal.h"

/*
 * Which of the keys that are plugged in will do: each is asked once, without
 * a blink, until it is gone or was busy.
 */
struct search {
	const struct ask *ask;
	const struct seal_list *seals; /* looked for, or to be kept out of */
	bool fresh;         /* keys that hold none of them are looked for */
	const char *wanted; /* for the person: "desk-key (Solo 2)" */
	struct device_list devices;
};

#define AUTO_SEARCH AUTO(search_done)

/* One look.  *n: how many will do; *busy: some cannot be asked just now. */
enum rc search_look(struct search *s, size_t *n, bool *busy, struct err *e);
/*
 * Looks until one will do, and says what is waited for.  From then on the keys
 * are kept to this process.  RC_NOTFOUND: none came in time; RC_TOKEN: one
 * that stayed busy; RC_TIMEOUT: another process of ours kept them;
 * RC_CANCELLED.
 */
enum rc search_wait(struct search *s, size_t *n, struct err *e);
/* RC_TOKEN: there is one more, which this user may not open. */
enum rc search_denied(const struct search *s, struct err *e);
/* The ith that will do. */
struct device *search_at(struct search *s, size_t i);
void search_done(struct search *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_PIN_H
#define FIDO_PIN_H

#include "fido/device.h"
#include "signer/token/person.h"

/* The PIN of a key (CTAP 2.1 section 6.5): of the person, tried once. */

struct pin {
	struct secret text; /* terminated; p NULL: none was asked for */
	struct ask_pin what;
	int tries; /* that were left before; -1: the key does not say */
};

#define AUTO_PIN AUTO(pin_done)

/*
 * RC_PIN: none is set, none may be tried, or not 4 to 63 bytes (a longer one
 * would be sent, and cost a try).  source: of the URI; or NULL.
 */
enum rc pin_ask(struct pin *p, struct device *d, const struct ask *ask,
    const char *source, struct err *e);
/* For libfido2; NULL where none was asked for. */
const char *pin_text(const struct pin *p);
/*
 * Where one was asked for: tells the person's side what the key, still open,
 * made of it, by its code and with the sentence of that failure in e.
 */
void pin_judge(const struct pin *p, struct device *d, const struct ask *ask,
    int code, struct err *e);
/* What pin_judge() knows of wrong ones: a process has one try. */
void pin_forget(void);
/* How many tries are left now, after that code; -1: unknown. */
int pin_left(const struct pin *p, int code);
void pin_done(struct pin *p);

#endif

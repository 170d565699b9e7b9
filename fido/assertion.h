/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_ASSERTION_H
#define FIDO_ASSERTION_H

#include "fido/device.h"
#include "signer/base/secret.h"
#include "signer/token/seal.h"

/*
 * authenticatorGetAssertion with hmac-secret (CTAP 2.1 sections 6.2 and 12.5):
 * the key makes HMAC(its secret of this credential, salt), and makes another
 * of it when it was given the PIN.  What it signs besides is not looked at:
 * who has the right secret is the right key.
 */
struct assertion {
	const struct seal *seal;
	const uint8_t *next; /* a second salt; or NULL */
	const char *pin;     /* or NULL */
	fido_assert_t *made;
};

#define AUTO_ASSERTION AUTO(assertion_done)

/* The relying party of all our credentials. */
extern const char assertion_rp[];
/* What is signed: nothing of ours. */
extern const uint8_t assertion_hash[32];

/*
 * Which seal the key holds, without a blink: a code of libfido2, that of the
 * last seal where it holds none.
 */
int assertion_probe(
    struct device *d, const struct seal_list *seals, size_t *which);
/* Everything but the question; RC_SYS. */
enum rc assertion_begin(struct assertion *a, struct err *e);
/* Fits struct entrant: asks the key, which blinks. */
int assertion_run(struct device *d, void *assertion);
/*
 * What the key answered; next may be NULL.  RC_PIN: it was made another way
 * than the seal; RC_TOKEN: not a secret of that length.
 */
enum rc assertion_read(const struct assertion *a, const struct device *d,
    struct secret *key, struct secret *next, struct err *e);
void assertion_done(struct assertion *a);

#endif

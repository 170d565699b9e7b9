/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/assertion.h"

#include <string.h>

/* Authenticator data, flags (WebAuthn level 2 section 6.1). */
enum { FLAG_PRESENT = 0x01, FLAG_VERIFIED = 0x04 };

const char assertion_rp[] = "stskey";
const uint8_t assertion_hash[32];

/* One credential, no blink. */
static int
probe_one(struct device *d, const struct seal *s)
{
	fido_assert_t *a = fido_assert_new();
	int r = FIDO_ERR_INTERNAL;

	if (a != NULL && (r = fido_assert_set_rp(a, assertion_rp)) == FIDO_OK &&
	    (r = fido_assert_set_clientdata_hash(
		 a, assertion_hash, sizeof(assertion_hash))) == FIDO_OK &&
	    (r = fido_assert_allow_cred(a, s->id.p, s->id.len)) == FIDO_OK &&
	    (r = fido_assert_set_up(a, FIDO_OPT_FALSE)) == FIDO_OK)
		r = fido_dev_get_assert(d->dev, a, NULL);
	fido_assert_free(&a);
	return r;
}

int
assertion_probe(struct device *d, const struct seal_list *seals, size_t *which)
{
	int r = FIDO_ERR_NO_CREDENTIALS;

	for (size_t i = 0; i < seals->n && r != FIDO_OK; i++) {
		r = probe_one(d, seals->at[i]);
		if (r == FIDO_OK)
			*which = i;
		else if (r < 0)
			return r;
	}
	return r;
}

static int
set_salt(struct assertion *a)
{
	uint8_t both[2 * SEAL_SALT];
	size_t n = SEAL_SALT;

	memcpy(both, a->seal->salt, SEAL_SALT);
	if (a->next != NULL) {
		memcpy(both + SEAL_SALT, a->next, SEAL_SALT);
		n = sizeof(both);
	}
	return fido_assert_set_hmac_salt(a->made, both, n);
}

enum rc
assertion_begin(struct assertion *a, struct err *e)
{
	const struct seal *s = a->seal;

	a->made = fido_assert_new();
	/* uv is left out: with a PIN libfido2 verifies, without none is asked. */
	if (a->made != NULL &&
	    fido_assert_set_rp(a->made, assertion_rp) == FIDO_OK &&
	    fido_assert_set_clientdata_hash(
		a->made, assertion_hash, sizeof(assertion_hash)) == FIDO_OK &&
	    fido_assert_allow_cred(a->made, s->id.p, s->id.len) == FIDO_OK &&
	    fido_assert_set_extensions(a->made, FIDO_EXT_HMAC_SECRET) ==
		FIDO_OK &&
	    set_salt(a) == FIDO_OK &&
	    fido_assert_set_up(a->made, FIDO_OPT_TRUE) == FIDO_OK)
		return RC_OK;
	return err_set(e, RC_SYS, "libfido2 has no memory");
}

int
assertion_run(struct device *d, void *assertion)
{
	struct assertion *a = assertion;

	return fido_dev_get_assert(d->dev, a->made, a->pin);
}

static enum rc
check(const struct assertion *a, const struct device *d, struct err *e)
{
	size_t want = a->next != NULL ? 2 * SEAL_KEY : SEAL_KEY;
	uint8_t flags;

	if (fido_assert_count(a->made) != 1)
		return err_set(e, RC_TOKEN,
		    "'%s' answered for %zu credentials instead of one: its "
		    "firmware is at fault",
		    d->name, fido_assert_count(a->made));
	flags = fido_assert_flags(a->made, 0);
	/* Its secret would be another one: the seal must not be tried. */
	if (((flags & FLAG_VERIFIED) != 0) != a->seal->pin)
		return err_set(e, RC_PIN,
		    "'%s' %s, unlike when it was enrolled, so that its secret "
		    "is another: set its fingerprint or always-PIN option back "
		    "(fido2-token), or enrol it again %s --pin",
		    d->name,
		    a->seal->pin ? "did not verify the person"
				 : "verified the person",
		    a->seal->pin ? "without" : "with");
	if ((flags & FLAG_PRESENT) == 0 ||
	    fido_assert_hmac_secret_len(a->made, 0) != want ||
	    fido_assert_hmac_secret_ptr(a->made, 0) == NULL)
		return err_set(e, RC_TOKEN,
		    "'%s' answered without its secret (hmac-secret): its "
		    "firmware is at fault, use another key",
		    d->name);
	return RC_OK;
}

enum rc
assertion_read(const struct assertion *a, const struct device *d,
    struct secret *key, struct secret *next, struct err *e)
{
	enum rc rc = check(a, d, e);
	const uint8_t *p;

	if (rc != RC_OK)
		return rc;
	p = fido_assert_hmac_secret_ptr(a->made, 0);
	secret_set(key, BYTES(p, SEAL_KEY));
	if (a->next != NULL && next != NULL)
		secret_set(next, BYTES(p + SEAL_KEY, SEAL_KEY));
	return RC_OK;
}

void
assertion_done(struct assertion *a)
{
	fido_assert_free(&a->made); /* wipes what it holds */
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/make.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "fido/assertion.h"
#include "fido/code.h"
#include "fido/touch.h"

enum { USER_ID = 16 };

/* authenticatorMakeCredential (CTAP 2.1 section 6.1), not resident: no place
 * on the key is used up, and the id is kept by us.  No other seals are given to
 * be excluded, as all their ids may be too long for a key to read: the key was
 * asked of each when it was looked for. */
struct making {
	const struct make *m;
	struct device *device;
	fido_cred_t *cred;
	struct pin pin;
	const char *with; /* the PIN as it is given, or NULL */
};

static void
making_done(struct making *k)
{
	fido_cred_free(&k->cred);
	pin_done(&k->pin);
}

/* Keys that always want the PIN make no other secret. */
static bool
is_always_uv(struct device *d)
{
	fido_cbor_info_t *info = fido_cbor_info_new();
	bool ret = false;

	if (info != NULL && fido_dev_get_cbor_info(d->dev, info) == FIDO_OK) {
		char **names = fido_cbor_info_options_name_ptr(info);
		const bool *values = fido_cbor_info_options_value_ptr(info);

		for (size_t i = 0; i < fido_cbor_info_options_len(info); i++)
			if (strcmp(names[i], "alwaysUv") == 0)
				ret = values[i];
	}
	fido_cbor_info_free(&info);
	return ret;
}

static enum rc
begin(struct making *k, struct err *e)
{
	uint8_t user[USER_ID];

	if (getrandom(user, sizeof(user), 0) != (ssize_t)sizeof(user))
		return err_sys(e, "cannot draw random bytes");
	fido_cred_free(&k->cred);
	k->cred = fido_cred_new();
	if (k->cred != NULL &&
	    fido_cred_set_type(k->cred, COSE_ES256) == FIDO_OK &&
	    fido_cred_set_clientdata_hash(
		k->cred, assertion_hash, sizeof(assertion_hash)) == FIDO_OK &&
	    fido_cred_set_rp(k->cred, assertion_rp, "stskey") == FIDO_OK &&
	    fido_cred_set_user(
		k->cred, user, sizeof(user), "stskey", NULL, NULL) == FIDO_OK &&
	    fido_cred_set_extensions(k->cred, FIDO_EXT_HMAC_SECRET) == FIDO_OK)
		return RC_OK;
	return err_set(e, RC_SYS, "libfido2 has no memory");
}

static int
run(struct device *d, void *making)
{
	struct making *k = making;

	return fido_dev_make_cred(d->dev, k->cred, k->with);
}

static enum rc
run_once(struct making *k, struct race_end *end, struct err *e)
{
	const struct touch t = { .ask = k->m->ask,
		.why = "to seal the secret (1 of 2)",
		.pin = k->with != NULL ? &k->pin : NULL };
	struct entrant entrant = { .device = k->device, .run = run, .ctx = k };
	enum rc rc = begin(k, e);

	return rc == RC_OK ? touch_run(&t, &entrant, 1, end, e) : rc;
}

static enum rc
ask_pin(struct making *k, struct err *e)
{
	enum rc rc = pin_ask(&k->pin, k->device, k->m->ask, k->m->source, e);

	k->with = pin_text(&k->pin);
	return rc;
}

/* Some keys with a PIN want it here though they do not want it later. */
static enum rc
make_credential(struct making *k, struct err *e)
{
	struct race_end end = { .code = FIDO_OK };
	enum rc rc = run_once(k, &end, e);

	if (rc == RC_OK || k->with != NULL || !code_wants_pin(end.code))
		return rc;
	rc = ask_pin(k, e);
	return rc == RC_OK ? run_once(k, &end, e) : rc;
}

static enum rc
read_credential(const struct making *k, struct seal *ret, struct err *e)
{
	const uint8_t *model = fido_cred_aaguid_ptr(k->cred);
	size_t len = fido_cred_id_len(k->cred);

	if (len == 0 || len > SEAL_ID_MAX)
		return err_set(e, RC_TOKEN,
		    "'%s' made a credential whose id has %zu bytes: its "
		    "firmware is at fault, use another key",
		    k->device->name, len);
	buf_clear(&ret->id);
	buf_add(&ret->id, BYTES(fido_cred_id_ptr(k->cred), len));
	if (model != NULL && fido_cred_aaguid_len(k->cred) == SEAL_MODEL)
		memcpy(ret->model, model, SEAL_MODEL);
	(void)snprintf(ret->device, sizeof(ret->device), "%s", k->device->name);
	if (getrandom(ret->salt, SEAL_SALT, 0) != SEAL_SALT)
		return err_sys(e, "cannot draw random bytes");
	return RC_OK;
}

/* Asked for as it will be from now on: with the PIN, or without. */
static enum rc
first_secret(struct making *k, const struct seal *seal, struct secret *key,
    struct err *e)
{
	AUTO_ASSERTION struct assertion a = { .seal = seal,
		.pin = seal->pin ? k->with : NULL };
	struct entrant entrant = {
		.device = k->device, .run = assertion_run, .ctx = &a
	};
	/* The PIN was judged before: this is no other try of it. */
	const struct touch t = { .ask = k->m->ask,
		.why = "to seal the secret (2 of 2)" };
	struct race_end end;
	enum rc rc = assertion_begin(&a, e);

	if (rc == RC_OK)
		rc = touch_run(&t, &entrant, 1, &end, e);
	return rc == RC_OK ? assertion_read(&a, k->device, key, NULL, e) : rc;
}

enum rc
make_seal(
    const struct make *m, struct seal *ret, struct secret *key, struct err *e)
{
	AUTO_SEARCH struct search s = {
		.ask = m->ask,
		.seals = m->others,
		.fresh = true,
		.wanted =
		    m->others->n > 0 ? "another FIDO2 key" : "a FIDO2 key",
	};
	AUTO(making_done)
	struct making k = { .m = m, .pin = { .tries = -1 } };
	size_t n = 0;
	enum rc rc;

	if ((rc = search_wait(&s, &n, e)) != RC_OK ||
	    (rc = touch_choose(&s, n, &k.device, e)) != RC_OK)
		return rc;
	ret->pin = m->pin || is_always_uv(k.device);
	if (ret->pin)
		rc = ask_pin(&k, e);
	if (rc != RC_OK || (rc = make_credential(&k, e)) != RC_OK ||
	    (rc = read_credential(&k, ret, e)) != RC_OK)
		return rc;
	return first_secret(&k, ret, key, e);
}

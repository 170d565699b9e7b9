/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/access.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>

enum { ROUNDS = 1000, KNOWN_MAX = 8, HMAC_SIZE = 20 };

/* What is known of the codes: a process has one try for each key. */
static struct known {
	char serial[CARD_SERIAL];
	struct secret key;
	bool refused;
	struct err why;
} known[KNOWN_MAX];

static struct known *
known_of(const struct card *c)
{
	for (size_t i = 0; i < KNOWN_MAX; i++) {
		if (known[i].serial[0] == '\0')
			memcpy(known[i].serial, c->serial, sizeof(c->serial));
		if (strcmp(known[i].serial, c->serial) == 0)
			return &known[i];
	}
	return NULL;
}

static enum rc
derive(const struct card *c, const struct secret *code, struct secret *ret,
    struct err *e)
{
	AUTO_SECRET struct secret key = { 0 };

	secret_new(&key, OATH_CODE);
	if (PKCS5_PBKDF2_HMAC_SHA1((const char *)code->p, (int)code->len, c->id,
		sizeof(c->id), ROUNDS, OATH_CODE, key.p) != 1)
		return err_set(e, RC_SYS, "OpenSSL cannot derive a key");
	secret_move(ret, &key);
	return RC_OK;
}

static bool
response_to(const struct secret *key, struct bytes challenge,
    uint8_t ret[static HMAC_SIZE])
{
	unsigned int len = 0;

	return HMAC(EVP_sha1(), key->p, (int)key->len, challenge.p,
		   challenge.len, ret, &len) != NULL &&
	       len == HMAC_SIZE;
}

/* The card shows as well that it knows the code. */
static enum rc
check(const struct card *c, const struct secret *key, struct bytes ours,
    struct bytes answer, struct err *e)
{
	uint8_t want[HMAC_SIZE];
	/* A field of 20 bytes: tag and length come first. */
	bool right = answer.len == 2 + HMAC_SIZE &&
	             response_to(key, ours, want) &&
	             memcmp(answer.p + 2, want, sizeof(want)) == 0;

	explicit_bzero(want, sizeof(want));
	return right ? RC_OK : card_nonsense(c, e);
}

static enum rc
validate(struct card *c, struct call_wait *w, const struct secret *key,
    struct err *e)
{
	uint8_t response[HMAC_SIZE], ours[OATH_CHALLENGE];
	struct bytes answer;
	unsigned int sw = 0;
	struct apdu a;
	enum rc rc;

	if (getrandom(ours, sizeof(ours), 0) != (ssize_t)sizeof(ours) ||
	    !response_to(
		key, BYTES(c->challenge, sizeof(c->challenge)), response))
		return err_sys(e, "cannot answer the key's challenge");
	applet_validate(&a, c->out.p, BYTES(response, sizeof(response)),
	    BYTES(ours, sizeof(ours)));
	rc = card_send(c, &a, w, &sw, &answer, e);
	if (rc != RC_OK)
		return rc;
	if (sw == SW_BAD || sw == SW_DENIED)
		return err_set(e, RC_PIN,
		    "'%s' (serial %s) refused the access code: run it again "
		    "with the right one",
		    c->name, c->serial);
	if (sw != SW_OK)
		return card_refused(c, sw, e);
	rc = check(c, key, BYTES(ours, sizeof(ours)), answer, e);
	c->locked = rc != RC_OK;
	return rc;
}

static enum pin_verdict
verdict_of(enum rc rc)
{
	if (rc == RC_OK)
		return PIN_ACCEPTED;
	return rc == RC_PIN ? PIN_REFUSED : PIN_UNKNOWN;
}

/* Nothing of the key is kept from other programs while somebody types. */
static enum rc
ask_code(struct card *c, struct call_wait *w, const struct ask_pin *what,
    struct known *k, struct err *e)
{
	AUTO_SECRET struct secret code = { 0 };
	enum rc rc;

	card_end(c);
	rc = w->ask->pin(w->ask->ctx, what, &code, e);
	if (rc != RC_OK)
		return rc;
	rc = derive(c, &code, &k->key, e);
	if (rc == RC_OK)
		rc = card_begin(c, w, e);
	if (rc != RC_OK) {
		w->ask->pin_result(w->ask->ctx, what, PIN_UNTRIED, e);
		return rc;
	}
	rc = c->locked ? validate(c, w, &k->key, e) : RC_OK;
	w->ask->pin_result(w->ask->ctx, what, verdict_of(rc), e);
	if (rc == RC_PIN) {
		k->refused = true;
		k->why = *e;
	}
	if (rc != RC_OK)
		secret_done(&k->key);
	return rc;
}

enum rc
access_open(
    struct card *c, struct call_wait *w, const char *pin_source, struct err *e)
{
	const struct ask_pin what = {
		.called = "access code",
		.token = c->name,
		.serial = c->serial,
		.pin_source = pin_source,
		.own_only = true,
	};
	struct known *k = known_of(c);

	if (k == NULL)
		return err_set(e, RC_CONFIG,
		    "one process cannot open more than %d OATH keys",
		    KNOWN_MAX);
	if (k->refused) {
		*e = k->why;
		return RC_PIN;
	}
	if (k->key.p != NULL)
		return validate(c, w, &k->key, e);
	return ask_code(c, w, &what, k, e);
}

void
access_forget(void)
{
	for (size_t i = 0; i < KNOWN_MAX; i++) {
		secret_done(&known[i].key);
		known[i] = (struct known){ 0 };
	}
}

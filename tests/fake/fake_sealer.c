/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_sealer.h"

#include "signer/base/mem.h"
#include "signer/crypto/crypto.h"
#include "tests/check.h"

/* Its id is "key" and the number, its output HMAC-SHA-256 of the salt. */

struct token {
	const struct ask *ask;
};

static bool plugged[FAKE_SEALERS];
static unsigned int touches;

void
fake_sealer_plug(unsigned int which, bool in)
{
	CHECK(which < FAKE_SEALERS);
	plugged[which] = in;
}

unsigned int
fake_sealer_touches(void)
{
	return touches;
}

static void
id_of(unsigned int which, char ret[static 16])
{
	(void)snprintf(ret, 16, "key%u", which);
}

/* Whether it is plugged in and the seal is one of its own. */
static bool
has(unsigned int which, const struct seal *s)
{
	char id[16];

	id_of(which, id);
	return plugged[which] && bytes_is(buf_bytes(&s->id), id);
}

static void
output(const struct seal *s, const uint8_t *salt, struct secret *ret)
{
	crypto_openssl.mac(
	    MAC_HMAC_SHA256, buf_bytes(&s->id), BYTES(salt, SEAL_SALT), ret);
}

static enum rc
sealer_open(
    const char *uri, const struct ask *ask, struct token **ret, struct err *e)
{
	if (strncmp(uri, "fido:", 5) != 0)
		return err_set(e, RC_CONFIG, "not a FIDO2 key");
	*ret = mem_new(1, sizeof(**ret));
	(*ret)->ask = ask;
	return RC_OK;
}

/* The first of the list that is there; n: none is. */
static size_t
find(const struct seal_list *seals)
{
	for (size_t i = 0; i < seals->n; i++)
		for (unsigned int k = 0; k < FAKE_SEALERS; k++)
			if (has(k, seals->at[i]))
				return i;
	return seals->n;
}

static bool
holds_one(unsigned int which, const struct seal_list *seals)
{
	for (size_t i = 0; i < seals->n; i++)
		if (has(which, seals->at[i]))
			return true;
	return false;
}

static enum rc
sealer_seal(struct token *t, const struct seal_list *others, bool pin,
    struct seal *ret, struct secret *key, struct err *e)
{
	char id[16];

	(void)t;
	for (unsigned int k = 0; k < FAKE_SEALERS; k++) {
		if (!plugged[k] || holds_one(k, others))
			continue;
		id_of(k, id);
		touches += 2;
		buf_str(&ret->id, id);
		memset(ret->salt, (int)touches, SEAL_SALT);
		ret->pin = pin;
		(void)snprintf(ret->device, sizeof(ret->device), "Key %u", k);
		output(ret, ret->salt, key);
		return RC_OK;
	}
	return err_set(e, RC_NOTFOUND, "no other key was plugged in");
}

static enum rc
sealer_unseal(struct token *t, const struct seal_list *seals,
    const uint8_t *next, struct unsealed *ret, struct err *e)
{
	(void)t;
	ret->which = find(seals);
	if (ret->which == seals->n)
		return err_set(e, RC_NOTFOUND, "no such key was plugged in");
	touches++;
	output(seals->at[ret->which], seals->at[ret->which]->salt, &ret->key);
	if (next != NULL)
		output(seals->at[ret->which], next, &ret->next);
	return RC_OK;
}

static enum rc
sealer_present(struct token *t, const struct seal_list *seals,
    struct presence *ret, struct err *e)
{
	(void)t;
	(void)e;
	ret->there = find(seals) < seals->n;
	return RC_OK;
}

static void
sealer_close(struct token *t)
{
	mem_free(t);
}

const struct token_ops fake_sealer = {
	.scheme = "fido",
	.open = sealer_open,
	.seal = sealer_seal,
	.unseal = sealer_unseal,
	.present = sealer_present,
	.close = sealer_close,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/unsealing.h"

#include <string.h>
#include <sys/random.h>

#include "signer/crypto/box.h"
#include "signer/crypto/warm.h"

/* As many as a plan may use, and what a copy adds. */
enum { KEPT = 2 * SEALED_SEALS };

/* Keys of seals that were opened; a salt names its seal. */
static struct {
	uint8_t salt[SEAL_SALT];
	struct secret key;
} kept[KEPT];
static size_t nkept;

struct seals {
	const struct seal *at[SEALED_SEALS];
	struct seal_list list;
};

static void
list(const struct sealed_file *f, struct seals *ret)
{
	for (size_t i = 0; i < f->n; i++)
		ret->at[i] = &f->at[i].seal;
	ret->list = (struct seal_list){ ret->at, f->n, f->name };
}

static const struct secret *
find(const struct seal *s)
{
	for (size_t i = 0; i < nkept; i++)
		if (memcmp(kept[i].salt, s->salt, SEAL_SALT) == 0)
			return &kept[i].key;
	return NULL;
}

static void
keep(const struct seal *s, struct secret *key)
{
	if (nkept == KEPT || find(s) != NULL)
		return;
	memcpy(kept[nkept].salt, s->salt, SEAL_SALT);
	secret_move(&kept[nkept++].key, key);
}

/* The token's output is a key for this alone. */
static enum rc
open_entry(const struct sealed_file *f, const struct sealed_entry *entry,
    const struct secret *key, struct secret *ret, struct err *e)
{
	AUTO_BUF struct buf beside = BUF_INIT(SEALED_FILE_MAX);
	AUTO_SECRET struct secret derived = { 0 };

	box_derive(secret_bytes(key), "stskey sealed 1", &derived);
	sealed_file_beside(f, entry, &beside);
	if (box_open(secret_bytes(&derived), buf_bytes(&beside),
		buf_bytes(&entry->closed), ret, e) == RC_OK)
		return RC_OK;
	return err_set(e, RC_TOKEN,
	    "'%s' does not open what was sealed as '%s': the key was reset "
	    "since, or the file was changed; copy the file anew from where it "
	    "was made, or enrol again",
	    entry->seal.device, f->name);
}

static void
close_entry(const struct sealed_file *f, struct sealed_entry *entry,
    const struct secret *key, struct bytes value)
{
	AUTO_BUF struct buf beside = BUF_INIT(SEALED_FILE_MAX);
	AUTO_SECRET struct secret derived = { 0 };

	box_derive(secret_bytes(key), "stskey sealed 1", &derived);
	sealed_file_beside(f, entry, &beside);
	buf_done(&entry->closed);
	entry->closed = BUF_INIT(SEALED_SECRET_MAX + BOX_OVERHEAD);
	box_close(
	    secret_bytes(&derived), buf_bytes(&beside), value, &entry->closed);
}

enum rc
unsealing_open(const struct sealed_file *f, const struct sealer *by,
    struct secret *ret, struct err *e)
{
	AUTO(unsealed_done) struct unsealed u = { 0 };
	struct seals seals;
	enum rc rc;

	for (size_t i = 0; i < f->n; i++) {
		const struct secret *key = find(&f->at[i].seal);

		if (key != NULL)
			return open_entry(f, &f->at[i], key, ret, e);
	}
	list(f, &seals);
	/* While the token is looked for. */
	crypto_warm();
	rc = by->ops->unseal(by->token, &seals.list, NULL, &u, e);
	if (rc == RC_OK)
		rc = open_entry(f, &f->at[u.which], &u.key, ret, e);
	if (rc == RC_OK)
		keep(&f->at[u.which].seal, &u.key);
	return rc;
}

enum rc
unsealing_renew(struct sealed_file *f, const struct sealer *by,
    struct secret *ret, struct err *e)
{
	AUTO(unsealed_done) struct unsealed u = { 0 };
	uint8_t salt[SEAL_SALT];
	struct seals seals;
	enum rc rc;

	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return err_sys(e, "cannot draw random bytes");
	list(f, &seals);
	rc = by->ops->unseal(by->token, &seals.list, salt, &u, e);
	if (rc == RC_OK)
		rc = open_entry(f, &f->at[u.which], &u.key, ret, e);
	if (rc != RC_OK)
		return rc;
	memcpy(f->at[u.which].seal.salt, salt, sizeof(salt));
	close_entry(f, &f->at[u.which], &u.next, secret_bytes(ret));
	keep(&f->at[u.which].seal, &u.next);
	return RC_OK;
}

enum rc
unsealing_add(struct sealed_file *f, const struct sealer *by, bool pin,
    struct bytes value, struct err *e)
{
	AUTO_SECRET struct secret key = { 0 };
	struct sealed_entry *entry = &f->at[f->n];
	struct seals others;
	enum rc rc;

	if (f->n == SEALED_SEALS)
		return err_set(e, RC_CONFIG,
		    "'%s' is sealed to %d keys already, and more are not "
		    "taken: enrol another MFA device",
		    f->name, SEALED_SEALS);
	if (value.len > SEALED_SECRET_MAX)
		return err_set(e, RC_CONFIG,
		    "a secret of more than %d bytes is not sealed",
		    SEALED_SECRET_MAX);
	list(f, &others);
	entry->seal = SEAL_INIT;
	rc = by->ops->seal(by->token, &others.list, pin, &entry->seal, &key, e);
	if (rc != RC_OK)
		return rc;
	close_entry(f, entry, &key, value);
	keep(&entry->seal, &key);
	f->n++;
	return RC_OK;
}

enum rc
unsealing_present(const struct sealed_file *f, const struct sealer *by,
    struct presence *ret, struct err *e)
{
	struct seals seals;

	list(f, &seals);
	return by->ops->present(by->token, &seals.list, ret, e);
}

void
unsealing_end(void)
{
	while (nkept > 0)
		secret_done(&kept[--nkept].key);
}

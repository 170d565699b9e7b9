/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_token.h"

#include <stdatomic.h>

#include "signer/base/enc.h"
#include "signer/base/mem.h"
#include "signer/crypto/crypto.h"
#include "tests/check.h"
#include "tests/fake/fake_name.h"

enum { MAX_TOKENS = 8, MAX_KEYS = 64, MAX_LABEL = 40, MAX_TEXT = FAKE_TEXT };

struct key {
	char label[MAX_TEXT];
	struct secret value;
};

struct fake {
	char label[MAX_TEXT], serial[MAX_TEXT], pin[MAX_TEXT];
	bool wants_pin, logged_in;
	unsigned int wrong, macs, logins;
	enum rc refused;
	struct err why;
	struct key keys[MAX_KEYS];
	size_t nkeys;
};

static struct fake *tokens[MAX_TOKENS];
static size_t ntokens;

struct token {
	struct fake *fake;
	const struct ask *ask;
	char object[MAX_TEXT];
	atomic_bool cancelled;
	struct buf uri;
};

static void
text_set(char *ret, const char *s)
{
	(void)snprintf(ret, MAX_TEXT, "%s", s);
}

void
fake_plug(const char *label, const char *serial, const char *pin)
{
	struct fake *f;

	CHECK(ntokens < MAX_TOKENS);
	f = tokens[ntokens++] = mem_new(1, sizeof(*f));
	text_set(f->label, label);
	text_set(f->serial, serial);
	text_set(f->pin, pin != NULL ? pin : "");
	f->wants_pin = pin != NULL;
}

static void
put(struct fake *f, const char *label, struct bytes value)
{
	struct key *k;

	CHECK(f->nkeys < MAX_KEYS);
	k = &f->keys[f->nkeys++];
	text_set(k->label, label);
	secret_set(&k->value, value);
}

void
fake_put(const char *token, const char *object, struct bytes value)
{
	for (size_t i = 0; i < ntokens; i++)
		if (strcmp(tokens[i]->label, token) == 0)
			put(tokens[i], object, value);
}

void
fake_unplug(void)
{
	for (size_t i = 0; i < ntokens; i++) {
		for (size_t k = 0; k < tokens[i]->nkeys; k++)
			secret_done(&tokens[i]->keys[k].value);
		mem_free(tokens[i]);
	}
	ntokens = 0;
}

unsigned int
fake_logins(void)
{
	unsigned int n = 0;

	for (size_t i = 0; i < ntokens; i++)
		n += tokens[i]->logins;
	return n;
}

unsigned int
fake_macs(void)
{
	unsigned int n = 0;

	for (size_t i = 0; i < ntokens; i++)
		n += tokens[i]->macs;
	return n;
}

static enum rc
find(const struct fake_name *name, const char *uri, struct fake **ret,
    struct err *e)
{
	struct fake *found = NULL;

	for (size_t i = 0; i < ntokens; i++) {
		if (strcmp(tokens[i]->label, name->token) != 0 ||
		    (name->serial[0] != '\0' &&
			strcmp(tokens[i]->serial, name->serial) != 0))
			continue;
		if (found != NULL)
			return err_set(e, RC_CONFIG,
			    "'%s' means more than one token: '%s' (serial "
			    "%s), '%s' (serial %s); add serial= to the URI",
			    uri, found->label, found->serial, tokens[i]->label,
			    tokens[i]->serial);
		found = tokens[i];
	}
	if (found == NULL)
		return err_set(
		    e, RC_NOTFOUND, "no token is plugged in that is '%s'", uri);
	*ret = found;
	return RC_OK;
}

static enum rc
fake_open(
    const char *uri, const struct ask *ask, struct token **ret, struct err *e)
{
	struct fake *f = NULL;
	struct fake_name name;
	enum rc rc;

	if ((rc = fake_name_parse(uri, &name, e)) != RC_OK ||
	    (rc = find(&name, uri, &f, e)) != RC_OK)
		return rc;
	*ret = mem_new(1, sizeof(**ret));
	(*ret)->fake = f;
	(*ret)->ask = ask;
	(*ret)->uri = BUF_INIT(4096);
	text_set((*ret)->object, name.object);
	return RC_OK;
}

static enum rc
try_pin(struct fake *f, const struct ask_pin *what, const struct ask *ask,
    struct err *e)
{
	AUTO_SECRET struct secret pin = { 0 };
	enum rc rc;

	if ((rc = ask->pin(ask->ctx, what, &pin, e)) != RC_OK)
		return rc;
	f->logins++;
	f->logged_in = secret_eq(&pin, BYTES_STR(f->pin));
	f->wrong = f->logged_in ? 0 : f->wrong + 1;
	rc = f->logged_in
	         ? RC_OK
	         : err_set(e, RC_PIN,
		       "logging in to token '%s': the PIN is wrong", f->label);
	ask->pin_result(
	    ask->ctx, what, f->logged_in ? PIN_ACCEPTED : PIN_REFUSED, e);
	f->refused = rc;
	f->why = *e;
	return rc;
}

static enum rc
log_in(struct token *t, struct err *e)
{
	struct fake *f = t->fake;
	const struct ask_pin what = {
		.token = f->label,
		.serial = f->serial,
		.count_low = f->wrong > 0,
		.final_try = f->wrong == FAKE_TRIES - 1,
	};
	bool waited;
	enum rc rc;

	if (atomic_load(&t->cancelled) || t->ask->cancelled(t->ask->ctx))
		return err_set(e, RC_CANCELLED, "called off");
	rc = t->ask->claim(t->ask->ctx, f->label, f->serial, &waited, e);
	if (rc != RC_OK || !f->wants_pin || f->logged_in)
		return rc;
	if (f->refused != RC_OK) {
		*e = f->why;
		return f->refused;
	}
	if (f->wrong >= FAKE_TRIES)
		return err_set(e, RC_PIN,
		    "logging in to token '%s': the PIN is locked", f->label);
	return try_pin(f, &what, t->ask, e);
}

static struct key *
key_of(struct fake *f, const char *label)
{
	for (size_t i = 0; i < f->nkeys; i++)
		if (strcmp(f->keys[i].label, label) == 0)
			return &f->keys[i];
	return NULL;
}

/* Logged in, and the key of the URI. */
static enum rc
reach(struct token *t, struct key **ret, struct err *e)
{
	enum rc rc;

	if ((rc = log_in(t, e)) != RC_OK)
		return rc;
	if (t->object[0] == '\0')
		return err_set(e, RC_CONFIG,
		    "the URI names a token but no key on it: add object=");
	*ret = key_of(t->fake, t->object);
	if (*ret == NULL)
		return err_set(e, RC_NOTFOUND, "token '%s' has no key '%s'",
		    t->fake->label, t->object);
	return RC_OK;
}

static enum rc
fake_mac(struct token *t, enum mac alg, const struct bytes *msgs, size_t n,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret link = { 0 };
	struct key *k = NULL;
	enum rc rc;

	if (n == 0)
		return err_set(e, RC_UNSUPPORTED, "a chain of no MACs");
	if ((rc = reach(t, &k, e)) != RC_OK)
		return rc;
	t->fake->macs++;
	secret_set(&link, secret_bytes(&k->value));
	for (size_t i = 0; i < n; i++) {
		AUTO_SECRET struct secret out = { 0 };

		crypto_openssl.mac(alg, secret_bytes(&link), msgs[i], &out);
		secret_move(&link, &out);
	}
	secret_move(ret, &link);
	return RC_OK;
}

static bool
shares_label(const struct fake *f)
{
	for (size_t i = 0; i < ntokens; i++)
		if (tokens[i] != f && strcmp(tokens[i]->label, f->label) == 0)
			return true;
	return false;
}

static void
uri_of(const struct fake *f, const char *object, struct buf *ret)
{
	buf_str(ret, "fake:token=");
	enc_percent(ret, BYTES_STR(f->label), "");
	if (shares_label(f)) {
		buf_str(ret, ";serial=");
		enc_percent(ret, BYTES_STR(f->serial), "");
	}
	if (object[0] != '\0') {
		buf_str(ret, ";object=");
		enc_percent(ret, BYTES_STR(object), "");
	}
}

static enum rc
fake_import(
    struct token *t, const struct token_import *what, char **uri, struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(4096);
	enum rc rc;

	if (what->label[0] == '\0' || strlen(what->label) > MAX_LABEL ||
	    what->value.len == 0)
		return err_set(e, RC_USAGE, "the label has 1 to 40 bytes");
	if ((rc = log_in(t, e)) != RC_OK)
		return rc;
	if (key_of(t->fake, what->label) != NULL)
		return err_set(e, RC_CONFIG, "token '%s' already has '%s'",
		    t->fake->label, what->label);
	put(t->fake, what->label, what->value);
	uri_of(t->fake, what->label, &b);
	*uri = mem_str(buf_cstr(&b));
	return RC_OK;
}

static struct token_item
item_of(const struct fake *f, const char *object, struct buf *uri)
{
	buf_clear(uri);
	uri_of(f, object, uri);
	return (struct token_item){
		.uri = buf_cstr(uri),
		.token = f->label,
		.model = "fake",
		.serial = f->serial,
		.object = object,
		.held = HELD_HMAC,
	};
}

static enum rc
fake_list(struct token *t, token_each *each, void *ctx, struct err *e)
{
	struct fake *f = t->fake;
	enum rc rc;

	rc = log_in(t, e);
	for (size_t i = 0; i < f->nkeys && rc == RC_OK; i++) {
		const char *label = f->keys[i].label;
		struct token_item item = item_of(f, label, &t->uri);

		if (t->object[0] == '\0' || strcmp(t->object, label) == 0)
			rc = each(ctx, &item, e);
	}
	return rc;
}

static enum rc
fake_remove(struct token *t, struct err *e)
{
	struct fake *f = t->fake;
	struct key *k = NULL;
	enum rc rc;

	rc = reach(t, &k, e);
	if (rc != RC_OK || k == NULL)
		return rc;
	secret_done(&k->value);
	*k = f->keys[--f->nkeys];
	return RC_OK;
}

static enum rc
fake_held(struct token *t, struct token_item *ret, struct err *e)
{
	(void)e;
	*ret = item_of(t->fake, t->object, &t->uri);
	return RC_OK;
}

static void
fake_cancel(struct token *t)
{
	atomic_store(&t->cancelled, true);
}

static void
fake_close(struct token *t)
{
	if (t == NULL)
		return;
	buf_done(&t->uri);
	mem_free(t);
}

static void
fake_end(void)
{
	for (size_t i = 0; i < ntokens; i++) {
		tokens[i]->logged_in = false;
		tokens[i]->refused = RC_OK;
	}
}

const struct token_ops fake_token = {
	.scheme = "fake",
	.open = fake_open,
	.mac = fake_mac,
	.import = fake_import,
	.list = fake_list,
	.remove = fake_remove,
	.held = fake_held,
	.cancel = fake_cancel,
	.close = fake_close,
	.end = fake_end,
};

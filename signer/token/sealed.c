/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/sealed.h"

#include <stdio.h>
#include <string.h>

#include "signer/base/mem.h"
#include "signer/base/pool.h"
#include "signer/crypto/crypto.h"
#include "signer/token/backends.h"
#include "signer/token/name.h"
#include "signer/token/sealed_store.h"
#include "signer/token/unsealing.h"

static const char scheme[] = "sealed:", source[] = "?pin-source=";

enum { WORDS_MAX = 512 };

struct token {
	const struct ask *ask;
	struct pool strings;
	const char *name;        /* NULL: all of them */
	struct sealed_file file; /* of that name; n == 0: there is none */
	enum rc unread;          /* RC_NOTFOUND, or RC_FORMAT: damaged */
	struct err why;          /* and what is said then */
	struct sealer by;        /* the token process's way to the seals */
	struct buf words;        /* what held() last said */
};

static void
sealed_close(struct token *t)
{
	if (t == NULL)
		return;
	if (t->by.token != NULL)
		t->by.ops->close(t->by.token);
	sealed_file_done(&t->file);
	buf_done(&t->words);
	pool_done(&t->strings);
	mem_free(t);
}

static void
sealed_closep(struct token **t)
{
	sealed_close(*t);
}

/* "fido:", with the source of the PIN that the URI names. */
static enum rc
open_sealer(struct token *t, const char *uri, struct err *e)
{
	const char *of = name_attribute(&t->strings, uri, "pin-source");
	const char *to = of != NULL
	                     ? pool_fmt(&t->strings, "fido:%s%s", source, of)
	                     : "fido:";

	t->by.ops = backends_find(to);
	if (t->by.ops == NULL || t->by.ops->unseal == NULL)
		return err_set(e, RC_UNSUPPORTED,
		    "this stskey-token opens no FIDO2 keys: install one that "
		    "does");
	return t->by.ops->open(to, t->ask, &t->by.token, e);
}

static enum rc
sealed_open(
    const char *uri, const struct ask *ask, struct token **ret, struct err *e)
{
	AUTO(sealed_closep) struct token *t = mem_new(1, sizeof(*t));
	const char *name = uri + strlen(scheme);
	enum rc rc = RC_OK;

	if (strncmp(uri, scheme, strlen(scheme)) != 0)
		return err_set(e, RC_CONFIG,
		    "a sealed secret is written 'sealed:NAME'; `stskey mfa "
		    "list` shows which there are");
	if (strchr(name, '?') != NULL &&
	    (strncmp(strchr(name, '?'), source, strlen(source)) != 0 ||
		strchr(name, '&') != NULL))
		return err_set(e, RC_CONFIG,
		    "after the name of a sealed secret nothing follows but "
		    "?pin-source=: take the rest out");
	t->ask = ask;
	t->words = BUF_INIT((size_t)SEALED_SEALS * WORDS_MAX);
	if (*name != '\0' && *name != '?') {
		t->name =
		    pool_add(&t->strings, BYTES(name, strcspn(name, "?")));
		rc = sealed_store_read(t->name, &t->file, e);
	}
	/* As with other tokens, what needs the object says what is wrong. */
	if (rc == RC_NOTFOUND || rc == RC_FORMAT) {
		t->unread = rc;
		t->why = *e;
		rc = RC_OK;
	}
	if (rc == RC_OK)
		rc = open_sealer(t, uri, e);
	if (rc == RC_OK)
		*ret = TAKE(t);
	return rc;
}

/* The object that the URI names, or a sentence why it has none. */
static enum rc
need_file(const struct token *t, struct err *e)
{
	if (t->name == NULL)
		return err_set(e, RC_CONFIG,
		    "'sealed:' names no secret: write sealed:NAME; `stskey mfa "
		    "list` shows which there are");
	if (t->file.n > 0)
		return RC_OK;
	*e = t->why;
	return t->unread;
}

static enum rc
sealed_mac(struct token *t, enum mac alg, const struct bytes *msgs, size_t n,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret key = { 0 };
	enum rc rc = need_file(t, e);

	if (rc != RC_OK)
		return rc;
	if (alg != t->file.mac)
		return err_set(e, RC_CONFIG,
		    "what is sealed as '%s' is %s: name another one", t->name,
		    t->file.mac == MAC_HMAC_SHA1 ? "the seed of an MFA device"
						 : "an access key");
	rc = unsealing_open(&t->file, &t->by, &key, e);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		crypto_openssl.mac(alg, secret_bytes(&key), msgs[i], &key);
	if (rc == RC_OK)
		secret_move(ret, &key);
	return rc;
}

static enum rc
fill(struct sealed_file *f, const struct token_import *what, struct err *e)
{
	const char *id = what->id != NULL ? what->id : "";

	if (strlen(id) >= sizeof(f->id))
		return err_set(e, RC_CONFIG,
		    "a name of more than %d bytes is not kept", SEALED_ID);
	(void)snprintf(f->name, sizeof(f->name), "%s", what->label);
	(void)snprintf(f->id, sizeof(f->id), "%s", id);
	f->mac = what->mac;
	return RC_OK;
}

enum rc
sealed_import(const struct sealer *by, const struct token_import *what,
    char **uri, struct err *e)
{
	AUTO(sealed_file_done) struct sealed_file f = { 0 };
	AUTO_BUF struct buf made = BUF_INIT(sizeof(scheme) + SEALED_NAME);
	enum rc rc = sealed_file_check_name(what->label, e);

	if (rc == RC_OK && what->value.len == 0)
		return err_set(e, RC_CONFIG, "an empty secret is not sealed");
	if (rc != RC_OK || (rc = fill(&f, what, e)) != RC_OK ||
	    (rc = sealed_store_free(f.name, e)) != RC_OK ||
	    (rc = sealed_store_ready(e)) != RC_OK ||
	    (rc = unsealing_add(&f, by, what->pin, what->value, e)) != RC_OK ||
	    /* A touch takes its time, and the name may be taken by now. */
	    (rc = sealed_store_free(f.name, e)) != RC_OK ||
	    (rc = sealed_store_write(&f, e)) != RC_OK)
		return rc;
	buf_str(&made, scheme);
	buf_str(&made, f.name);
	*uri = mem_str(buf_cstr(&made));
	return RC_OK;
}

static enum rc
sealed_import_here(
    struct token *t, const struct token_import *what, char **uri, struct err *e)
{
	return sealed_import(&t->by, what, uri, e);
}

enum rc
sealed_copy(struct token *t, const struct sealer *by, bool pin, struct err *e)
{
	AUTO_SECRET struct secret value = { 0 };
	enum rc rc;

	if ((rc = need_file(t, e)) != RC_OK ||
	    (rc = sealed_store_ready(e)) != RC_OK ||
	    (rc = unsealing_renew(&t->file, &t->by, &value, e)) != RC_OK ||
	    (rc = unsealing_add(&t->file, by, pin, secret_bytes(&value), e)) !=
		RC_OK)
		return rc;
	return sealed_store_write(&t->file, e);
}

/* "Yubico YubiKey FIDO (PIN), Solo 2" */
static const char *
devices(struct token *t)
{
	buf_clear(&t->words);
	for (size_t i = 0; i < t->file.n; i++)
		buf_fmt(&t->words, "%s%s%s", i > 0 ? ", " : "",
		    t->file.at[i].seal.device,
		    t->file.at[i].seal.pin ? " (PIN)" : "");
	return buf_cstr(&t->words);
}

static enum rc
sealed_held(struct token *t, struct token_item *ret, struct err *e)
{
	*ret = (struct token_item){
		.uri = scheme,
		.token = "sealed",
		.model = "",
		.serial = "",
		.object = "",
		.held = HELD_SEALED,
		.touch = true,
	};
	if (t->name == NULL)
		return RC_OK;
	if (t->file.n == 0)
		return need_file(t, e);
	ret->uri = pool_fmt(&t->strings, "%s%s", scheme, t->name);
	ret->token = t->file.at[0].seal.device;
	ret->model = devices(t);
	ret->object = t->name;
	ret->seals = t->file.n;
	ret->pin = t->file.at[t->file.n - 1].seal.pin;
	ret->id = t->file.id[0] != '\0' ? t->file.id : NULL;
	return RC_OK;
}

/* One that cannot be read does not hide the others. */
struct listing {
	struct token *t;
	token_each *each;
	void *ctx;
};

static enum rc
list_one(void *ctx, const char *name, struct err *e)
{
	struct listing *l = ctx;
	AUTO(sealed_closep) struct token *t = NULL;
	AUTO_POOL struct pool p = POOL_INIT;
	const char *uri = pool_fmt(&p, "%s%s", scheme, name);
	struct token_item item = { 0 };
	struct err why;
	enum rc rc = sealed_open(uri, l->t->ask, &t, &why);

	if (rc == RC_OK && t != NULL)
		rc = sealed_held(t, &item, &why);
	if (rc != RC_OK)
		item = (struct token_item){
			.uri = uri,
			.token = "sealed",
			.model = "",
			.serial = "",
			.object = name,
			.held = HELD_SEALED,
			.damage = why.msg,
		};
	return l->each(l->ctx, &item, e);
}

static enum rc
sealed_list(struct token *t, token_each *each, void *ctx, struct err *e)
{
	struct listing l = { t, each, ctx };

	return sealed_store_each(list_one, &l, e);
}

static enum rc
sealed_remove(struct token *t, struct err *e)
{
	enum rc rc = need_file(t, e);

	/* What is damaged serves nobody, and is in the way of its name. */
	return rc == RC_OK || rc == RC_FORMAT ? sealed_store_remove(t->name, e)
	                                      : rc;
}

static enum rc
sealed_present(struct token *t, const struct seal_list *unused,
    struct presence *ret, struct err *e)
{
	enum rc rc = need_file(t, e);

	(void)unused;
	return rc == RC_OK ? unsealing_present(&t->file, &t->by, ret, e) : rc;
}

static void
sealed_cancel(struct token *t)
{
	if (t->by.ops->cancel != NULL)
		t->by.ops->cancel(t->by.token);
}

static void
sealed_end(void)
{
	const struct token_ops *by = backends_find("fido:");

	unsealing_end();
	if (by != NULL && by->end != NULL)
		by->end();
}

const struct token_ops sealed_token = {
	.scheme = "sealed",
	.open = sealed_open,
	.mac = sealed_mac,
	.import = sealed_import_here,
	.list = sealed_list,
	.remove = sealed_remove,
	.present = sealed_present,
	.held = sealed_held,
	.cancel = sealed_cancel,
	.close = sealed_close,
	.end = sealed_end,
};

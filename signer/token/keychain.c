/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/keychain.h"

#include <pthread.h>
#include <string.h>

#include "signer/token/backends.h"
#include "signer/token/holds.h"
#include "signer/token/sealed.h"

/* The key that is open, for the watcher thread to cancel. */
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct key open_key;

static void
set_open(struct key k)
{
	(void)pthread_mutex_lock(&guard);
	open_key = k;
	(void)pthread_mutex_unlock(&guard);
}

static enum rc
no_backend(struct err *e)
{
	/* Not repeated: it may be a secret in a wrong place. */
	return err_set(e, RC_CONFIG,
	    "a key is named by a URI such as 'pkcs11:token=work;object=AKIA…' "
	    "or 'sealed:desk-key', and that is none");
}

enum rc
keychain_open(struct state *s, const char *uri, struct key *ret, struct err *e)
{
	struct key k = { .ops = backends_find(uri) };
	enum rc rc;

	if (k.ops == NULL)
		return no_backend(e);
	rc = holds_token(s, uri, e);
	if (rc == RC_OK)
		rc = k.ops->open(uri, &s->ask, &k.token, e);
	if (rc != RC_OK)
		return rc;
	set_open(k);
	*ret = k;
	return RC_OK;
}

static enum rc
unsupported(const struct key *k, const char *what, struct err *e)
{
	return err_set(e, RC_UNSUPPORTED, "a token of '%s:' cannot %s",
	    k->ops->scheme, what);
}

enum rc
keychain_mac(struct key *k, enum mac alg, struct bytes msg, struct secret *ret,
    struct err *e)
{
	AUTO_SECRET struct secret out = { 0 };
	size_t want = alg == MAC_HMAC_SHA1 ? SHA1_SIZE : SHA256_SIZE;
	enum rc rc;

	if (k->ops->mac == NULL)
		return unsupported(k, "compute an HMAC", e);
	rc = k->ops->mac(k->token, alg, &msg, 1, &out, e);
	if (rc != RC_OK)
		return rc;
	if (out.len != want)
		return err_set(e, RC_TOKEN,
		    "the token answered with %zu bytes where an HMAC has %zu; "
		    "its module is at fault",
		    out.len, want);
	secret_move(ret, &out);
	return RC_OK;
}

const char *
keychain_label(
    struct pool *p, const char *to, const char *access_key_id, int max)
{
	const struct token_ops *ops = backends_find(to);
	bool hidden = ops != NULL && ops->hidden != NULL;
	const char *label = pool_fmt(p, "%s%s%s", hidden ? ops->hidden : "",
	    hidden ? "aws-sigv4:" : "", access_key_id);

	return pool_fmt(p, "%.*s", max, label);
}

enum rc
keychain_import(
    struct key *k, const struct token_import *what, char **uri, struct err *e)
{
	const struct sealer by = { k->ops, k->token };

	if (k->ops->import != NULL)
		return k->ops->import(k->token, what, uri, e);
	if (k->ops->seal != NULL)
		return sealed_import(&by, what, uri, e);
	return unsupported(k, "take a secret in", e);
}

enum rc
keychain_list(struct key *k, token_each *each, void *ctx, struct err *e)
{
	if (k->ops->list == NULL)
		return unsupported(k, "list its keys", e);
	return k->ops->list(k->token, each, ctx, e);
}

enum rc
keychain_remove(struct key *k, struct err *e)
{
	if (k->ops->remove == NULL)
		return unsupported(k, "remove a key", e);
	return k->ops->remove(k->token, e);
}

static enum rc
look(const struct token_ops *ops, struct token *t, struct presence *ret,
    struct err *e)
{
	static const struct seal_list none = { 0 };

	ret->there = ops->present == NULL;
	return ret->there ? RC_OK : ops->present(t, &none, ret, e);
}

enum rc
keychain_present(
    struct state *s, const char *uri, struct presence *ret, struct err *e)
{
	const struct token_ops *ops = backends_find(uri);
	struct token *t = NULL;
	enum rc rc;

	*ret = (struct presence){ 0 };
	if (ops == NULL)
		return no_backend(e);
	rc = ops->open(uri, &s->ask, &t, e);
	if (rc == RC_OK)
		rc = look(ops, t, ret, e);
	ops->close(t);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc
keychain_copy(struct key *k, const struct key *to, bool pin, struct err *e)
{
	const struct sealer by = { to->ops, to->token };

	if (k->ops != &sealed_token)
		return unsupported(k, "give a key away to be copied", e);
	if (to->ops->seal == NULL)
		return unsupported(to, "seal one", e);
	return sealed_copy(k->token, &by, pin, e);
}

enum rc
keychain_held(struct key *k, struct token_item *ret, struct err *e)
{
	if (k->ops->held == NULL)
		return unsupported(k, "describe a key", e);
	return k->ops->held(k->token, ret, e);
}

void
keychain_close(struct key *k)
{
	if (k->ops == NULL)
		return;
	set_open(KEY_INIT);
	k->ops->close(k->token);
	*k = KEY_INIT;
}

void
keychain_cancel(void)
{
	(void)pthread_mutex_lock(&guard);
	if (open_key.ops != NULL && open_key.ops->cancel != NULL)
		open_key.ops->cancel(open_key.token);
	(void)pthread_mutex_unlock(&guard);
}

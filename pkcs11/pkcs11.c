/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/key.h"
#include "pkcs11/login.h"
#include "pkcs11/survey.h"
#include "signer/base/mem.h"

enum { MAX_URI = 4096 };

static void
pkcs11_close(struct token *t)
{
	if (t == NULL)
		return;
	buf_done(&t->uri_text);
	buf_done(&t->object_text);
	uri_done(&t->uri);
	mem_free(t);
}

static void
pkcs11_closep(struct token **t)
{
	pkcs11_close(*t);
}

enum rc
key_bind(struct token *t, struct err *e)
{
	struct module *m = NULL;
	enum rc rc;

	if (t->slot != NULL)
		return RC_OK;
	if ((rc = module_get(&t->uri, t->ask, &m, e)) != RC_OK)
		return rc;
	return slot_find(m, &t->uri, &t->slot, e);
}

enum rc
key_go_on(struct token *t, struct err *e)
{
	if (atomic_load(&t->cancelled) || t->ask->cancelled(t->ask->ctx))
		return err_set(e, RC_CANCELLED, "called off");
	return RC_OK;
}

enum rc
key_find(struct token *t, bool writable, struct err *e)
{
	enum rc rc;

	if ((rc = key_bind(t, e)) != RC_OK ||
	    (rc = login(t->slot, t->ask, t->uri.pin_source, writable, e)) !=
		RC_OK)
		return rc;
	if (t->key != CK_INVALID_HANDLE)
		return RC_OK;
	return find_key(t->slot, &t->uri, &t->key, e);
}

static enum rc
pkcs11_open(
    const char *uri, const struct ask *ask, struct token **ret, struct err *e)
{
	AUTO(pkcs11_closep) struct token *t = mem_new(1, sizeof(*t));
	enum rc rc;

	t->ask = ask;
	t->key = CK_INVALID_HANDLE;
	t->uri_text = BUF_INIT(MAX_URI);
	t->object_text = BUF_INIT(MAX_URI);
	if ((rc = uri_parse(uri, &t->uri, e)) != RC_OK)
		return rc;
	if (module_named(&t->uri, ask) && (rc = key_bind(t, e)) != RC_OK)
		return rc;
	*ret = TAKE(t);
	return RC_OK;
}

static void
pkcs11_cancel(struct token *t)
{
	atomic_store(&t->cancelled, true);
}

const struct token_ops pkcs11_token = {
	.scheme = "pkcs11",
	.open = pkcs11_open,
	.mac = key_mac,
	.import = key_import,
	.list = key_list,
	.remove = key_remove,
	.held = key_held,
	.survey = pkcs11_survey,
	.cancel = pkcs11_cancel,
	.close = pkcs11_close,
	.end = module_end,
};

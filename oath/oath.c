/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/account.h"
#include "oath/reader.h"
#include "oath/survey.h"
#include "signer/base/mem.h"

/*
 * The OATH applet of a YubiKey, and of what speaks as one, takes a secret of
 * 64 bytes in and gives the whole HMAC of a challenge: of SigV4's "AWS4" +
 * secret and the date, that is kDate.
 */

enum { TEXT_MAX = 1024 };

static void
oath_close(struct token *t)
{
	if (t == NULL)
		return;
	card_close(&t->card);
	buf_done(&t->uri_text);
	buf_done(&t->object_text);
	place_done(&t->place);
	mem_free(t);
}

static void
oath_closep(struct token **t)
{
	oath_close(*t);
}

static enum rc
oath_open(
    const char *uri, const struct ask *ask, struct token **ret, struct err *e)
{
	AUTO(oath_closep) struct token *t = mem_new(1, sizeof(*t));
	struct call_wait w = account_wait(t);
	enum rc rc;

	t->ask = w.ask = ask;
	t->uri_text = BUF_INIT(TEXT_MAX);
	t->object_text = BUF_INIT(TEXT_MAX);
	if ((rc = place_parse(uri, &t->place, e)) != RC_OK ||
	    (rc = reader_find(t->place.serial, &w, &t->card, e)) != RC_OK)
		return rc;
	*ret = TAKE(t);
	return RC_OK;
}

static void
oath_cancel(struct token *t)
{
	atomic_store(&t->cancelled, true);
}

static void
oath_end(void)
{
	access_forget();
	account_fresh = (struct fresh){ 0 };
	pcsc_end();
}

const struct token_ops oath_token = {
	.scheme = "oath",
	.hidden = "_hidden:",
	.open = oath_open,
	.mac = account_mac,
	.import = account_put,
	.list = account_list,
	.remove = account_remove,
	.held = account_held,
	.survey = oath_survey,
	.cancel = oath_cancel,
	.close = oath_close,
	.end = oath_end,
};

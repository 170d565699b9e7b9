/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "signer/base/pool.h"
#include "signer/token/acts.h"
#include "signer/token/backends.h"
#include "signer/token/keychain.h"

/* One object that is looked at by the members that every backend has. */
struct look {
	const char *uri;
	struct token_item item;
	struct presence found;
	struct pool strings;
};

static enum rc
add(void *ctx, const struct survey_item *item, [[maybe_unused]] struct err *e)
{
	static const char *const grades[] = { [SURVEY_OK] = "ok",
		[SURVEY_WARN] = "warn",
		[SURVEY_FAIL] = "fail" };
	struct message *m = ctx;
	char rc[16];

	(void)snprintf(rc, sizeof(rc), "%d", (int)item->rc);
	message_add_item(m, "items");
	message_set_item(m, "items", "what", item->what);
	message_set_item(m, "items", "grade", grades[item->grade]);
	message_set_item(m, "items", "rc", rc);
	message_set_item(m, "items", "text", item->text);
	if (item->mend != NULL)
		message_set_item(m, "items", "mend", item->mend);
	if (item->device != NULL && item->device[0] != '\0')
		message_set_item(m, "items", "device", item->device);
	if (item->uri != NULL)
		message_set_item(m, "items", "uri", item->uri);
	if (item->can != NULL) {
		message_set_item(m, "items", "can", item->can);
		message_set_item(m, "items", "how", item->how);
	}
	return RC_OK;
}

/* "sealed:desk, which Yubico YubiKey FIDO (PIN) opens, is plugged in" */
static enum rc
tell(struct look *l, struct message *m, struct err *e)
{
	const char *by =
	    l->item.model[0] != '\0' ? l->item.model : l->item.token;
	const struct survey_item item = {
		.what = l->item.held == HELD_SEALED ? "sealed" : "token",
		.grade = l->found.there ? SURVEY_OK : SURVEY_WARN,
		.text = pool_fmt(&l->strings, "%s: %s %s", l->item.uri, by,
		    l->found.there ? "is plugged in"
				   : "is not plugged in: plug it in"),
		.device = l->found.device,
	};

	return add(m, &item, e);
}

/* What a backend without a look of its own tells of one object. */
static enum rc
look(struct state *s, const struct token_ops *ops, struct look *l,
    struct message *m, struct err *e)
{
	struct token *t = NULL;
	enum rc rc;

	if (ops->held == NULL)
		return RC_OK;
	rc = ops->open(l->uri, &s->ask, &t, e);
	if (rc == RC_OK)
		rc = ops->held(t, &l->item, e);
	if (rc == RC_OK)
		rc = keychain_present(s, l->uri, &l->found, e);
	if (rc == RC_OK)
		rc = tell(l, m, e);
	ops->close(t);
	return rc;
}

enum rc
act_survey(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("surveyed");
	struct look l = { .uri = message_str(request, "uri") };
	const struct token_ops *ops = backends_find(l.uri);
	struct state *s = state_get();
	enum rc rc;

	s->h = h;
	if (ops == NULL)
		return err_set(e, RC_CONFIG,
		    "no kind of token has URIs like that one: correct it");
	rc = ops->survey != NULL ? ops->survey(l.uri, &s->ask, add, m, e)
	                         : look(s, ops, &l, m, e);
	pool_done(&l.strings);
	if (rc == RC_OK)
		*reply = TAKE(m);
	return rc;
}

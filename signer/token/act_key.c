/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "signer/crypto/warm.h"
#include "signer/token/acts.h"
#include "signer/token/backends.h"
#include "signer/token/holds.h"
#include "signer/token/item_words.h"
#include "signer/token/keychain.h"
#include "signer/token/offer.h"
#include "signer/token/signing_key.h"

enum rc
act_describe(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_KEY struct key k = KEY_INIT;
	struct state *s = state_get();
	struct token_item item = { 0 };
	struct message *m;
	enum rc rc;

	s->h = h;
	rc = keychain_open(s, message_str(request, "key"), &k, e);
	if (rc == RC_OK)
		rc = keychain_held(&k, &item, e);
	if (rc != RC_OK)
		return rc;
	m = message_new("described");
	message_set_str(m, "algorithm", item_algorithm(item.held));
	message_set_str(m, "held", item_held(item.held));
	message_set_str(m, "uri", item.uri);
	message_set_str(m, "token", item.token);
	message_set_str(m, "model", item.model);
	message_set_str(m, "serial", item.serial);
	message_set_str(m, "object", item.object);
	message_set_bool(m, "touch", item.touch);
	message_set_bool(m, "extractable", item.extractable);
	message_set_int(m, "seals", (int64_t)item.seals);
	*reply = m;
	return RC_OK;
}

static enum rc
add_item(
    void *ctx, const struct token_item *item, [[maybe_unused]] struct err *e)
{
	struct message *m = ctx;
	char seals[24];

	(void)snprintf(seals, sizeof(seals), "%zu", item->seals);
	message_add_item(m, "items");
	message_set_item(m, "items", "uri", item->uri);
	message_set_item(m, "items", "token", item->token);
	message_set_item(m, "items", "model", item->model);
	message_set_item(m, "items", "serial", item->serial);
	message_set_item(m, "items", "object", item->object);
	message_set_item(m, "items", "held", item_held(item->held));
	message_set_item(
	    m, "items", "extractable", item->extractable ? "yes" : "no");
	message_set_item(m, "items", "seals", seals);
	if (item->id != NULL)
		message_set_item(m, "items", "id", item->id);
	if (item->damage != NULL)
		message_set_item(m, "items", "damage", item->damage);
	return RC_OK;
}

enum rc
act_list(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("listed");
	AUTO_KEY struct key k = KEY_INIT;
	struct state *s = state_get();
	enum rc rc;

	s->h = h;
	rc = keychain_open(s, message_str(request, "uri"), &k, e);
	if (rc == RC_OK)
		rc = keychain_list(&k, add_item, m, e);
	if (rc == RC_OK)
		*reply = TAKE(m);
	return rc;
}

enum rc
act_remove(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_KEY struct key k = KEY_INIT;
	struct state *s = state_get();
	enum rc rc;

	s->h = h;
	rc = keychain_open(s, message_str(request, "key"), &k, e);
	if (rc == RC_OK)
		rc = keychain_remove(&k, e);
	if (rc == RC_OK)
		*reply = message_new("ok");
	return rc;
}

void
acts_begin(const struct token_ops *const *backends)
{
	crypto_end_at_once();
	backends_use(backends);
}

void
acts_end(void)
{
	signing_key_done();
	offer_done();
	backends_end();
	holds_done();
	state_done();
}

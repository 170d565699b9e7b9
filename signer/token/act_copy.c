/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/acts.h"
#include "signer/token/item_words.h"
#include "signer/token/keychain.h"
#include "signer/token/state.h"

static enum rc
reply_of(struct key *k, bool pin, struct message **reply, struct err *e)
{
	struct token_item item = { 0 };
	enum rc rc = keychain_held(k, &item, e);

	if (rc != RC_OK)
		return rc;
	*reply = message_new("imported");
	message_set_str(*reply, "uri", item.uri);
	message_set_str(*reply, "held", item_held(item.held));
	message_set_str(*reply, "token", item.model);
	message_set_str(*reply, "serial", item.serial);
	message_set_str(*reply, "warning", item_warning(&item, pin));
	return RC_OK;
}

enum rc
act_copy(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_KEY struct key k = KEY_INIT;
	struct state *s = state_get();
	enum rc rc;
	bool pin;

	s->h = h;
	pin = message_bool(request, "pin");
	rc = keychain_open(s, message_str(request, "key"), &k, e);
	if (rc == RC_OK) {
		AUTO_KEY struct key to = KEY_INIT;

		rc = keychain_open(s, message_str(request, "to"), &to, e);
		if (rc == RC_OK)
			rc = keychain_copy(&k, &to, pin, e);
	}
	return rc == RC_OK ? reply_of(&k, pin, reply, e) : rc;
}

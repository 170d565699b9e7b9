/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "signer/aws/sts.h"
#include "signer/base/mem.h"
#include "signer/crypto/crypto.h"
#include "signer/store/lock.h"
#include "signer/token/acts.h"
#include "signer/token/entry.h"
#include "signer/token/item_words.h"
#include "signer/token/keychain.h"
#include "signer/token/name.h"
#include "signer/token/plain.h"
#include "signer/token/qr.h"

/* A CanoKey takes no more than eight bytes, as a time step has. */
enum { LABEL_MAX = 40, PROOF_SIZE = 8, OFFERED_MAX = 4096 };

static enum rc
source_of(const char *from, enum entry_from *ret, struct err *e)
{
	static const struct {
		const char *word;
		enum entry_from from;
	} words[] = {
		{ "prompt", ENTRY_PROMPT },
		{ "stdin", ENTRY_STDIN },
		{ "csv", ENTRY_CSV },
		{ "credentials", ENTRY_CREDENTIALS },
		{ "offer", ENTRY_OFFER },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, from) == 0) {
			*ret = words[i].from;
			return RC_OK;
		}
	return err_set(e, RC_HELPER,
	    "'%s' is no source of a secret: install stskey and its helpers "
	    "from one version",
	    from);
}

static enum rc
check_source(const struct entry_request *r, struct err *e)
{
	if (r->seed && (r->from == ENTRY_CSV || r->from == ENTRY_CREDENTIALS))
		return err_set(e, RC_USAGE,
		    "a seed is typed, or given as a line on standard input");
	if (!r->seed && r->from == ENTRY_OFFER)
		return err_set(e, RC_USAGE,
		    "only the seed of an MFA device comes from an offer: give "
		    "a key another way");
	return RC_OK;
}

static enum rc
request_of(const struct message *m, struct entry_request *r,
    struct buf *offered, struct err *e)
{
	const char *what = message_str(m, "what");
	enum rc rc = source_of(message_str(m, "from"), &r->from, e);

	if (rc == RC_OK)
		rc = message_bytes(m, "offered", offered, e);
	if (rc != RC_OK)
		return rc;
	r->offered = buf_bytes(offered);
	r->seed = strcmp(what, "seed") == 0;
	if (!r->seed && strcmp(what, "key") != 0)
		return err_set(e, RC_HELPER,
		    "'%s' cannot be imported: install stskey and its helpers "
		    "from one version",
		    what);
	r->path = message_str(m, "path");
	r->profile = message_str(m, "profile");
	r->access_key_id = message_str(m, "access_key_id");
	r->serial = message_str(m, "serial_number");
	rc = check_source(r, e);
	if (rc != RC_OK)
		return rc;
	if (r->seed && r->serial == NULL)
		return err_set(e, RC_USAGE,
		    "give the serial number of the MFA device: --serial-number "
		    "ARN");
	if (r->seed)
		rc = sts_check_serial(BYTES_STR(r->serial), e);
	/* Nobody types a secret for an access key id that is none. */
	else if (r->access_key_id != NULL)
		rc = sts_check_access_key_id(BYTES_STR(r->access_key_id), e);
	return rc;
}

/* The one given, else that of the access key, else mfa- and the device. */
static enum rc
label_of(struct pool *p, const struct message *m, const struct entry_request *r,
    const struct entry *entry, const char **ret, struct err *e)
{
	const char *label = message_str(m, "label");
	const char *slash;

	if (label != NULL && label[0] != '\0') {
		*ret = label;
		if (strlen(label) > LABEL_MAX ||
		    strcmp(name_printable(p, label), label) != 0)
			return err_set(e, RC_CONFIG,
			    "a label is up to %d printable bytes", LABEL_MAX);
		return RC_OK;
	}
	if (!r->seed) {
		*ret = keychain_label(
		    p, message_str(m, "to"), entry->access_key_id, LABEL_MAX);
		return RC_OK;
	}
	slash = strrchr(r->serial, '/');
	*ret = pool_fmt(p, "mfa-%.*s", LABEL_MAX - 4,
	    slash != NULL ? slash + 1 : r->serial);
	return RC_OK;
}

/* The token's HMAC of something new is the one of the secret in hand. */
static enum rc
prove(struct key *k, enum mac alg, struct bytes value, struct err *e)
{
	AUTO_SECRET struct secret ours = { 0 }, theirs = { 0 };
	uint8_t msg[PROOF_SIZE];
	enum rc rc;

	if (getrandom(msg, sizeof(msg), 0) != (ssize_t)sizeof(msg))
		return err_sys(e, "cannot draw random bytes");
	rc = keychain_mac(k, alg, BYTES(msg, sizeof(msg)), &theirs, e);
	if (rc != RC_OK)
		return rc;
	crypto_openssl.mac(alg, value, BYTES(msg, sizeof(msg)), &ours);
	if (!secret_eq(&ours, secret_bytes(&theirs)))
		return err_set(e, RC_TOKEN,
		    "the token computes something else than the HMAC of the "
		    "secret it was given");
	return RC_OK;
}

/* What does not work is not left behind. */
static enum rc
undo(struct state *s, const char *uri, enum rc rc, struct err *e)
{
	AUTO_KEY struct key k = KEY_INIT;
	struct err why;
	enum rc undone = keychain_open(s, uri, &k, &why);

	if (undone == RC_OK)
		undone = keychain_remove(&k, &why);
	return err_in(e, rc,
	    undone == RC_OK ? "the import failed and was undone"
			    : "the import failed, and the object stays on the "
			      "token; remove "
			      "it with `stskey key remove`");
}

static void
warn(struct message *m, const char *one, const char *two)
{
	AUTO_POOL struct pool p = POOL_INIT;

	message_set_str(m, "warning",
	    one != NULL && two != NULL ? pool_fmt(&p, "%s; %s", one, two)
	    : one != NULL              ? one
				       : two);
}

static enum rc
reply_of(struct key *k, const struct token_import *what,
    const struct entry *entry, const char *uri, struct message **reply,
    struct err *e)
{
	struct token_item item = { 0 };
	struct message *m;
	enum rc rc = keychain_held(k, &item, e);

	if (rc != RC_OK)
		return rc;
	m = message_new("imported");
	message_set_str(m, "uri", uri);
	message_set_str(m, "held", item_held(item.held));
	message_set_str(m, "token", item.token);
	message_set_str(m, "serial", item.serial);
	message_set_str(m, "access_key_id", entry->access_key_id);
	warn(m, entry->warning, item_warning(&item, what->pin));
	*reply = m;
	return RC_OK;
}

/* It is there; the proof, and what is told of it. */
static enum rc
finish(struct state *s, const char *uri, const struct token_import *what,
    const struct entry *entry, struct message **reply, struct err *e)
{
	enum rc rc;

	{
		AUTO_KEY struct key k = KEY_INIT;

		rc = keychain_open(s, uri, &k, e);
		if (rc == RC_OK)
			rc = prove(
			    &k, what->mac, secret_bytes(&entry->value), e);
		if (rc == RC_OK)
			rc = reply_of(&k, what, entry, uri, reply, e);
	}
	return rc == RC_OK ? rc : undo(s, uri, rc, e);
}

static enum rc
put(struct state *s, const char *to, const struct token_import *what,
    char **uri, struct err *e)
{
	AUTO_KEY struct key k = KEY_INIT;
	enum rc rc = keychain_open(s, to, &k, e);

	return rc == RC_OK ? keychain_import(&k, what, uri, e) : rc;
}

static bool
names_module(struct pool *p, const char *uri)
{
	return name_attribute(p, uri, "module-name") != NULL ||
	       name_attribute(p, uri, "module-path") != NULL;
}

/* On the token, and proven to be what was in hand. */
static enum rc
import(struct state *s, const char *to, const struct token_import *what,
    const struct entry *entry, struct message **reply, struct err *e)
{
	AUTO_MEM char *uri = NULL;
	enum rc rc = put(s, to, what, &uri, e);

	return rc == RC_OK ? finish(s, uri, what, entry, reply, e) : rc;
}

enum rc
act_import(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_ENTRY struct entry entry = { 0 };
	const char *to = message_str(request, "to");
	struct state *s = state_get();
	AUTO_BUF struct buf offered = BUF_INIT(OFFERED_MAX);
	struct entry_request r = { .from = ENTRY_PROMPT };
	struct token_import what = { 0 };
	enum rc rc = request_of(request, &r, &offered, e);

	s->h = h;
	what.search = s->module == NULL && !names_module(&p, to);
	if (rc == RC_OK)
		rc = entry_read(s, &r, &p, &entry, e);
	if (rc == RC_OK)
		rc = label_of(&p, request, &r, &entry, &what.label, e);
	if (rc == RC_OK && r.seed && message_bool(request, "show"))
		rc = qr_show(s, secret_bytes(&entry.value), r.serial, e);
	if (rc != RC_OK)
		return rc;
	what.mac = r.seed ? MAC_HMAC_SHA1 : MAC_HMAC_SHA256;
	what.pin = message_bool(request, "pin");
	what.no_touch = message_bool(request, "no_touch");
	what.id = r.seed ? r.serial : entry.access_key_id;
	what.value = secret_bytes(&entry.value);
	return import(s, to, &what, &entry, reply, e);
}

/* Two edits at a time would lose one of them. */
static enum rc
lock_credentials(const struct state *s, struct lock *ret, struct err *e)
{
	const struct lock_wait w = {
		.profile = s->profile != NULL ? s->profile : "",
		.program = s->caller != NULL ? s->caller : "",
		.deadline_ms = s->patience.deadline_ms,
		.cancelled = s->patience.cancelled,
		.ctx = s->patience.ctx,
	};

	return lock_take(ret, "credentials", &w, e);
}

/* wire/schema.c cannot say which members go with which action. */
static enum rc
edit_credentials(const struct message *m, const char *action, struct err *e)
{
	const char *path = message_str(m, "path");
	const char *profile = message_str(m, "profile");
	const struct temporary t = {
		.access_key_id = message_str(m, "access_key_id"),
		.secret_access_key = message_str(m, "secret_access_key"),
		.session_token = message_str(m, "session_token"),
	};

	if (strcmp(action, "remove") == 0)
		return plain_remove(path, profile, t.access_key_id, e);
	if (strcmp(action, "write") == 0 && t.secret_access_key != NULL &&
	    t.session_token != NULL)
		return plain_write(path, profile, &t, e);
	return err_set(e, RC_HELPER,
	    "'%s' is no edit of a credentials file: install stskey and its "
	    "helpers from one version",
	    action);
}

enum rc
act_credentials_edit(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	AUTO_LOCK struct lock lock = LOCK_INIT;
	struct state *s = state_get();
	enum rc rc;

	s->h = h;
	rc = lock_credentials(s, &lock, e);
	if (rc == RC_OK)
		rc = edit_credentials(
		    request, message_str(request, "action"), e);
	if (rc == RC_OK)
		*reply = message_new("ok");
	return rc;
}

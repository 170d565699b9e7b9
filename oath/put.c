/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "oath/account.h"
#include "signer/base/mem.h"

enum { LABEL_MAX = 40 }; /* as the contract has it */

static enum rc
check_request(
    const struct token *t, const struct token_import *what, struct err *e)
{
	size_t len = strlen(what->label);

	if (t->place.name != NULL)
		return err_set(e, RC_CONFIG,
		    "the URI names an entry, but an import goes to a key: "
		    "leave name= out and choose the name with --label");
	if (len == 0 || len > LABEL_MAX)
		return err_set(e, RC_USAGE,
		    "the label of a key has 1 to %d bytes", LABEL_MAX);
	if (what->value.len == 0)
		return err_set(e, RC_USAGE, "there is no secret to import");
	return RC_OK;
}

/* What is longer than a block of the hash is hashed first (RFC 2104). */
static enum rc
shorten(const struct token_import *what, struct secret *ret, struct err *e)
{
	const EVP_MD *md =
	    what->mac == MAC_HMAC_SHA1 ? EVP_sha1() : EVP_sha256();
	AUTO_SECRET struct secret key = { 0 };
	unsigned int len = 0;

	if (what->value.len <= OATH_KEY_MAX) {
		secret_set(ret, what->value);
		return RC_OK;
	}
	secret_new(&key, SHA256_SIZE);
	if (EVP_Digest(what->value.p, what->value.len, key.p, &len, md, NULL) !=
	    1)
		return err_set(e, RC_SYS, "OpenSSL cannot hash");
	secret_cut(&key, len);
	secret_move(ret, &key);
	return RC_OK;
}

/*
 * YubiKeys of firmware 4.0 to 4.3.4 put an entry over one whose name begins
 * in the same way.
 */
static bool
confuses_names(const struct card *c)
{
	int n = c->version[0] * 10000 + c->version[1] * 100 + c->version[2];

	return n >= 40000 && n <= 40304;
}

static bool
begins_alike(struct bytes a, struct bytes b)
{
	return memcmp(a.p, b.p, a.len < b.len ? a.len : b.len) == 0;
}

static enum rc
is_there(const struct card *c, const char *label, struct err *e)
{
	return err_set(e, RC_CONFIG,
	    "the key with serial %s has an entry '%s' already, which was left "
	    "as it is: choose another name with --label, or `stskey key "
	    "remove` it first",
	    c->serial, label);
}

/* An entry is overwritten without a word: so look first. */
static enum rc
check_free(struct token *t, const char *label, struct err *e)
{
	struct call_wait w = account_wait(t);
	struct applet_entry entry = { 0 };
	struct bytes answer;
	unsigned int sw = 0;
	struct apdu a;
	bool bad = false;
	enum rc rc;

	applet_list(&a, t->card.out.p);
	if ((rc = card_send(&t->card, &a, &w, &sw, &answer, e)) != RC_OK ||
	    (rc = card_refused(&t->card, sw, e)) != RC_OK)
		return rc;
	while (applet_next_listed(&answer, &entry, &bad)) {
		if (bytes_is(entry.name, label))
			return is_there(&t->card, label, e);
		if (confuses_names(&t->card) &&
		    begins_alike(entry.name, BYTES_STR(label)))
			return err_set(e, RC_CONFIG,
			    "firmware %d.%d.%d would put '%s' over '%.*s', "
			    "which begins alike: choose another --label",
			    t->card.version[0], t->card.version[1],
			    t->card.version[2], label, (int)entry.name.len,
			    (const char *)entry.name.p);
	}
	return bad ? card_nonsense(&t->card, e) : RC_OK;
}

static enum rc
put(struct token *t, const struct token_import *what, struct bytes key,
    struct err *e)
{
	enum oath_algorithm algorithm =
	    what->mac == MAC_HMAC_SHA1 ? OATH_SHA1 : OATH_SHA256;
	struct call_wait w = account_wait(t);
	struct bytes answer;
	unsigned int sw = 0;
	struct apdu a;
	enum rc rc;

	applet_put(&a, t->card.out.p, BYTES_STR(what->label), algorithm, key,
	    !what->no_touch);
	rc = card_send(&t->card, &a, &w, &sw, &answer, e);
	explicit_bzero(t->card.out.p, t->card.out.cap);
	if (rc != RC_OK)
		return rc;
	if (sw == SW_INVALID)
		return is_there(&t->card, what->label, e);
	if (!what->no_touch && (sw == SW_BAD || sw == SW_NO_INS))
		return err_set(e, RC_UNSUPPORTED,
		    "'%s' (firmware %d.%d.%d) takes no entry that wants a "
		    "touch (YubiKeys do from 4.2.6 on): use another key, or "
		    "accept that any program can use it with --no-touch",
		    t->card.name, t->card.version[0], t->card.version[1],
		    t->card.version[2]);
	return card_refused(&t->card, sw, e);
}

static enum rc
store(struct token *t, const struct token_import *what, struct err *e)
{
	AUTO_SECRET struct secret key = { 0 };
	enum rc rc = shorten(what, &key, e);

	if (rc != RC_OK || (rc = account_begin(t, e)) != RC_OK)
		return rc;
	rc = check_free(t, what->label, e);
	if (rc == RC_OK)
		rc = put(t, what, secret_bytes(&key), e);
	card_end(&t->card);
	return rc;
}

enum rc
account_put(
    struct token *t, const struct token_import *what, char **uri, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(1024);
	struct fresh *f = &account_fresh;
	enum rc rc;

	if ((rc = account_go_on(t, e)) != RC_OK ||
	    (rc = check_request(t, what, e)) != RC_OK ||
	    (rc = store(t, what, e)) != RC_OK)
		return rc;
	*f = (struct fresh){ .touch = !what->no_touch };
	(void)snprintf(f->serial, sizeof(f->serial), "%s", t->card.serial);
	(void)snprintf(f->name, sizeof(f->name), "%s", what->label);
	place_uri(t->card.serial, what->label, what->no_touch, &text);
	*uri = mem_str(buf_cstr(&text));
	return RC_OK;
}

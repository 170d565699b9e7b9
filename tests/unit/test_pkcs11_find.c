/* SPDX-License-Identifier: Apache-2.0 */
/* URIs that mean no token, or several; keys that share a label. */
#include "tests/unit/pkcs11_raw.h"
#include "tests/unit/pkcs11_world.h"

#define MODULE "?module-path=" SOFTHSM_MODULE

static CK_BYTE next_id = 1;

/* A key "twin", readable by who is logged in, with an id of its own. */
static void
make_twin(CK_FUNCTION_LIST *fn, CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	char label[] = "twin", value[] = WORLD_VALUE;
	CK_ATTRIBUTE attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &raw_yes, sizeof(raw_yes) },
		{ CKA_PRIVATE, &raw_yes, sizeof(raw_yes) },
		{ CKA_SENSITIVE, &raw_no, sizeof(raw_no) },
		{ CKA_EXTRACTABLE, &raw_yes, sizeof(raw_yes) },
		{ CKA_SIGN, &raw_yes, sizeof(raw_yes) },
		{ CKA_LABEL, label, strlen(label) },
		{ CKA_ID, &next_id, sizeof(next_id) },
		{ CKA_VALUE, value, strlen(value) },
	};
	CK_OBJECT_HANDLE key;

	CHECK_EQ(fn->C_CreateObject(session, attrs, 10, &key), CKR_OK);
	next_id++;
}

static enum rc
try_open(struct world *w, const char *uri)
{
	struct token *t = NULL;
	enum rc rc = pkcs11_token.open(uri, &w->ask, &t, &w->e);

	pkcs11_token.close(t);
	return rc;
}

static void
no_such_token(struct world *w)
{
	CHECK_EQ(try_open(w, "pkcs11:token=absent" MODULE), RC_NOTFOUND);
	world_said(w, "token=absent");
	world_said(w, "'work' (serial ");
	world_said(w, "'twins' (serial ");
	CHECK_EQ(
	    try_open(w, "pkcs11:token=work;serial=00" MODULE), RC_NOTFOUND);
}

/* One token in two slots is one, and its URI needs no serial number. */
static void
two_slots(struct world *w)
{
	const char *work = world_lie(w, "two-slots", "pkcs11:token=work");
	struct token_item item;
	struct token *t = world_open(w, work);

	CHECK_EQ(pkcs11_token.held(t, &item, &w->e), RC_OK);
	CHECK(strncmp(item.uri, "pkcs11:token=work?", 18) == 0);
	pkcs11_token.close(t);
	CHECK_EQ(world_import(w, work, "in-one-of-two"), RC_OK);
	CHECK_EQ(world_mac(w, world_lie(w, "two-slots",
				  "pkcs11:token=work;object=in-one-of-two")),
	    RC_OK);
	/* Two that are called the same are two. */
	CHECK_EQ(try_open(w, world_lie(w, "two-slots", "pkcs11:token=twins")),
	    RC_CONFIG);
}

struct serials {
	char serial[2][17];
	size_t n;
};

/* "'twins' (serial X), 'twins' (serial Y)" in the sentence. */
static struct serials
serials_in(const char *say)
{
	struct serials s = { .n = 0 };

	while (s.n < 2 && (say = strstr(say, "(serial ")) != NULL) {
		say += strlen("(serial ");
		(void)snprintf(s.serial[s.n++], sizeof(s.serial[0]), "%.*s",
		    (int)strcspn(say, ")"), say);
	}
	return s;
}

static void
two_such_tokens(struct world *w)
{
	struct token_item item;
	struct serials s;
	struct token *t;

	CHECK_EQ(try_open(w, "pkcs11:token=twins" MODULE), RC_CONFIG);
	world_said(w, "serial=");
	s = serials_in(w->e.msg);
	CHECK_EQ(s.n, 2);
	CHECK(strcmp(s.serial[0], s.serial[1]) != 0);
	CHECK_EQ(try_open(w, "pkcs11:model=SoftHSM%20v2" MODULE), RC_CONFIG);
	for (size_t i = 0; i < 2; i++) {
		const char *uri = pool_fmt(&w->strings,
		    "pkcs11:token=twins;serial=%s?module-name=softhsm2",
		    s.serial[i]);
		t = world_open(w, uri);
		CHECK_EQ(pkcs11_token.held(t, &item, &w->e), RC_OK);
		CHECK(strcmp(item.serial, s.serial[i]) == 0);
		/* The canonical URI has the serial, as it must. */
		CHECK(strcmp(item.uri, uri) == 0);
		pkcs11_token.close(t);
	}
	/* And has none where the label is enough. */
	t = world_open(w, "pkcs11:token=work" MODULE);
	CHECK_EQ(pkcs11_token.held(t, &item, &w->e), RC_OK);
	CHECK(strcmp(item.uri, "pkcs11:token=work?module-name=softhsm2") == 0);
	pkcs11_token.close(t);
}

static void
two_such_keys(struct world *w)
{
	CHECK_EQ(
	    world_mac(w, "pkcs11:token=work;object=twin" MODULE), RC_CONFIG);
	world_said(w, "id=%01");
	world_said(w, "id=%02");
	CHECK_EQ(
	    world_remove(w, "pkcs11:token=work;object=twin" MODULE), RC_CONFIG);
	CHECK_EQ(
	    world_mac(w, "pkcs11:token=work;object=twin;id=%02" MODULE), RC_OK);
	CHECK_EQ(world_mac(w, "pkcs11:token=work;id=%01" MODULE), RC_OK);
	CHECK_EQ(world_mac(w, "pkcs11:token=work;id=%09" MODULE), RC_NOTFOUND);
}

static void
no_such_key(struct world *w)
{
	CHECK_EQ(
	    world_mac(w, "pkcs11:token=work;object=none" MODULE), RC_NOTFOUND);
	world_said(w, "object=none");
	world_said(w, "'twin'"); /* what there is instead */
}

struct listed {
	char uri[2][256];
	size_t n;
};

static enum rc
collect(void *ctx, const struct token_item *item, struct err *e)
{
	struct listed *l = ctx;

	(void)e;
	CHECK(l->n < 2);
	CHECK(item->extractable); /* honestly */
	(void)snprintf(l->uri[l->n++], sizeof(l->uri[0]), "%s", item->uri);
	return RC_OK;
}

/* Each listed URI means its own key. */
static void
lists_twins_apart(struct world *w)
{
	struct token *t = world_open(w, "pkcs11:token=work" MODULE);
	struct listed l = { .n = 0 };

	CHECK_EQ(pkcs11_token.list(t, collect, &l, &w->e), RC_OK);
	pkcs11_token.close(t);
	CHECK_EQ(l.n, 2);
	CHECK(strcmp(l.uri[0], l.uri[1]) != 0);
	for (size_t i = 0; i < 2; i++)
		CHECK_EQ(world_mac(w, l.uri[i]), RC_OK);
}

typedef void scene(struct world *w);

int
main(void)
{
	static scene *const scenes[] = { no_such_token, two_such_tokens,
		two_such_keys, no_such_key, lists_twins_apart, two_slots };
	struct world w;

	softhsm_init();
	softhsm_token("work");
	softhsm_token("twins");
	softhsm_token("twins");
	raw_make("work", make_twin);
	raw_make("work", make_twin);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		world_init(&w);
		scenes[i](&w);
		world_done(&w);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Modules that are not there, do not load, do not start, or lie. */
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/pkcs11_world.h"

#define KEY "pkcs11:token=work;object=key"

static enum rc
open_with(struct world *w, const char *query)
{
	struct token *t = NULL;
	enum rc rc = pkcs11_token.open(
	    pool_fmt(&w->strings, "%s%s", KEY, query), &w->ask, &t, &w->e);

	pkcs11_token.close(t);
	return rc;
}

static void
not_there(struct world *w)
{
	CHECK_EQ(open_with(w, "?module-name=nonesuch"), RC_CONFIG);
	world_said(w, "'nonesuch'");
	world_said(w, "softhsm2"); /* what there is instead */
	CHECK_EQ(open_with(w, "?module-name=..%2Fsofthsm2"), RC_CONFIG);
	CHECK_EQ(open_with(w, "?module-path=/nonesuch.so"), RC_CONFIG);
	world_said(w, "/nonesuch.so");
	CHECK_EQ(open_with(w, "?module-path=libsofthsm2.so"), RC_CONFIG);
	world_said(w, "absolute");
}

static void
not_a_module(struct world *w)
{
	CHECK_EQ(open_with(w, "?module-path=/etc/passwd"), RC_CONFIG);
	world_said(w, "cannot be loaded");
	world_said(w, "`ldd /etc/passwd`"); /* what to do next */
	CHECK_EQ(
	    open_with(w, "?module-path=/usr/lib/x86_64-linux-gnu/libm.so.6"),
	    RC_CONFIG);
	world_said(w, "C_GetFunctionList");
}

static void
none_named(struct world *w)
{
	AUTO_SECRET struct secret out = { 0 };
	struct bytes msg = BYTES_STR("x");
	struct token *t = world_open(w, KEY);
	struct token_item item;

	CHECK_EQ(pkcs11_token.mac(t, MAC_HMAC_SHA256, &msg, 1, &out, &w->e),
	    RC_CONFIG);
	world_said(w, "stskey_pkcs11_module");
	CHECK_EQ(pkcs11_token.held(t, &item, &w->e), RC_CONFIG);
	pkcs11_token.close(t);
	/* The profile's module, by name and by path. */
	w->ask.module = "softhsm2";
	CHECK_EQ(world_mac(w, KEY), RC_OK);
	w->ask.module = SOFTHSM_MODULE;
	CHECK_EQ(world_mac(w, KEY), RC_OK);
	/* The URI's own goes first. */
	CHECK_EQ(open_with(w, "?module-name=nonesuch"), RC_CONFIG);
}

static void
does_not_start(struct world *w)
{
	CHECK_EQ(
	    world_mac(w, world_lie(w, "no-function-list", KEY)), RC_CONFIG);
	world_said(w, "does not give its functions");
	CHECK_EQ(world_mac(w, world_lie(w, "needs-reserved", KEY)), RC_TOKEN);
	world_said(w, "x-init-reserved");
	CHECK_EQ(world_mac(w, world_lie(w, "init-fails", KEY)), RC_TOKEN);
	world_said(w, "CKR_GENERAL_ERROR");
	w->person.gone = true;
	CHECK_EQ(world_mac(w, world_lie(w, "init-fails", KEY)), RC_CANCELLED);
}

static void
starts_at_last(struct world *w)
{
	CHECK_EQ(world_mac(w, world_lie(w, "init-fails-twice", KEY)), RC_OK);
}

static void
macs_of_wrong_length(struct world *w)
{
	CHECK_EQ(world_mac(w, world_lie(w, "short-mac", KEY)), RC_TOKEN);
	world_said(w, "wrong length");
	CHECK_EQ(world_mac(w, world_lie(w, "long-mac", KEY)), RC_TOKEN);
	world_said(w, "wrong length");
	/* A failed operation does not stand in the way of the next. */
	CHECK_EQ(world_mac(w, world_lie(w, "fail-sign", KEY)), RC_TOKEN);
	world_said(w, "plug it in anew");
	CHECK_EQ(world_mac(w, world_lie(w, "", KEY)), RC_OK);
	CHECK_EQ(w->person.asked, 1);
}

static enum rc
count_one(void *ctx, const struct token_item *item, struct err *e)
{
	size_t *n = ctx;

	(void)e;
	*n += item->object[0] != '\0' ? 1 : 0;
	return RC_OK;
}

static enum rc
list_with(struct world *w, const char *lie, size_t *n)
{
	struct token *t = world_open(w, world_lie(w, lie, "pkcs11:token=work"));
	enum rc rc = pkcs11_token.list(t, count_one, n, &w->e);

	pkcs11_token.close(t);
	return rc;
}

/* No count of a module is believed beyond the room that it was given. */
static void
counts_too_many(struct world *w)
{
	size_t n = 0;

	CHECK_EQ(world_mac(w, world_lie(w, "many-keys", KEY)), RC_TOKEN);
	world_said(w, "at fault");
	CHECK_EQ(list_with(w, "many-keys", &n), RC_TOKEN);
	world_said(w, "at fault");
	CHECK_EQ(n, 0);
	/* A label that is too long is none. */
	CHECK_EQ(list_with(w, "long-attribute", &n), RC_OK);
	CHECK_EQ(list_with(w, "unavailable-attribute", &n), RC_OK);
	CHECK_EQ(n, 0);
	CHECK_EQ(list_with(w, "", &n), RC_OK);
	CHECK_EQ(n, 1);
	pkcs11_token.end();
	CHECK_EQ(world_mac(w, world_lie(w, "many-slots", KEY)), RC_TOKEN);
	world_said(w, "100000");
}

static void
pulled_out(struct world *w)
{
	CHECK_EQ(world_mac(w, world_lie(w, "removed", KEY)), RC_NOTFOUND);
	world_said(w, "pulled out");
}

/* A YubiHSM2 cannot be asked for key types. */
static void
never_asks_for_key_types(struct world *w)
{
	const char *uri = world_lie(w, "type-trap", KEY);

	CHECK_EQ(world_mac(w, uri), RC_OK);
	CHECK_EQ(world_import(
		     w, world_lie(w, "type-trap", "pkcs11:token=work"), "t"),
	    RC_OK);
	CHECK_EQ(world_remove(w,
		     world_lie(w, "type-trap", "pkcs11:token=work;object=t")),
	    RC_OK);
}

typedef void scene(struct world *w);

int
main(void)
{
	static scene *const scenes[] = { not_there, not_a_module, none_named,
		does_not_start, starts_at_last, macs_of_wrong_length,
		counts_too_many, pulled_out, never_asks_for_key_types };
	struct world w;

	softhsm_init();
	softhsm_token("work");
	world_init(&w);
	CHECK_EQ(
	    world_import(&w, world_lie(&w, "", "pkcs11:token=work"), "key"),
	    RC_OK);
	world_done(&w);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		world_init(&w);
		scenes[i](&w);
		world_done(&w);
	}
	return 0;
}

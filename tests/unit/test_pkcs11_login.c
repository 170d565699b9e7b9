/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/pkcs11_world.h"

#define KEY "pkcs11:token=work;object=key"

static void
flags_are_told_first(struct world *w)
{
	CHECK_EQ(world_mac(w, world_lie(w, "", KEY)), RC_OK);
	CHECK(!w->person.last.count_low && !w->person.last.final_try);
	pkcs11_token.end();
	CHECK_EQ(world_mac(w, world_lie(w, "count-low", KEY)), RC_OK);
	CHECK(w->person.last.count_low && !w->person.last.final_try);
	pkcs11_token.end();
	CHECK_EQ(world_mac(w, world_lie(w, "final-try", KEY)), RC_OK);
	CHECK(w->person.last.count_low && w->person.last.final_try);
	CHECK_EQ(w->person.asked, 3);
	CHECK_EQ(w->person.accepted, 3);
}

static void
locked_is_not_tried(struct world *w)
{
	CHECK_EQ(world_mac(w, world_lie(w, "locked", KEY)), RC_PIN);
	world_said(w, "locked");
	CHECK_EQ(w->person.asked, 0);
}

static void
no_pin_yet(struct world *w)
{
	CHECK_EQ(world_mac(w, world_lie(w, "no-pin", KEY)), RC_PIN);
	world_said(w, "no user PIN yet");
}

static void
pad(struct world *w)
{
	const char *uri = world_lie(w, "pad", KEY);

	CHECK_EQ(setenv("STSKEY_TEST_PAD", SOFTHSM_PIN, 1), 0);
	w->person.at_pad = true;
	CHECK_EQ(world_mac(w, uri), RC_OK);
	CHECK_EQ(w->person.asked, 1);
	CHECK_EQ(w->person.accepted, 0);
	CHECK_EQ(w->person.notices, 1);
	pkcs11_token.end();
	CHECK_EQ(setenv("STSKEY_TEST_PAD", "000000", 1), 0);
	CHECK_EQ(world_mac(w, uri), RC_PIN);
	CHECK_EQ(world_mac(w, uri), RC_PIN);
	CHECK_EQ(w->person.notices, 2);
	CHECK_EQ(w->person.refused, 0); /* no PIN of ours */
	pkcs11_token.end();
	CHECK_EQ(
	    world_mac(w, world_lie(w, "pad,pad-cancel", KEY)), RC_CANCELLED);
}

/* What has a source of its own needs nobody at the reader. */
static void
pad_is_for_people(struct world *w)
{
	const char *uri = world_lie(w, "pad", KEY);

	CHECK_EQ(setenv("STSKEY_TEST_PAD", "000000", 1), 0);
	CHECK_EQ(world_mac(w, uri), RC_OK);
	CHECK(w->person.last.pad);
	CHECK_EQ(w->person.notices, 0);
	CHECK_EQ(w->person.accepted, 1);
	pkcs11_token.end();
	CHECK_EQ(world_mac(w, world_lie(w, "pad,pad-only", KEY)), RC_PIN);
	world_said(w, "on its own pad only");
	world_said(w, "--pin-source prompt");
	CHECK_EQ(w->person.untried, 1);
	/* Nobody says yes to the last try: the pad is not even lit. */
	pkcs11_token.end();
	w->person.pin = NULL;
	CHECK_EQ(world_mac(w, world_lie(w, "pad,final-try", KEY)), RC_PIN);
	CHECK(w->person.last.pad && w->person.last.final_try);
	CHECK_EQ(w->person.notices, 0);
}

static void
pin_source_is_passed_on(struct world *w)
{
	const char *uri = pool_fmt(
	    &w->strings, "%s&pin-source=file:/p", world_lie(w, "", KEY));
	AUTO_SECRET struct secret out = { 0 };
	struct bytes msg = BYTES_STR("x");
	struct token *t = world_open(w, uri);

	CHECK_EQ(
	    pkcs11_token.mac(t, MAC_HMAC_SHA256, &msg, 1, &out, &w->e), RC_OK);
	CHECK(strcmp(w->person.last.pin_source, "file:/p") == 0);
	CHECK(strcmp(w->person.last.token, "work") == 0);
	CHECK(w->person.last.serial[0] != '\0');
	pkcs11_token.close(t);
}

/* SoftHSM2 keeps the count on disk: it is read before the next try. */
static void
wrong_pins_count(struct world *w)
{
	const char *uri = world_lie(w, "", KEY);

	w->person.pin = "000000";
	CHECK_EQ(world_mac(w, uri), RC_PIN);
	world_said(w, "the PIN is wrong: try again");
	CHECK_EQ(w->person.refused, 1);
	pkcs11_token.end();
	w->person.pin = SOFTHSM_PIN;
	CHECK_EQ(world_mac(w, uri), RC_OK);
	CHECK(w->person.last.count_low);
	CHECK_EQ(w->person.accepted, 1);
}

/* What was not judged is neither a right PIN nor a wrong one. */
static void
no_verdict(struct world *w)
{
	CHECK_EQ(world_mac(w, world_lie(w, "login-fails", KEY)), RC_TOKEN);
	world_said(w, "CKR_DEVICE_ERROR");
	world_said(w, "said to the person");
	CHECK_EQ(w->person.unknown, 1);
	CHECK_EQ(world_mac(w, world_lie(w, "login-absent", KEY)), RC_NOTFOUND);
	CHECK_EQ(w->person.untried, 1);
	CHECK_EQ(world_mac(w, world_lie(w, "login-shared", KEY)), RC_OK);
	CHECK_EQ(w->person.untried, 2);
	CHECK_EQ(w->person.accepted + w->person.refused, 0);
}

/* One token, one claim, whatever its URI. */
static void
spelled_otherwise(struct world *w)
{
	const char *serial;
	char first[128];

	CHECK_EQ(world_mac(w, world_lie(w, "", KEY)), RC_OK);
	(void)snprintf(first, sizeof(first), "%s", w->person.claimed);
	CHECK(strncmp(first, "work;", 5) == 0 && first[5] != '\0');
	serial = pool_fmt(&w->strings, "pkcs11:serial=%s;object=key",
	    first + strlen("work;"));
	w->person.claimed[0] = '\0';
	pkcs11_token.end();
	CHECK_EQ(world_mac(w, world_lie(w, "", serial)), RC_OK);
	CHECK(strcmp(w->person.claimed, first) == 0);
}

typedef void scene(struct world *w);

int
main(void)
{
	static scene *const scenes[] = { flags_are_told_first,
		locked_is_not_tried, no_pin_yet, pad, pad_is_for_people,
		pin_source_is_passed_on, no_verdict, spelled_otherwise,
		wrong_pins_count };
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

/* SPDX-License-Identifier: Apache-2.0 */
/* How many Cryptoki calls the daily work takes, and how many logins. */
#include <unistd.h>

#include "tests/unit/pkcs11_world.h"

static char calls[64];

struct tally {
	unsigned int all, logins, starts, ends;
};

static struct tally
tally(void)
{
	struct tally t = { 0 };
	char line[64];
	FILE *f = fopen(calls, "re");

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL) {
		t.all++;
		t.logins += strcmp(line, "C_Login\n") == 0;
		t.starts += strcmp(line, "C_Initialize\n") == 0;
		t.ends += strcmp(line, "C_Finalize\n") == 0;
	}
	(void)fclose(f);
	CHECK_EQ(truncate(calls, 0), 0);
	return t;
}

static const char *
counted(struct world *w, const char *before)
{
	return pool_fmt(&w->strings, "%s?module-path=%s", before,
	    world_module(w, "mod_count"));
}

static void
sha1(struct world *w, const char *uri)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *t = world_open(w, uri);
	struct bytes msg = BYTES_STR("12345678");

	CHECK_EQ(
	    pkcs11_token.mac(t, MAC_HMAC_SHA1, &msg, 1, &out, &w->e), RC_OK);
	pkcs11_token.close(t);
}

/* One token is plugged in, beside SoftHSM2's slot for a new one. */
static void
one_signature(struct world *w)
{
	struct tally t;

	CHECK_EQ(
	    world_mac(w, counted(w, "pkcs11:token=work;object=key")), RC_OK);
	pkcs11_token.end();
	t = tally();
	CHECK(t.all <= 13);
	CHECK(t.logins == 1 && t.starts == 1 && t.ends == 1);
}

static void
code_and_signature(struct world *w)
{
	struct tally t;

	sha1(w, counted(w, "pkcs11:token=work;object=mfa"));
	CHECK_EQ(
	    world_mac(w, counted(w, "pkcs11:token=work;object=key")), RC_OK);
	pkcs11_token.end();
	t = tally();
	CHECK(t.all <= 18);
	CHECK(t.logins == 1 && t.starts == 1 && t.ends == 1);
	CHECK_EQ(w->person.asked, 1);
}

/* Two devices: each has its own login, and the module is started once. */
static void
two_tokens(struct world *w)
{
	struct tally t;

	softhsm_token("desk");
	CHECK_EQ(
	    world_import(w, counted(w, "pkcs11:token=desk"), "mfa"), RC_OK);
	pkcs11_token.end();
	(void)tally();
	sha1(w, counted(w, "pkcs11:token=desk;object=mfa"));
	CHECK_EQ(
	    world_mac(w, counted(w, "pkcs11:token=work;object=key")), RC_OK);
	pkcs11_token.end();
	t = tally();
	CHECK(t.all <= 21);
	CHECK(t.logins == 2 && t.starts == 1 && t.ends == 1);
}

typedef void scene(struct world *w);

int
main(void)
{
	static scene *const scenes[] = { one_signature, code_and_signature,
		two_tokens };
	struct world w;

	(void)snprintf(calls, sizeof(calls), "/tmp/stskey-calls-XXXXXX");
	CHECK(close(mkstemp(calls)) == 0);
	CHECK_EQ(setenv("STSKEY_TEST_CALLS", calls, 1), 0);
	softhsm_init();
	softhsm_token("work");
	world_init(&w);
	CHECK_EQ(
	    world_import(&w, counted(&w, "pkcs11:token=work"), "key"), RC_OK);
	CHECK_EQ(
	    world_import(&w, counted(&w, "pkcs11:token=work"), "mfa"), RC_OK);
	world_done(&w);
	(void)tally();
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		world_init(&w);
		scenes[i](&w);
		world_done(&w);
	}
	CHECK_EQ(unlink(calls), 0);
	return 0;
}

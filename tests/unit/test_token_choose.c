/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/acts.h"

#include "signer/base/mem.h"
#include "signer/token/backends.h"
#include "signer/token/sealed.h"
#include "signer/token/state.h"
#include "tests/fake/fake_sealer.h"
#include "tests/fake/fake_token.h"
#include "tests/unit/token_world.h"

#define SERIAL "arn:aws:iam::123456789012:mfa/dev"
#define SEED "12345678901234567890"

static const struct token_ops *const backends[] = { &fake_token, &sealed_token,
	&fake_sealer, NULL };

static struct err why;

static enum rc
run(act_run *act, struct message *m, const char *type, struct message **ret)
{
	AUTO_MESSAGE struct message *reply = NULL;
	enum rc rc;

	why = (struct err){ "" };
	rc = act(NULL, m, &reply, &why);
	message_free(m);
	CHECK((rc == RC_OK) == (reply != NULL));
	CHECK(rc == RC_OK ? message_is(reply, type) : why.msg[0] != '\0');
	*ret = TAKE(reply);
	return rc;
}

static bool
says(const char *text)
{
	if (strstr(why.msg, text) == NULL)
		(void)fprintf(stderr, "[%s] lacks [%s]\n", why.msg, text);
	return strstr(why.msg, text) != NULL;
}

/* -- which of several */

static void
patience(int64_t ms, bool (*cancelled)(void *), void *ctx)
{
	state_get()->patience = (struct patience){
		.deadline_ms = clock_monotonic_ms() + ms,
		.cancelled = cancelled,
		.ctx = ctx,
	};
}

/* The index, or less a status. */
static int
choose(size_t n, const char *const *entries)
{
	struct message *m = message_new("choose");
	AUTO_MESSAGE struct message *chosen = NULL;
	enum rc rc;

	for (size_t i = 0; i < n; i++)
		message_add_str(m, "entries", entries[i]);
	rc = run(act_choose, m, "chosen", &chosen);
	return rc == RC_OK ? (int)message_int(chosen, "index") : -(int)rc;
}

static const char *const two[] = { "sealed:desk", "sealed:spare" };

static void
the_first_there(void)
{
	static const char *const mixed[] = { "fake:token=gone;object=x",
		"sealed:desk", "fake:token=work;object=x" };

	patience(20000, NULL, NULL);
	fake_sealer_plug(1, true);
	CHECK_EQ(choose(2, two), 1);
	fake_sealer_plug(0, true);
	CHECK_EQ(choose(2, two), 0);
	CHECK_EQ(choose(3, mixed), 1);
	fake_sealer_plug(0, false);
	fake_sealer_plug(1, false);
	CHECK_EQ(choose(3, mixed), 2);
}

/* Nothing that a person would notice. */
static void
nobody_is_troubled(void)
{
	unsigned int touches = fake_sealer_touches(), logins = fake_logins();

	the_first_there();
	CHECK_EQ(fake_sealer_touches(), touches);
	CHECK_EQ(fake_logins(), logins);
}

static void
none(void)
{
	static const char *const odd[] = { "sealed:desk", "sealed:none",
		"SECRET" };

	patience(0, NULL, NULL);
	CHECK_EQ(choose(2, two), -RC_NOTFOUND);
	CHECK(says("plug one in and run it again"));
	/* What is wrong with one is said, and not what it is. */
	CHECK_EQ(choose(3, odd), -RC_NOTFOUND);
	CHECK(says("a key is named by a URI"));
	CHECK(strstr(why.msg, "SECRET") == NULL);
	CHECK_EQ(choose(0, two), -RC_CONFIG);
}

/* Plugged in at the third look at whether to go on. */
static bool
plugs_in(void *looks)
{
	if (++*(int *)looks == 3)
		fake_sealer_plug(1, true);
	return false;
}

static bool
gives_up(void *looks)
{
	return ++*(int *)looks == 3;
}

static void
waits(void)
{
	int looks = 0;

	patience(20000, plugs_in, &looks);
	CHECK_EQ(choose(2, two), 1);
	fake_sealer_plug(1, false);
	looks = 0;
	patience(20000, gives_up, &looks);
	CHECK_EQ(choose(2, two), -RC_CANCELLED);
}

static void
too_many(void)
{
	const char *nine[9];

	for (size_t i = 0; i < 9; i++)
		nine[i] = "sealed:desk";
	fake_sealer_plug(0, true);
	patience(20000, NULL, NULL);
	CHECK_EQ(choose(8, nine), 0);
	CHECK_EQ(choose(9, nine), -RC_CONFIG);
	fake_sealer_plug(0, false);
}

/* -- one seal more */

static enum rc
copy(const char *key, const char *to, struct message **ret)
{
	struct message *m = message_new("copy");

	message_set_str(m, "key", key);
	message_set_str(m, "to", to);
	message_set_bool(m, "pin", false);
	return run(act_copy, m, "imported", ret);
}

static const char *
content(const char *name)
{
	static char text[8192];
	FILE *f = fopen(world_path(name), "r");
	size_t n;

	CHECK(f != NULL);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	CHECK(fclose(f) == 0);
	return text;
}

static void
copies(void)
{
	AUTO_MESSAGE struct message *done = NULL;
	unsigned int before;

	backends_end(); /* as another process */
	patience(20000, NULL, NULL);
	fake_sealer_plug(0, true);
	fake_sealer_plug(5, true);
	before = fake_sealer_touches();
	CHECK_EQ(copy("sealed:desk", "fido:", &done), RC_OK);
	CHECK_EQ(fake_sealer_touches() - before, 3);
	CHECK(strcmp(message_str(done, "uri"), "sealed:desk") == 0);
	CHECK(strcmp(message_str(done, "token"), "Key 0, Key 5") == 0);
	fake_sealer_plug(0, false);
	backends_end();
	/* The new one opens it without the old one. */
	CHECK_EQ(choose(2, two), 0);
	fake_sealer_plug(5, false);
}

static void
copies_nothing(void)
{
	AUTO_MESSAGE struct message *none_such = NULL;
	static char before[8192];

	(void)snprintf(
	    before, sizeof(before), "%s", content("stskey/sealed/spare"));
	backends_end();
	fake_sealer_plug(1, true);
	/* The same key again is not another one. */
	CHECK_EQ(copy("sealed:spare", "fido:", &none_such), RC_NOTFOUND);
	CHECK(strcmp(content("stskey/sealed/spare"), before) == 0);
	CHECK_EQ(copy("sealed:none", "fido:", &none_such), RC_NOTFOUND);
	CHECK(says("nothing is sealed under the name 'none'"));
	CHECK_EQ(copy("sealed:spare", "fake:token=work", &none_such),
	    RC_UNSUPPORTED);
	CHECK_EQ(copy("fake:token=work;object=x", "fido:", &none_such),
	    RC_UNSUPPORTED);
	CHECK_EQ(copy("sealed:", "fido:", &none_such), RC_CONFIG);
	CHECK(strcmp(content("stskey/sealed/spare"), before) == 0);
	fake_sealer_plug(1, false);
}

static void
seal(const char *name, unsigned int which)
{
	const struct token_import what = { .label = name,
		.id = SERIAL,
		.mac = MAC_HMAC_SHA1,
		.value = BYTES_STR(SEED) };
	struct sealer by = { .ops = &fake_sealer };
	struct err e = { "" };
	char *uri = NULL;

	CHECK_EQ(
	    fake_sealer.open("fido:", &state_get()->ask, &by.token, &e), RC_OK);
	fake_sealer_plug(which, true);
	CHECK_EQ(sealed_import(&by, &what, &uri, &e), RC_OK);
	fake_sealer_plug(which, false);
	fake_sealer.close(by.token);
	mem_free(uri);
}

int
main(void)
{
	world_begin();
	CHECK_EQ(setenv("XDG_DATA_HOME", world, 1), 0);
	backends_use(backends);
	fake_plug("work", "77aa", NULL);
	fake_put("work", "x", BYTES_STR(SEED));
	seal("desk", 0);
	seal("spare", 1);
	nobody_is_troubled();
	none();
	waits();
	too_many();
	copies();
	copies_nothing();
	acts_end();
	fake_unplug();
	return 0;
}

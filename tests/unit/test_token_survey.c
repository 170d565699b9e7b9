/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/acts.h"
#include "signer/token/backends.h"
#include "tests/fake/fake_token.h"
#include "tests/unit/token_world.h"

/* A look at a backend that has one of its own, and at one that has none. */

static enum rc
own_survey(const char *uri, const struct ask *ask, survey_each *each, void *ctx,
    struct err *e)
{
	const struct survey_item items[] = {
		{ .what = "module", .grade = SURVEY_OK, .text = uri },
		{ .what = "PIN",
		    .grade = SURVEY_FAIL,
		    .rc = RC_PIN,
		    .text = "locked",
		    .mend = "unlock it",
		    .uri = "own:serial=1",
		    .can = "code",
		    .how = "by trying" },
	};
	enum rc rc = each(ctx, &items[0], e);

	CHECK(ask->module != NULL && strcmp(ask->module, "softhsm2") == 0);
	if (strcmp(uri, "own:gone") == 0)
		return err_set(e, RC_NOTFOUND, "gone");
	return rc == RC_OK ? each(ctx, &items[1], e) : rc;
}

static const struct token_ops own = { .scheme = "own", .survey = own_survey };
static const struct token_ops bare = { .scheme = "bare" };
static const struct token_ops *const backends[] = { &own, &bare, &fake_token,
	NULL };

static enum rc
look(const char *uri, struct message **ret, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("survey");
	AUTO_MESSAGE struct message *found = NULL;
	AUTO_BUF struct buf json = BUF_INIT(65536);
	enum rc rc;

	message_set_str(m, "uri", uri);
	rc = act_survey(NULL, m, &found, e);
	CHECK((rc == RC_OK) == (found != NULL));
	if (rc != RC_OK)
		return rc;
	CHECK(message_is(found, "surveyed"));
	CHECK_EQ(message_encode(found, &json, e), RC_OK);
	message_move(ret, &found);
	return rc;
}

static void
is(const struct message *m, size_t i, const char *name, const char *want)
{
	const char *got = message_item(m, "items", i, name);

	CHECK((got == NULL) == (want == NULL));
	if (want != NULL)
		CHECK_MEM(BYTES_STR(got), want);
}

static void
test_own(void)
{
	AUTO_MESSAGE struct message *found = NULL;
	struct err e = { "" };

	CHECK_EQ(look("own:x", &found, &e), RC_OK);
	CHECK_EQ(message_count(found, "items"), 2);
	is(found, 0, "what", "module");
	is(found, 0, "grade", "ok");
	is(found, 0, "rc", "0");
	is(found, 0, "text", "own:x");
	is(found, 0, "mend", NULL);
	is(found, 0, "can", NULL);
	is(found, 1, "grade", "fail");
	is(found, 1, "uri", "own:serial=1");
	is(found, 1, "can", "code");
	is(found, 1, "how", "by trying");
	is(found, 1, "rc", "5");
	is(found, 1, "mend", "unlock it");
	CHECK_EQ(look("own:gone", NULL, &e), RC_NOTFOUND);
}

static void
test_without(void)
{
	AUTO_MESSAGE struct message *found = NULL, *none = NULL;
	struct err e = { "" };

	CHECK_EQ(look("fake:token=work;object=k", &found, &e), RC_OK);
	CHECK_EQ(message_count(found, "items"), 1);
	is(found, 0, "what", "token");
	is(found, 0, "grade", "ok");
	CHECK(strstr(message_item(found, "items", 0, "text"), "plugged in") !=
	      NULL);
	CHECK_EQ(look("fake:token=gone", NULL, &e), RC_NOTFOUND);
	CHECK_EQ(look("bare:x", &none, &e), RC_OK);
	CHECK_EQ(message_count(none, "items"), 0);
	CHECK_EQ(look("other:x", NULL, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "other") == NULL); /* it could be a secret */
	CHECK_EQ(fake_logins(), 0);
}

int
main(void)
{
	AUTO_MESSAGE struct message *begin = message_new("begin");
	AUTO_MESSAGE struct message *ok = NULL;
	struct err e;

	world_begin();
	backends_use(backends);
	fake_plug("work", "01", "1234");
	message_set_str(begin, "module", "softhsm2");
	message_set_int(begin, "deadline_ms", clock_monotonic_ms() + 10000);
	CHECK_EQ(act_begin(NULL, begin, &ok, &e), RC_OK);
	test_own();
	test_without();
	acts_end();
	fake_unplug();
	return 0;
}

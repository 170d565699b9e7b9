/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/mem.h"
#include "signer/store/lock.h"
#include "signer/token/acts.h"
#include "signer/token/backends.h"
#include "signer/token/keychain.h"
#include "tests/fake/fake_token.h"
#include "tests/unit/token_world.h"

#define ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define CSV "Access key ID,Secret access key\r\n" ID "," SECRET "\r\n"
#define SERIAL "arn:aws:iam::123456789012:mfa/dev-laptop"

/* A token that computes something else than it should. */
static enum rc
wrong_mac(struct token *t, enum mac alg, const struct bytes *msgs, size_t n,
    struct secret *ret, struct err *e)
{
	enum rc rc = fake_token.mac(t, alg, msgs, n, ret, e);

	if (rc == RC_OK)
		ret->p[0] ^= 1;
	return rc;
}

static enum rc
import(struct message *m, struct message **ret)
{
	AUTO_MESSAGE struct message *reply = NULL;
	struct err e = { 0 };
	enum rc rc = act_import(NULL, m, &reply, &e);

	message_free(m);
	CHECK((rc == RC_OK) == (reply != NULL));
	CHECK(strstr(e.msg, "wJalr") == NULL);
	CHECK(rc == RC_OK || e.msg[0] != '\0');
	if (ret != NULL)
		*ret = TAKE(reply);
	return rc;
}

static struct message *
request(const char *what, const char *from, const char *path)
{
	struct message *m = message_new("import");

	message_set_str(m, "what", what);
	message_set_str(m, "to", "fake:token=work");
	message_set_str(m, "from", from);
	message_set_str(m, "path", path);
	return m;
}

static size_t
count_keys(void)
{
	AUTO_MESSAGE struct message *m = message_new("list");
	AUTO_MESSAGE struct message *reply = NULL;
	struct err e = { 0 };

	message_set_str(m, "uri", "fake:token=work");
	CHECK_EQ(act_list(NULL, m, &reply, &e), RC_OK);
	return message_count(reply, "items");
}

static void
test_key(const char *csv)
{
	AUTO_MESSAGE struct message *done = NULL;
	struct message *m = request("key", "csv", csv);

	CHECK_EQ(import(m, &done), RC_OK);
	CHECK_MEM(
	    BYTES_STR(message_str(done, "uri")), "fake:token=work;object=" ID);
	CHECK_MEM(BYTES_STR(message_str(done, "access_key_id")), ID);
	CHECK_MEM(BYTES_STR(message_str(done, "held")), "hmac");
	CHECK_MEM(BYTES_STR(message_str(done, "serial")), "01");
	CHECK(message_str(done, "warning") != NULL);
	CHECK_EQ(count_keys(), 1);
	/* The same label again is refused by the token. */
	CHECK_EQ(import(request("key", "csv", csv), NULL), RC_CONFIG);
	m = request("key", "csv", csv);
	message_set_str(m, "label", "another");
	CHECK_EQ(import(m, NULL), RC_OK);
	CHECK_EQ(count_keys(), 2);
}

static void
test_seed(void)
{
	AUTO_MESSAGE struct message *done = NULL;
	struct message *m = request("seed", "stdin", NULL);
	int fds[2];

	CHECK(pipe(fds) == 0);
	CHECK(write(fds[1], "gezd gnbv gy3t qojq\n", 20) == 20);
	CHECK(dup2(fds[0], 3) == 3);
	message_set_str(m, "serial_number", SERIAL);
	CHECK_EQ(import(m, &done), RC_OK);
	CHECK_MEM(BYTES_STR(message_str(done, "uri")),
	    "fake:token=work;object=mfa-dev-laptop");
	CHECK(message_str(done, "access_key_id") == NULL);
	CHECK_EQ(count_keys(), 3);
}

static void
test_refused(const char *csv)
{
	struct message *m;

	CHECK_EQ(import(request("key", "telepathy", NULL), NULL), RC_HELPER);
	CHECK_EQ(import(request("cat", "csv", csv), NULL), RC_HELPER);
	CHECK_EQ(import(request("seed", "csv", csv), NULL), RC_USAGE);
	CHECK_EQ(import(request("seed", "stdin", NULL), NULL), RC_USAGE);
	CHECK_EQ(import(request("key", "csv", NULL), NULL), RC_USAGE);
	m = request("key", "stdin", NULL);
	message_set_str(m, "access_key_id", "short");
	CHECK_EQ(import(m, NULL), RC_CONFIG);
	m = request("key", "csv", csv);
	message_set_str(
	    m, "label", "12345678901234567890123456789012345678901");
	CHECK_EQ(import(m, NULL), RC_CONFIG);
	m = request("key", "csv", csv);
	message_set_str(m, "label", "a\nb");
	CHECK_EQ(import(m, NULL), RC_CONFIG);
	CHECK_EQ(count_keys(), 3);
}

/* What was imported wrong is taken away again. */
static void
test_undone(const char *csv)
{
	static struct token_ops liar;
	static const struct token_ops *const liars[] = { &liar, NULL };
	struct message *m = request("key", "csv", csv);

	liar = fake_token;
	liar.mac = wrong_mac;
	backends_use(liars);
	message_set_str(m, "label", "wrong");
	CHECK_EQ(import(m, NULL), RC_TOKEN);
	CHECK_EQ(count_keys(), 3);
	liar.import = NULL;
	m = request("key", "csv", csv);
	message_set_str(m, "label", "wrong");
	CHECK_EQ(import(m, NULL), RC_UNSUPPORTED);
}

static enum rc
edit(const char *action, const char *path)
{
	AUTO_MESSAGE struct message *m = message_new("credentials-edit");
	AUTO_MESSAGE struct message *reply = NULL;
	struct err e = { 0 };
	enum rc rc;

	message_set_str(m, "action", action);
	message_set_str(m, "path", path);
	message_set_str(m, "profile", "dev");
	message_set_str(m, "access_key_id", ID);
	rc = act_credentials_edit(NULL, m, &reply, &e);
	CHECK((rc == RC_OK) == (reply != NULL && message_is(reply, "ok")));
	return rc;
}

static void
test_edit(void)
{
	AUTO_LOCK struct lock other = LOCK_INIT;
	const char *path = world_write("credentials", 0600,
	    "[dev]\naws_access_key_id = " ID "\naws_secret_access_key = " SECRET
	    "\n");
	struct lock_wait w = { .profile = "",
		.program = "",
		.deadline_ms = clock_monotonic_ms() + 10000 };
	struct patience before = state_get()->patience;
	struct err e = { 0 };

	CHECK_EQ(edit("read", path), RC_HELPER);
	/* Somebody else is editing. */
	CHECK_EQ(lock_take(&other, "credentials", &w, &e), RC_OK);
	state_get()->patience = world_patience(100);
	CHECK_EQ(edit("remove", path), RC_TIMEOUT);
	state_get()->patience = before;
	lock_done(&other);
	CHECK_EQ(edit("remove", path), RC_OK);
	CHECK_EQ(edit("remove", path), RC_NOTFOUND);
}

int
main(void)
{
	static const struct token_ops *const backends[] = { &fake_token, NULL };
	const char *csv;

	world_begin();
	csv = world_write("accessKeys.csv", 0644, CSV);
	backends_use(backends);
	fake_plug("work", "01", NULL);
	test_key(csv);
	test_seed();
	test_refused(csv);
	test_undone(csv);
	test_edit();
	acts_end();
	fake_unplug();
	return 0;
}

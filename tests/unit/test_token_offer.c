/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/offer.h"

#include "signer/token/acts.h"
#include "signer/token/backends.h"
#include "signer/token/entry.h"
#include "tests/fake/fake_token.h"
#include "tests/unit/token_world.h"

#define SEED "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* RFC 6238's */
#define CODED "R0VaREdOQlZHWTNUUU9KUUdFWkRHTkJWR1kzVFFPSlE="
#define RAW "12345678901234567890"
#define SERIAL "arn:aws:iam::123456789012:mfa/desk"

static void
close_to(const uint8_t *to, const char *text, struct buf *ret)
{
	struct err e = { 0 };

	CHECK_EQ(
	    box_close_to(BYTES(to, BOX_KEY), BYTES_STR(text), ret, &e), RC_OK);
}

static enum rc
open_it(const struct buf *closed, const char *want)
{
	AUTO_SECRET struct secret s = { 0 };
	struct err e = { 0 };
	enum rc rc = offer_open(buf_bytes(closed), &s, &e);

	CHECK((rc == RC_OK) == (s.p != NULL));
	CHECK(rc == RC_OK || strstr(e.msg, "begin the enrolment") != NULL);
	if (rc == RC_OK)
		CHECK_MEM(s, want);
	return rc;
}

static void
test_once(void)
{
	AUTO_BUF struct buf closed = BUF_INIT(256), other = BUF_INIT(256);
	uint8_t to[BOX_KEY], next[BOX_KEY];

	CHECK_EQ(open_it(&closed, ""), RC_HELPER);
	offer_make(to);
	close_to(to, "seed", &closed);
	CHECK_EQ(open_it(&closed, "seed"), RC_OK);
	CHECK_EQ(open_it(&closed, "seed"), RC_HELPER);

	/* The next one is another, and the one before is forgotten. */
	offer_make(next);
	CHECK(memcmp(to, next, BOX_KEY) != 0);
	close_to(next, "other", &other);
	CHECK_EQ(open_it(&closed, "seed"), RC_FORMAT);
	CHECK_EQ(open_it(&other, "other"), RC_HELPER); /* that was its use */
	offer_make(next);
	offer_make(next);
	buf_clear(&other);
	close_to(next, "other", &other);
	CHECK_EQ(open_it(&other, "other"), RC_OK);

	offer_make(to);
	buf_clear(&closed);
	close_to(to, "seed", &closed);
	offer_done();
	CHECK_EQ(open_it(&closed, "seed"), RC_HELPER);
}

static enum rc
read_offered(const char *text, struct entry *ret)
{
	static struct state state;
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_BUF struct buf closed = BUF_INIT(1024);
	struct entry_request r = {
		.from = ENTRY_OFFER, .seed = true, .serial = SERIAL
	};
	uint8_t to[BOX_KEY];
	struct err e = { 0 };
	enum rc rc;

	offer_make(to);
	close_to(to, text, &closed);
	r.offered = buf_bytes(&closed);
	rc = entry_read(&state, &r, &p, ret, &e);
	CHECK(rc == RC_OK || e.msg[0] != '\0');
	CHECK(strcasestr(e.msg, "GEZDG") == NULL);
	return rc;
}

static void
test_entry(void)
{
	AUTO_ENTRY struct entry got = { 0 };

	CHECK_EQ(read_offered(CODED, &got), RC_OK);
	CHECK_MEM(got.value, RAW);
	CHECK(got.access_key_id == NULL && got.warning == NULL);
	CHECK_EQ(read_offered("\n  " CODED "\n", &got), RC_OK);
	CHECK_MEM(got.value, RAW);
	entry_done(&got);
	CHECK_EQ(read_offered("", &got), RC_CONFIG);
	CHECK_EQ(read_offered(SEED "=", &got), RC_FORMAT);
	CHECK_EQ(read_offered("R0VaREdOQlY=", &got), RC_CONFIG); /* short */
	CHECK_EQ(read_offered("AAECAwQFBgcICQ==", &got), RC_CONFIG);
	CHECK(got.value.p == NULL);
}

/* As the conductor asks: `offer`, what stskey-net closed, `import`. */
static void
offered(struct buf *closed)
{
	AUTO_MESSAGE struct message *m = message_new("offer");
	AUTO_MESSAGE struct message *reply = NULL;
	AUTO_BUF struct buf to = BUF_INIT(64), text = BUF_INIT(4096);
	struct err e = { 0 };

	CHECK_EQ(act_offer(NULL, m, &reply, &e), RC_OK);
	CHECK(message_is(reply, "offered"));
	CHECK_EQ(message_encode(reply, &text, &e), RC_OK);
	CHECK_EQ(message_bytes(reply, "public_key", &to, &e), RC_OK);
	CHECK_EQ(to.len, BOX_KEY);
	close_to(to.p, CODED, closed);
}

static enum rc
import(const char *what, const struct buf *closed, struct message **reply)
{
	AUTO_MESSAGE struct message *m = message_new("import");
	struct err e = { 0 };

	message_set_str(m, "what", what);
	message_set_str(m, "to", "fake:token=work");
	message_set_str(m, "from", "offer");
	message_set_str(m, "serial_number", SERIAL);
	if (closed != NULL)
		message_set_bytes(m, "offered", buf_bytes(closed));
	return act_import(NULL, m, reply, &e);
}

static void
test_acts(void)
{
	AUTO_BUF struct buf closed = BUF_INIT(1024);
	AUTO_MESSAGE struct message *reply = NULL;

	offered(&closed);
	CHECK_EQ(import("key", &closed, &reply), RC_USAGE);
	CHECK_EQ(import("seed", &closed, &reply), RC_OK);
	CHECK_MEM(BYTES_STR(message_str(reply, "uri")),
	    "fake:token=work;object=mfa-desk");
	message_free(TAKE(reply));
	CHECK_EQ(import("seed", &closed, &reply), RC_HELPER);
	buf_clear(&closed);
	offered(&closed);
	CHECK_EQ(import("seed", NULL, &reply), RC_FORMAT);
	/* Nor does it outlive the process. */
	buf_clear(&closed);
	offered(&closed);
	acts_end();
	CHECK_EQ(import("seed", &closed, &reply), RC_HELPER);
	CHECK(reply == NULL);
}

int
main(void)
{
	static const struct token_ops *const backends[] = { &fake_token, NULL };

	world_begin();
	test_once();
	test_entry();
	backends_use(backends);
	fake_plug("work", "01", NULL);
	test_acts();
	acts_end();
	fake_unplug();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/mem.h"
#include "signer/crypto/crypto.h"
#include "tests/check.h"
#include "tests/contract/scene.h"

/* AWS General Reference, "Examples of how to derive a signing key". */
#define AWS_KEY "AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define AWS_KDATE \
	"0138c7a6cbd60aa727b2f653a522567439dfb9f3e72b21f9b25941a42f04a7cd"
/* RFC 6238 appendix B and RFC 4226 appendix D, counter 1. */
#define RFC_SEED "12345678901234567890"
#define RFC_MAC "75a48a19d4cbe100644e8ac1397eea747a2d33ab"

static void
check_hex(const struct secret *got, const char *want)
{
	AUTO_BUF struct buf hex = BUF_INIT(256);

	buf_hex(&hex, secret_bytes(got));
	CHECK_MEM(hex, want);
}

static void
opens_only_what_is_there(struct scene *s)
{
	struct token *t = NULL;

	CHECK(s->c->ops->scheme[0] != '\0');
	CHECK_EQ(s->c->ops->open("nobody:x", &s->ask, &t, &s->e), RC_CONFIG);
	CHECK(t == NULL);
	CHECK(s->e.msg[0] != '\0');
	if (s->c->absent != NULL)
		CHECK_EQ(s->c->ops->open(s->c->absent, &s->ask, &t, &s->e),
		    RC_NOTFOUND);
	CHECK(t == NULL);
	CHECK_EQ(s->person.asked, 0);
	s->c->ops->close(NULL);
}

static void
asks_nothing_to_open(struct scene *s)
{
	struct token *t = scene_open_label(s, NULL);
	struct token_item item;

	CHECK_EQ(s->c->ops->held(t, &item, &s->e), RC_OK);
	CHECK(item.uri[0] != '\0' && item.token[0] != '\0');
	CHECK(item.object[0] == '\0');
	CHECK(strstr(item.uri, "pin") == NULL);
	CHECK_EQ(s->person.asked, 0);
	s->c->ops->close(t);
}

static void
computes_the_aws_example(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	AUTO_MEM char *uri = NULL;
	struct token_item item;
	struct token *t;

	CHECK_EQ(scene_import(s, "contract-key", MAC_HMAC_SHA256,
		     BYTES_STR(AWS_KEY), &uri),
	    RC_OK);
	t = scene_open(s, uri);
	CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("20150830"), &out),
	    RC_OK);
	check_hex(&out, AWS_KDATE);
	/* A second time with the same token,. */
	CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("20150830"), &out),
	    RC_OK);
	check_hex(&out, AWS_KDATE);
	CHECK_EQ(s->c->ops->held(t, &item, &s->e), RC_OK);
	CHECK(strcmp(item.uri, uri) == 0);
	CHECK(strcmp(item.object, "contract-key") == 0);
	CHECK_EQ(item.held, s->c->held);
	CHECK(!item.extractable);
	s->c->ops->close(t);
}

static void
computes_the_rfc_example(struct scene *s)
{
	static const uint8_t counter[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
	AUTO_SECRET struct secret out = { 0 };
	struct token *t;

	scene_import_ok(s, "contract-mfa", MAC_HMAC_SHA1, BYTES_STR(RFC_SEED));
	t = scene_open_label(s, "contract-mfa");
	CHECK_EQ(
	    scene_mac(s, t, MAC_HMAC_SHA1, BYTES(counter, 8), &out), RC_OK);
	check_hex(&out, RFC_MAC);
	s->c->ops->close(t);
}

/* Seeds of ten bytes are about; some tokens want twenty. */
static void
takes_a_short_seed(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 }, want = { 0 };
	struct bytes seed = BYTES(RFC_SEED, 10), msg = BYTES_STR("abcdefgh");
	struct token *t;

	scene_import_ok(s, "contract-short", MAC_HMAC_SHA1, seed);
	t = scene_open_label(s, "contract-short");
	CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA1, msg, &out), RC_OK);
	crypto_openssl.mac(MAC_HMAC_SHA1, seed, msg, &want);
	CHECK(secret_eq(&want, secret_bytes(&out)));
	s->c->ops->close(t);
}

/* RC_UNSUPPORTED, or what the chain in software gives. */
static void
chains_or_says_no(struct scene *s)
{
	struct bytes msgs[2] = { BYTES_STR("20150830"),
		BYTES_STR("us-east-1") };
	AUTO_SECRET struct secret out = { 0 }, date = { 0 }, want = { 0 };
	struct token *t = scene_open_label(s, "contract-key");
	enum rc rc;

	rc = s->c->ops->mac(t, MAC_HMAC_SHA256, msgs, 2, &out, &s->e);
	CHECK(rc == RC_OK || rc == RC_UNSUPPORTED);
	crypto_openssl.mac(MAC_HMAC_SHA256, BYTES_STR(AWS_KEY), msgs[0], &date);
	crypto_openssl.mac(
	    MAC_HMAC_SHA256, secret_bytes(&date), msgs[1], &want);
	CHECK(rc != RC_OK || secret_eq(&want, secret_bytes(&out)));
	s->c->ops->close(t);
}

static void
refuses_a_label_twice(struct scene *s)
{
	char *uri = NULL;

	CHECK_EQ(scene_import(s, "contract-key", MAC_HMAC_SHA256,
		     BYTES_STR("another value of thirty-two bytes"), &uri),
	    RC_CONFIG);
	CHECK(uri == NULL);
	CHECK(strstr(s->e.msg, "contract-key") != NULL);
	CHECK(strstr(s->e.msg, "another value") == NULL);
}

static void
refuses_impossible_imports(struct scene *s)
{
	char *uri = NULL;

	CHECK(scene_import(s, "", MAC_HMAC_SHA256, BYTES_STR(AWS_KEY), &uri) !=
	      RC_OK);
	CHECK(scene_import(s, "contract-none", MAC_HMAC_SHA256, BYTES("", 0),
		  &uri) != RC_OK);
	CHECK(scene_import(s, "contract-label-of-more-than-forty-bytes-12345",
		  MAC_HMAC_SHA256, BYTES_STR(AWS_KEY), &uri) != RC_OK);
	CHECK(uri == NULL);
}

struct seen {
	unsigned int n, all;
	bool extractable;
	enum rc stop;
};

static enum rc
see(void *ctx, const struct token_item *item, struct err *e)
{
	struct seen *seen = ctx;

	CHECK(item->uri[0] != '\0' && item->token[0] != '\0');
	seen->all++;
	if (strncmp(item->object, "contract-", 9) == 0) {
		CHECK(strstr(item->uri, item->object) != NULL);
		seen->n++;
		seen->extractable |= item->extractable;
	}
	return seen->stop == RC_OK ? RC_OK : err_set(e, seen->stop, "enough");
}

static void
lists_what_was_imported(struct scene *s)
{
	struct seen seen = { 0 }, one = { .stop = RC_FORMAT };
	struct token *t = scene_open_label(s, NULL);

	CHECK_EQ(s->c->ops->list(t, see, &seen, &s->e), RC_OK);
	CHECK_EQ(seen.n, 3);
	CHECK(!seen.extractable);
	CHECK_EQ(s->c->ops->list(t, see, &one, &s->e), RC_FORMAT);
	CHECK_EQ(one.all, 1);
	CHECK(strcmp(s->e.msg, "enough") == 0);
	s->c->ops->close(t);
}

static void
finds_no_other_key(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *t = scene_open_label(s, "contract-other");

	CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out),
	    RC_NOTFOUND);
	CHECK(out.p == NULL);
	CHECK_EQ(s->c->ops->remove(t, &s->e), RC_NOTFOUND);
	s->c->ops->close(t);
}

/* A URI of a token alone means no key, however few there are. */
static void
wants_a_key_named(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *t = scene_open_label(s, NULL);

	CHECK_EQ(
	    scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_CONFIG);
	CHECK_EQ(s->c->ops->remove(t, &s->e), RC_CONFIG);
	s->c->ops->close(t);
}

static void
logs_in_once(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *key = scene_open_label(s, "contract-key");
	struct token *mfa = scene_open_label(s, "contract-mfa");

	CHECK_EQ(s->person.asked, 0);
	CHECK_EQ(scene_mac(s, mfa, MAC_HMAC_SHA1, BYTES_STR("x"), &out), RC_OK);
	CHECK_EQ(
	    scene_mac(s, key, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_OK);
	s->c->ops->close(key);
	s->c->ops->close(mfa);
	key = scene_open_label(s, "contract-key");
	CHECK_EQ(
	    scene_mac(s, key, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_OK);
	s->c->ops->close(key);
	CHECK_EQ(s->person.asked, s->c->pin == NULL ? 0 : s->c->each ? 2 : 1);
	CHECK_EQ(s->person.accepted, s->person.asked);
	CHECK_EQ(s->person.refused, 0);
}

static void
tries_a_wrong_pin_once(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *key = scene_open_label(s, "contract-key"), *mfa;

	s->person.pin = "wrong-1";
	CHECK_EQ(
	    scene_mac(s, key, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_PIN);
	CHECK(strstr(s->e.msg, "wrong-1") == NULL);
	CHECK_EQ(s->person.refused, 1);
	CHECK(strstr(s->e.msg, "said to the person") != NULL);
	CHECK(s->person.last.serial != NULL && s->person.last.token != NULL);
	/* Even with another PIN at hand: the process has had its try. */
	s->person.pin = s->c->pin;
	mfa = scene_open_label(s, "contract-mfa");
	CHECK_EQ(
	    scene_mac(s, key, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_PIN);
	CHECK_EQ(
	    scene_mac(s, mfa, MAC_HMAC_SHA1, BYTES_STR("x"), &out), RC_PIN);
	CHECK(strstr(s->e.msg, "said to the person") != NULL);
	CHECK_EQ(s->person.asked, 1);
	CHECK_EQ(s->person.accepted, 0);
	s->c->ops->close(key);
	s->c->ops->close(mfa);
}

/* Nothing is asked, nor tried, while another process has the token. */
static void
claims_before_it_asks(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *t = scene_open_label(s, "contract-key");
	struct token_item item;
	char want[128];

	CHECK_EQ(s->person.claims, 0);
	s->person.busy = RC_TIMEOUT;
	CHECK_EQ(
	    scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_TIMEOUT);
	CHECK_EQ(s->person.claims, 1);
	CHECK_EQ(s->person.asked, 0);
	CHECK_EQ(s->c->ops->held(t, &item, &s->e), RC_OK);
	(void)snprintf(want, sizeof(want), "%s;%s", item.token, item.serial);
	CHECK(strcmp(s->person.claimed,
		  s->c->claimed != NULL ? s->c->claimed : want) == 0);
	s->person.busy = RC_OK;
	CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_OK);
	s->c->ops->close(t);
}

static void
passes_on_that_nobody_is_there(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *t = scene_open_label(s, "contract-key");

	s->person.pin = NULL;
	CHECK_EQ(
	    scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_PIN);
	CHECK(strstr(s->e.msg, "there is nobody to ask") != NULL);
	CHECK_EQ(s->person.accepted + s->person.refused, 0);
	/* That was no try: the next one counts. */
	s->person.pin = s->c->pin;
	CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out), RC_OK);
	s->c->ops->close(t);
}

static void
gives_up_when_called_off(struct scene *s)
{
	AUTO_SECRET struct secret out = { 0 };
	struct token *t = scene_open_label(s, "contract-key");

	s->person.gone = true;
	CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out),
	    RC_CANCELLED);
	s->person.gone = false;
	if (s->c->ops->cancel != NULL) {
		s->c->ops->cancel(t);
		CHECK_EQ(scene_mac(s, t, MAC_HMAC_SHA256, BYTES_STR("x"), &out),
		    RC_CANCELLED);
	}
	CHECK_EQ(s->person.asked, 0);
	CHECK(out.p == NULL);
	s->c->ops->close(t);
}

static void
removes_what_it_imported(struct scene *s)
{
	struct seen seen = { 0 };
	struct token *t;

	CHECK_EQ(scene_remove(s, "contract-key"), RC_OK);
	CHECK_EQ(scene_remove(s, "contract-key"), RC_NOTFOUND);
	CHECK_EQ(scene_remove(s, "contract-mfa"), RC_OK);
	CHECK_EQ(scene_remove(s, "contract-short"), RC_OK);
	t = scene_open_label(s, NULL);
	CHECK_EQ(s->c->ops->list(t, see, &seen, &s->e), RC_OK);
	CHECK_EQ(seen.n, 0);
	s->c->ops->close(t);
}

typedef void step(struct scene *s);

static void
run(const struct contract *c, step *const *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct scene s;

		scene_init(&s, c);
		steps[i](&s);
		if (c->ops->end != NULL)
			c->ops->end();
	}
}

void
contract_run(const struct contract *c)
{
	static step *const always[] = { opens_only_what_is_there,
		asks_nothing_to_open, computes_the_aws_example,
		computes_the_rfc_example, takes_a_short_seed, chains_or_says_no,
		refuses_a_label_twice, refuses_impossible_imports,
		lists_what_was_imported, finds_no_other_key, wants_a_key_named,
		logs_in_once, claims_before_it_asks, gives_up_when_called_off };
	static step *const with_pin[] = { tries_a_wrong_pin_once,
		passes_on_that_nobody_is_there };
	static step *const last[] = { removes_what_it_imported };

	run(c, always, sizeof(always) / sizeof(always[0]));
	if (c->pin != NULL)
		run(c, with_pin, sizeof(with_pin) / sizeof(with_pin[0]));
	run(c, last, sizeof(last) / sizeof(last[0]));
}

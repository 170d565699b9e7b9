/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/message.h"

#include "signer/wire/frame.h"
#include "signer/wire/schema.h"
#include "tests/check.h"

static struct err e;

static struct message *
through_the_wire(const struct message *m)
{
	AUTO_BUF struct buf json = BUF_INIT(FRAME_MAX);
	struct message *ret = NULL;

	CHECK_EQ(message_encode(m, &json, &e), RC_OK);
	CHECK_EQ(message_decode(buf_bytes(&json), &ret, &e), RC_OK);
	return ret;
}

static void
join_pair(void *ctx, const char *key, const char *value)
{
	buf_fmt(ctx, "%s=%s;", key, value);
}

static void
every_kind(void)
{
	AUTO_MESSAGE struct message *m = message_new("sign");
	AUTO_MESSAGE struct message *got = NULL;
	AUTO_BUF struct buf body = BUF_INIT(10), pairs = BUF_INIT(100);

	message_set_str(m, "key", "pkcs11:token=work");
	message_set_str(m, "access_key_id", "AKIAIOSFODNN7EXAMPLE");
	message_set_str(m, "method", "POST");
	message_set_str(m, "host", "sts.amazonaws.com");
	message_set_str(m, "path", "/");
	message_set_str(m, "query", NULL);
	message_set_pair(m, "headers", "x-b", "2");
	message_set_pair(m, "headers", "x-a", "caf\xc3\xa9");
	message_set_bytes(m, "body", BYTES("a\0b\xff", 4));
	message_set_str(m, "region", "us-east-1");
	message_set_str(m, "service", "sts");
	message_set_int(m, "time", INT64_MAX);
	message_set_bool(m, "skewed", true);
	got = through_the_wire(m);
	CHECK(message_is(got, "sign"));
	CHECK_MEM(BYTES_STR(message_str(got, "key")), "pkcs11:token=work");
	CHECK(!message_has(got, "query"));
	CHECK(message_str(got, "query") == NULL);
	CHECK(message_int(got, "time") == INT64_MAX);
	CHECK(message_bool(got, "skewed"));
	CHECK_EQ(message_bytes(got, "body", &body, &e), RC_OK);
	CHECK(bytes_eq(buf_bytes(&body), BYTES("a\0b\xff", 4)));
	message_pairs(got, "headers", join_pair, &pairs);
	CHECK_MEM(pairs, "x-b=2;x-a=caf\xc3\xa9;");
	CHECK_MEM(BYTES_STR(message_pair(got, "headers", "x-b")), "2");
	CHECK(message_pair(got, "headers", "x-c") == NULL);
}

static void
lists(void)
{
	AUTO_MESSAGE struct message *hold = message_new("hold");
	AUTO_MESSAGE struct message *listed = message_new("listed");
	AUTO_MESSAGE struct message *got = NULL, *items = NULL;

	message_add_str(hold, "tokens", "pkcs11:token=a");
	message_add_str(hold, "tokens", "pkcs11:token=b");
	message_set_int(hold, "skew", -3);
	got = through_the_wire(hold);
	CHECK_EQ(message_count(got, "tokens"), 2);
	CHECK_MEM(BYTES_STR(message_at(got, "tokens", 1)), "pkcs11:token=b");
	CHECK(message_at(got, "tokens", 2) == NULL);
	CHECK_EQ(message_int(got, "skew"), -3);

	message_set_item(listed, "items", "uri", "lost: no item is open");
	message_add_item(listed, "items");
	message_add_item(listed, "items");
	message_set_item(listed, "items", "uri", "pkcs11:");
	items = through_the_wire(listed);
	CHECK_EQ(message_count(items, "items"), 2);
	CHECK(message_item(items, "items", 0, "uri") == NULL);
	CHECK_MEM(BYTES_STR(message_item(items, "items", 1, "uri")), "pkcs11:");
}

/* A list nobody added to is there all the same, and empty. */
static void
empty_list(void)
{
	AUTO_MESSAGE struct message *m = message_new("listed");
	AUTO_MESSAGE struct message *got = through_the_wire(m);

	CHECK(message_has(got, "items"));
	CHECK_EQ(message_count(got, "items"), 0);
}

static void
not_utf8(void)
{
	AUTO_MESSAGE struct message *m = message_new("progress");
	AUTO_MESSAGE struct message *pairs = message_new("signed");
	AUTO_MESSAGE struct message *got = NULL, *got_pairs = NULL;

	message_set_str(m, "text", "tok\xe9n \xff");
	got = through_the_wire(m);
	CHECK_MEM(BYTES_STR(message_str(got, "text")), "tok?n ?");
	message_set_pair(pairs, "headers", "na\xffme", "v\xfflue");
	got_pairs = through_the_wire(pairs);
	CHECK_MEM(
	    BYTES_STR(message_pair(got_pairs, "headers", "na?me")), "v?lue");
}

static void
refuse(const char *json)
{
	struct message *m = NULL;

	(void)strcpy(e.msg, "");
	if (message_decode(BYTES_STR(json), &m, &e) == RC_HELPER && m == NULL &&
	    strlen(e.msg) > 10 && strstr(e.msg, "S3CRET") == NULL)
		return;
	(void)fprintf(stderr, "taken, or told: %s\n%s\n", json, e.msg);
	exit(1);
}

static void
refusals(void)
{
	refuse("");
	refuse("{");
	refuse("null");
	refuse("[{\"type\":\"cancel\"}]");
	refuse(" {\"type\":\"cancel\"}");
	refuse("{\"type\":\"cancel\"} ");
	refuse("{\"type\":\"cancel\"}{}");
	refuse("{\"type\":\"cancel\"}}");
	refuse("{}");
	refuse("{\"type\":1}");
	refuse("{\"type\":\"S3CRET\"}");
	refuse("{\"type\":\"cancel\",\"type\":\"cancel\"}");
	refuse("{\"type\":\"cancel\",\"S3CRET\":1}");
	refuse("{\"type\":\"cancel\",\"S3CRET\"}");
	refuse("{\"type\":\"cancel\",S3CRET:1}");
	refuse("{\"type\":\"hello\",\"min\":1}");
	refuse("{\"type\":\"hello\",\"min\":1,\"max\":\"S3CRET\"}");
	refuse("{\"type\":\"hello\",\"min\":1,\"max\":1.0}");
	refuse("{\"type\":\"hello\",\"min\":1,\"max\":true}");
	refuse("{\"type\":\"hello\",\"min\":1,\"max\":null}");
	refuse("{\"type\":\"hello\",\"min\":1,\"max\":9223372036854775808}");
	refuse("{\"type\":\"hello\",\"min\":1,\"max\":1,\"max\":1}");
	refuse("{\"type\":\"remove\",\"key\":\"S3CRET\\u0000x\"}");
	refuse("{\"type\":\"remove\",\"key\":\"S3CRET\xff\"}");
	refuse("{\"type\":\"remove\",\"key\":\"S3CRET\n\"}");
	refuse("{\"type\":\"remove\",\"key\":[\"S3CRET\"]}");
	refuse("{\"type\":\"signed\",\"headers\":[]}");
	refuse("{\"type\":\"signed\",\"headers\":{\"a\":1}}");
	refuse("{\"type\":\"signed\",\"headers\":{\"a\":\"1\",\"a\":\"1\"}}");
	refuse("{\"type\":\"listed\",\"items\":{}}");
	refuse("{\"type\":\"listed\",\"items\":[[]]}");
	refuse("{\"type\":\"listed\",\"items\":[{\"a\":{}}]}");
	refuse("{\"type\":\"hold\",\"tokens\":[1],\"skew\":0}");
	refuse("{\"type\":\"send\",\"url\":\"u\",\"method\":\"m\",\"headers\":"
	       "{},\"body\":\"S3CRET\",\"once\":true,\"deadline_ms\":1}");
}

static void
deep(void)
{
	AUTO_BUF struct buf b = BUF_INIT(FRAME_MAX);

	buf_str(&b, "{\"type\":\"listed\",\"items\":");
	for (int i = 0; i < 200000; i++)
		buf_chr(&b, '[');
	for (int i = 0; i < 200000; i++)
		buf_chr(&b, ']');
	buf_chr(&b, '}');
	refuse(buf_cstr(&b));
}

/* What the table does not allow is not sent either. */
static void
checked_before_sending(void)
{
	AUTO_MESSAGE struct message *unknown = message_new("unheard-of");
	AUTO_MESSAGE struct message *lacking = message_new("hello");
	AUTO_MESSAGE struct message *extra = message_new("cancel");
	AUTO_MESSAGE struct message *kind = message_new("hello");
	AUTO_MESSAGE struct message *big = message_new("remove");
	AUTO_BUF struct buf json = BUF_INIT(64);

	CHECK_EQ(message_encode(unknown, &json, &e), RC_HELPER);
	message_set_int(lacking, "min", 1);
	CHECK_EQ(message_encode(lacking, &json, &e), RC_HELPER);
	CHECK(strstr(e.msg, "'max'") != NULL);
	message_set_bool(extra, "now", true);
	CHECK_EQ(message_encode(extra, &json, &e), RC_HELPER);
	message_set_int(kind, "min", 1);
	message_set_str(kind, "max", "1");
	CHECK_EQ(message_encode(kind, &json, &e), RC_HELPER);
	CHECK_EQ(json.len, 0);
	message_set_str(big, "key",
	    "0123456789012345678901234567890123456789012345678901234567");
	CHECK_EQ(message_encode(big, &json, &e), RC_HELPER);
}

static void
errors(void)
{
	struct err why = { "the PIN is locked" };
	AUTO_MESSAGE struct message *m = message_error(RC_PIN, &why);
	AUTO_MESSAGE struct message *got = through_the_wire(m);
	AUTO_MESSAGE struct message *unsent = message_new("unsent");
	AUTO_MESSAGE struct message *ok = message_new("ok");

	CHECK_EQ(message_to_error(got, &e), RC_PIN);
	CHECK_MEM(BYTES_STR(e.msg), "the PIN is locked");
	message_set_int(unsent, "rc", RC_NET);
	message_set_str(unsent, "message", "gone\033[2J\nfar\xc2\x9b.");
	CHECK_EQ(message_to_error(unsent, &e), RC_NET);
	CHECK_MEM(BYTES_STR(e.msg), "gone?[2J?far??.");
	/* A failure must not become a success on its way. */
	message_set_int(unsent, "rc", 0);
	CHECK_EQ(message_to_error(unsent, &e), RC_HELPER);
	message_set_int(unsent, "rc", 4096);
	CHECK_EQ(message_to_error(unsent, &e), RC_HELPER);
	CHECK_EQ(message_to_error(ok, &e), RC_HELPER);
}

static void
fill(struct message *m, const struct member *member)
{
	switch (member->kind) {
	case KIND_STR:
		message_set_str(m, member->name, "x");
		break;
	case KIND_INT:
		message_set_int(m, member->name, -1);
		break;
	case KIND_BOOL:
		message_set_bool(m, member->name, false);
		break;
	case KIND_BYTES:
		message_set_bytes(m, member->name, BYTES("", 0));
		break;
	case KIND_STRS:
	case KIND_PAIRS:
	case KIND_ITEMS: /* there from the start */
		break;
	}
}

/* Every schema can be built, sent and read back. */
static void
all_schemas(void)
{
	const struct schema *s;

	for (size_t i = 0; (s = schema_at(i)) != NULL; i++) {
		AUTO_MESSAGE struct message *m = message_new(s->type);
		AUTO_MESSAGE struct message *got = NULL;

		for (size_t j = 0; s->member[j].name[0] != '\0'; j++)
			fill(m, &s->member[j]);
		got = through_the_wire(m);
		CHECK(message_is(got, s->type));
	}
}

int
main(void)
{
	every_kind();
	lists();
	empty_list();
	not_utf8();
	refusals();
	deep();
	checked_before_sending();
	errors();
	all_schemas();
	return 0;
}

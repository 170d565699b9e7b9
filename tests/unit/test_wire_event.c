/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/event.h"

#include "tests/check.h"

static const struct event whole = {
	.time = 1440938160,
	.program = "terraform",
	.pid = 4711,
	.profile = "d\xc3\xa9v",
	.action = "AssumeRole",
	.outcome = "ok",
	.service = "sts",
	.role_arn = "arn:aws:iam::1:role/x",
	.mfa_serial = "arn:aws:iam::1:mfa/x",
	.signed_by = "AKIAIOSFODNN7EXAMPLE",
	.request_id = "a\"b\\c\n",
	.access_key_id = "ASIAIOSFODNN7EXAMPLE",
	.touched = { "desk", "spare" },
	.ntouched = 2,
};

static struct err e;

/* A change of it breaks what people have written around the log. */
static void
test_shape(void)
{
	AUTO_BUF struct buf line = BUF_INIT(EVENT_MAX);
	const struct event bare = { .action = "touch", .outcome = "failed" };

	CHECK_EQ(event_encode(&whole, &line, &e), RC_OK);
	CHECK_MEM(buf_bytes(&line),
	    "{\"time\":\"2015-08-30T12:36:00Z\",\"program\":\"terraform\","
	    "\"pid\":4711,\"profile\":\"d\xc3\xa9v\","
	    "\"action\":\"AssumeRole\",\"outcome\":\"ok\","
	    "\"service\":\"sts\",\"role_arn\":\"arn:aws:iam::1:role/x\","
	    "\"mfa_serial\":\"arn:aws:iam::1:mfa/x\","
	    "\"signed_by\":\"AKIAIOSFODNN7EXAMPLE\","
	    "\"request_id\":\"a\\\"b\\\\c\\n\","
	    "\"access_key_id\":\"ASIAIOSFODNN7EXAMPLE\","
	    "\"touched\":[\"desk\",\"spare\"]}\n");
	buf_clear(&line);
	CHECK_EQ(event_encode(&bare, &line, &e), RC_OK);
	CHECK_MEM(buf_bytes(&line),
	    "{\"time\":\"1970-01-01T00:00:00Z\",\"action\":\"touch\","
	    "\"outcome\":\"failed\",\"touched\":[]}\n");
}

static void
test_back(void)
{
	AUTO_BUF struct buf line = BUF_INIT(EVENT_MAX);
	AUTO_POOL struct pool p = POOL_INIT;
	struct event ev;

	CHECK_EQ(event_encode(&whole, &line, &e), RC_OK);
	CHECK_EQ(event_decode(BYTES(line.p, line.len - 1), &p, &ev, &e), RC_OK);
	CHECK_EQ(ev.time, whole.time);
	CHECK_EQ(ev.pid, whole.pid);
	CHECK_MEM(BYTES_STR(ev.profile), whole.profile);
	CHECK_MEM(BYTES_STR(ev.request_id), whole.request_id);
	CHECK_MEM(BYTES_STR(ev.access_key_id), whole.access_key_id);
	CHECK_EQ(ev.ntouched, 2);
	CHECK_MEM(BYTES_STR(ev.touched[1]), "spare");
}

static void
test_odd(void)
{
	static const char *const lines[] = { "", "{", "[]", "{}", "7",
		"{\"time\":7,\"action\":\"a\",\"outcome\":\"ok\"}",
		"{\"time\":\"soon\",\"action\":\"a\",\"outcome\":\"ok\"}",
		"{\"time\":\"2015-08-30T12:36:00Z\",\"outcome\":\"ok\"}",
		"{\"time\":\"2015-08-30T12:36:00Z\",\"action\":\"a\"}" };
	/* Of a newer version, and of other kinds: what can be read is. */
	static const char newer[] =
	    "{\"time\":\"2015-08-30T12:36:00Z\",\"action\":\"a\","
	    "\"outcome\":\"ok\",\"more\":{},\"pid\":\"x\",\"profile\":7,"
	    "\"touched\":[1,\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\","
	    "\"i\"]}";
	AUTO_BUF struct buf line = BUF_INIT(EVENT_MAX);
	AUTO_POOL struct pool p = POOL_INIT;
	static char longer[EVENT_MAX + 1];
	struct event ev = { .action = longer, .outcome = "\xff" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		CHECK_EQ(
		    event_decode(BYTES_STR(lines[i]), &p, &ev, &e), RC_FORMAT);
	CHECK_EQ(event_decode(BYTES_STR(newer), &p, &ev, &e), RC_OK);
	CHECK(ev.profile == NULL);
	CHECK_EQ(ev.ntouched, EVENT_TOUCHES);
	memset(longer, 'a', EVENT_MAX);
	ev = (struct event){ .action = longer, .outcome = "ok" };
	CHECK_EQ(event_encode(&ev, &line, &e), RC_FORMAT);
	CHECK_EQ(line.len, 0);
	ev = (struct event){ .action = "a", .outcome = "\xff" };
	CHECK_EQ(event_encode(&ev, &line, &e), RC_OK);
	CHECK(memmem(line.p, line.len, "\"outcome\":\"?\"", 13) != NULL);
}

int
main(void)
{
	test_shape();
	test_back();
	test_odd();
	return 0;
}

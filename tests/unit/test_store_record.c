/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/record.h"

#include "tests/check.h"

static void
round_trip(void)
{
	AUTO_BUF struct buf b = BUF_INIT(RECORD_MAX);
	struct lock_wait w = { .profile = "dev tools=\n100%",
		.program = "\xc3\xa4\033[2J" };
	struct err why = { "the PIN of 'work' is locked:\nask the HSM team" };
	struct record_failure failure = { RC_PIN, UINT32_MAX, 86400123, why };
	struct lock_holder who;

	record_put_holder(&b, 123, 1440938160, &w);
	CHECK_MEM(b, "pid=123 since=1440938160 "
		     "profile=dev%20tools%3D%0A100%25 "
		     "program=%C3%A4%1B%5B2J\n");
	CHECK(record_holder(buf_bytes(&b), &who));
	CHECK_EQ(who.pid, 123);
	CHECK_EQ(who.since, 1440938160);
	CHECK_MEM(BYTES_STR(who.profile), "dev tools=?100%");
	CHECK_MEM(BYTES_STR(who.program), "\xc3\xa4?[2J");
	CHECK(!record_failure(buf_bytes(&b), &failure));

	record_put_failure(&b, &failure);
	failure = (struct record_failure){ 0 };
	CHECK(record_holder(buf_bytes(&b), &who));
	CHECK(record_failure(buf_bytes(&b), &failure));
	CHECK_EQ(failure.rc, RC_PIN);
	CHECK_EQ(failure.means, UINT32_MAX);
	CHECK_EQ(failure.at_ms, 86400123);
	CHECK_MEM(BYTES_STR(failure.err.msg),
	    "the PIN of 'work' is locked:?ask the HSM team");
	/* Torn anywhere, it is nothing, or the whole of its first line. */
	for (size_t n = 0; n < b.len; n++)
		CHECK(!record_failure(BYTES(b.p, n), &failure));
}

static void
long_names(void)
{
	AUTO_BUF struct buf b = BUF_INIT(RECORD_MAX);
	char name[200];
	struct lock_wait w = { .profile = name };
	struct lock_holder who;
	struct record_failure failure = { .rc = RC_NET, .at_ms = 1 };

	memset(name, '\x01', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memset(failure.err.msg, '\x02', ERR_MAX - 1);
	record_put_holder(&b, 1, 0, &w);
	record_put_failure(&b, &failure);
	CHECK(buf_ok(&b));
	CHECK(record_holder(buf_bytes(&b), &who));
	CHECK_EQ(strlen(who.profile), 64);
	CHECK_EQ(strlen(who.program), 0);
	CHECK(record_failure(buf_bytes(&b), &failure));
	CHECK_EQ(strlen(failure.err.msg), ERR_MAX - 1);
}

static void
no_holder(const char *file)
{
	struct lock_holder who;

	CHECK(!record_holder(BYTES_STR(file), &who));
}

static void
no_failure(const char *line)
{
	AUTO_BUF struct buf b = BUF_INIT(RECORD_MAX);
	struct record_failure failure;

	buf_str(&b, "pid=1 since=1 profile= program=\n");
	buf_str(&b, line);
	CHECK(!record_failure(buf_bytes(&b), &failure));
}

static void
hostile(void)
{
	no_holder("");
	no_holder("\n");
	no_holder("pid=1 since=1 profile=a program=b");
	no_holder("pid=0 since=1 profile=a program=b\n");
	no_holder("pid=-1 since=1 profile=a program=b\n");
	no_holder("pid=4294967297 since=1 profile=a program=b\n");
	no_holder("pid=99999999999999999999 since=1 profile=a program=b\n");
	no_holder("pid=1x since=1 profile=a program=b\n");
	no_holder("pid= since=1 profile=a program=b\n");
	no_holder("pid=1 profile=a program=b\n");
	no_holder("pid=1 since=1 profile=a%2 program=b\n");
	no_holder("pid=1 since=1 profile=a program=%zz\n");
	no_holder("pid=1 since=1 profile=a program=b more=c\n");
	no_failure("failed rc=0 means=0 at=1 message=fine\n");
	no_failure("failed rc=125 means=0 at=1 message=x\n");
	no_failure("failed rc=-5 means=0 at=1 message=x\n");
	no_failure("failed rc=5 means=0 at=x message=x\n");
	no_failure("failed rc=5 means=0 at=1 message=%\n");
	no_failure("failed rc=5 means=0 at=1 message=x");
	no_failure("failed rc=5 means=0 at=1 message=x\nfailed rc=5 means=0 "
		   "at=1 message=x\n");
	no_failure("failed rc=5 at=1 message=x\n");
	no_failure("failed rc=5 means=-1 at=1 message=x\n");
	no_failure("failed rc=5 means=4294967296 at=1 message=x\n");
	no_failure("failedrc=5 at=1 message=x\n");
	no_failure("\n");
}

int
main(void)
{
	round_trip();
	long_names();
	hostile();
	return 0;
}

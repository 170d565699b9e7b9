/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/clock.h"

#include "tests/check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Seconds as date(1) has them: date -u -d ... +%s. */
static const struct {
	int64_t t;
	const char *basic, *iso, *http;
} times[] = {
	{ 0, "19700101T000000Z", "1970-01-01T00:00:00Z",
	    "Thu, 01 Jan 1970 00:00:00 GMT" },
	{ 784111777, "19941106T084937Z", "1994-11-06T08:49:37Z",
	    "Sun, 06 Nov 1994 08:49:37 GMT" },
	{ 951782400, "20000229T000000Z", "2000-02-29T00:00:00Z",
	    "Tue, 29 Feb 2000 00:00:00 GMT" },
	{ 1440938160, "20150830T123600Z", "2015-08-30T12:36:00Z",
	    "Sun, 30 Aug 2015 12:36:00 GMT" },
	{ 2147483648, "20380119T031408Z", "2038-01-19T03:14:08Z",
	    "Tue, 19 Jan 2038 03:14:08 GMT" },
	{ 4107542399, "21000228T235959Z", "2100-02-28T23:59:59Z",
	    "Sun, 28 Feb 2100 23:59:59 GMT" },
	{ 253402300799, "99991231T235959Z", "9999-12-31T23:59:59Z",
	    "Fri, 31 Dec 9999 23:59:59 GMT" },
};

static void
test_known_times(void)
{
	char basic[CLOCK_BASIC_SIZE], iso[CLOCK_ISO_SIZE];
	struct err e = { 0 };
	int64_t t;

	for (size_t i = 0; i < COUNT(times); i++) {
		clock_basic(times[i].t, basic);
		CHECK_MEM(BYTES_STR(basic), times[i].basic);
		clock_iso(times[i].t, iso);
		CHECK_MEM(BYTES_STR(iso), times[i].iso);
		t = -1;
		CHECK_EQ(clock_parse_basic(BYTES_STR(basic), &t, &e), RC_OK);
		CHECK_EQ(t, times[i].t);
		t = -1;
		CHECK_EQ(clock_parse_iso(BYTES_STR(iso), &t, &e), RC_OK);
		CHECK_EQ(t, times[i].t);
		t = -1;
		CHECK_EQ(
		    clock_parse_http(BYTES_STR(times[i].http), &t, &e), RC_OK);
		CHECK_EQ(t, times[i].t);
	}
}

/* Every day of four centuries, there and back. */
static void
test_every_day(void)
{
	char iso[CLOCK_ISO_SIZE];
	struct err e = { 0 };
	int64_t t = 0;

	for (int64_t day = 0; day < 146097; day++) {
		clock_iso(day * 86400 + 86399, iso);
		CHECK_EQ(clock_parse_iso(BYTES_STR(iso), &t, &e), RC_OK);
		CHECK_EQ(t, day * 86400 + 86399);
	}
}

static void
test_too_late(void)
{
	char basic[CLOCK_BASIC_SIZE] = "x", iso[CLOCK_ISO_SIZE] = "x";

	clock_basic(253402300800, basic);
	CHECK_MEM(BYTES_STR(basic), "");
	clock_iso(253402300800, iso);
	CHECK_MEM(BYTES_STR(iso), "");
	clock_iso(INT64_MAX, iso);
	CHECK_MEM(BYTES_STR(iso), "");
}

static void
test_iso_forms(void)
{
	static const char *const good[] = { "2015-08-30T12:36:00Z",
		"2015-08-30T12:36:00.000Z", "2015-08-30T12:36:00.9Z",
		"2015-08-30T12:36:00+00:00",
		"2015-08-30T12:36:00.123456789+00:00" };
	static const char *const bad[] = { "", "2015", "2015-08-30",
		"2015-08-30T12:36:00", "2015-08-30 12:36:00Z",
		"2015-08-30T12:36:00z", "2015-08-30T12:36:00ZZ",
		"2015-08-30T12:36:00+01:00", "2015-08-30T12:36:00+00:001",
		"2015-08-30T12:36:00-00:00", " 2015-08-30T12:36:00Z",
		"2015-13-30T12:36:00Z", "2015-00-30T12:36:00Z",
		"2015-02-29T12:36:00Z", "1900-02-29T12:36:00Z",
		"2100-02-29T12:36:00Z", "2015-08-00T12:36:00Z",
		"2015-04-31T12:36:00Z", "2015-08-30T24:00:00Z",
		"2015-08-30T12:60:00Z", "2015-08-30T12:36:61Z",
		"1969-12-31T23:59:59Z", "+015-08-30T12:36:00Z",
		"2015-8-30T12:36:00Z", "2015-08-30T12:36:0.Z" };
	struct err e = { 0 };
	int64_t t;

	for (size_t i = 0; i < COUNT(good); i++) {
		t = 0;
		CHECK_EQ(clock_parse_iso(BYTES_STR(good[i]), &t, &e), RC_OK);
		CHECK_EQ(t, 1440938160);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		e.msg[0] = '\0';
		t = 42;
		CHECK_EQ(clock_parse_iso(BYTES_STR(bad[i]), &t, &e), RC_FORMAT);
		CHECK_EQ(t, 42);
		CHECK(e.msg[0] != '\0');
	}
}

static void
test_basic_forms(void)
{
	static const char *const bad[] = { "", "20150830", "20150830T123600",
		"20150830T123600Z ", "20150830 123600Z", "2015083OT123600Z",
		"20150230T123600Z", "20150830T253600Z", "19691231T235959Z",
		"2015-08-30T12:36" };
	struct err e = { 0 };
	int64_t t = 42;

	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK_EQ(
		    clock_parse_basic(BYTES_STR(bad[i]), &t, &e), RC_FORMAT);
	CHECK_EQ(t, 42);
	/* Spans need no terminator, and are not read past. */
	CHECK_EQ(clock_parse_basic(BYTES("20150830T123600Z", 15), &t, &e),
	    RC_FORMAT);
	CHECK_EQ(clock_parse_basic(BYTES(NULL, 0), &t, &e), RC_FORMAT);
	CHECK_EQ(t, 42);
}

static void
test_http_forms(void)
{
	static const char *const bad[] = { "", "Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 Foo 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08-49-37 GMT",
		"Sun, 06-Nov-1994 08:49:37 GMT",
		"Sun, 06 Nov 1994x08:49:37 GMT" };
	struct err e = { 0 };
	int64_t t = 42;

	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK_EQ(
		    clock_parse_http(BYTES_STR(bad[i]), &t, &e), RC_FORMAT);
	CHECK_EQ(t, 42);
}

static void
test_clocks(void)
{
	int64_t now = clock_now();
	int64_t ms = clock_monotonic_ms();

	CHECK(now > 1600000000 && now < 253402300799);
	CHECK(clock_monotonic_ms() >= ms);
	CHECK(clock_now() >= now);
}

int
main(void)
{
	test_known_times();
	test_every_day();
	test_too_late();
	test_iso_forms();
	test_basic_forms();
	test_http_forms();
	test_clocks();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct civil {
	int64_t year, month, day, hour, minute, second;
};

/* Days from 1970-01-01, proleptic Gregorian (Hinnant, days_from_civil). */
static int64_t
days_from_civil(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;

	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t
month_days(int64_t y, int64_t m)
{
	static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 && leap ? 29 : days[m - 1];
}

static bool
seconds_of(const struct civil *c, int64_t *ret)
{
	if (c->year < 1970 || c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > month_days(c->year, c->month) || c->hour > 23 ||
	    c->minute > 59 || c->second > 60)
		return false;
	*ret = days_from_civil(c->year, c->month, c->day) * 86400 +
	       c->hour * 3600 + c->minute * 60 + c->second;
	return true;
}

/* n decimal digits at s[at]; false when they are not there. */
static bool
digits(struct bytes s, size_t at, size_t n, int64_t *ret)
{
	int64_t v = 0;

	if (at + n > s.len)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

static bool
has(struct bytes s, size_t at, const char *text)
{
	size_t n = strlen(text);

	return at + n <= s.len && memcmp(s.p + at, text, n) == 0;
}

int64_t
clock_now(void)
{
	return time(NULL);
}

int64_t
clock_monotonic_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
clock_basic(int64_t t, char ret[static CLOCK_BASIC_SIZE])
{
	time_t when = t;
	struct tm tm = { 0 };

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(ret, CLOCK_BASIC_SIZE, "%Y%m%dT%H%M%SZ", &tm) == 0)
		ret[0] = '\0';
}

void
clock_iso(int64_t t, char ret[static CLOCK_ISO_SIZE])
{
	time_t when = t;
	struct tm tm = { 0 };

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(ret, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}

enum rc
clock_parse_iso(struct bytes s, int64_t *ret, struct err *e)
{
	struct civil c = { 0 };
	size_t at = 19;

	if (!digits(s, 0, 4, &c.year) || !has(s, 4, "-") ||
	    !digits(s, 5, 2, &c.month) || !has(s, 7, "-") ||
	    !digits(s, 8, 2, &c.day) || !has(s, 10, "T") ||
	    !digits(s, 11, 2, &c.hour) || !has(s, 13, ":") ||
	    !digits(s, 14, 2, &c.minute) || !has(s, 16, ":") ||
	    !digits(s, 17, 2, &c.second))
		return err_set(e, RC_FORMAT, "not an ISO 8601 time");
	if (has(s, at, "."))
		for (at++; at < s.len && s.p[at] >= '0' && s.p[at] <= '9';)
			at++;
	if ((!(has(s, at, "Z") && at + 1 == s.len) &&
		!(has(s, at, "+00:00") && at + 6 == s.len)) ||
	    !seconds_of(&c, ret))
		return err_set(e, RC_FORMAT, "not an ISO 8601 time in UTC");
	return RC_OK;
}

enum rc
clock_parse_basic(struct bytes s, int64_t *ret, struct err *e)
{
	struct civil c = { 0 };

	if (s.len != CLOCK_BASIC_SIZE - 1 || !digits(s, 0, 4, &c.year) ||
	    !digits(s, 4, 2, &c.month) || !digits(s, 6, 2, &c.day) ||
	    !has(s, 8, "T") || !digits(s, 9, 2, &c.hour) ||
	    !digits(s, 11, 2, &c.minute) || !digits(s, 13, 2, &c.second) ||
	    !has(s, 15, "Z") || !seconds_of(&c, ret))
		return err_set(
		    e, RC_FORMAT, "not a time like 20150830T123600Z");
	return RC_OK;
}

/* 0: no such month. */
static int64_t
month_named(struct bytes s, size_t at)
{
	static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	for (size_t i = 0; i < 12; i++)
		if (has(s, at, names[i]))
			return (int64_t)i + 1;
	return 0;
}

enum rc
clock_parse_http(struct bytes s, int64_t *ret, struct err *e)
{
	struct civil c = { .month = month_named(s, 8) };

	/* Sun, 06 Nov 1994 08:49:37 GMT */
	if (s.len != 29 || !has(s, 3, ", ") || !digits(s, 5, 2, &c.day) ||
	    !has(s, 7, " ") || !has(s, 11, " ") || !digits(s, 12, 4, &c.year) ||
	    !has(s, 16, " ") || !digits(s, 17, 2, &c.hour) ||
	    !has(s, 19, ":") || !digits(s, 20, 2, &c.minute) ||
	    !has(s, 22, ":") || !digits(s, 23, 2, &c.second) ||
	    !has(s, 25, " GMT") || !seconds_of(&c, ret))
		return err_set(e, RC_FORMAT, "not an HTTP date");
	return RC_OK;
}

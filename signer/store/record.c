/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/record.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "signer/base/enc.h"

enum { NAME_BYTES = 64, DIGITS = 18 };

/* The word after "NAME=" up to a space or the end; *line goes on after it. */
static bool
take_value(struct bytes *line, const char *name, struct bytes *ret)
{
	size_t n = strlen(name), end;

	if (line->len < n || memcmp(line->p, name, n) != 0)
		return false;
	end = n;
	while (end < line->len && line->p[end] != ' ')
		end++;
	*ret = BYTES(line->p + n, end - n);
	if (end < line->len)
		end++;
	*line = BYTES(line->p + end, line->len - end);
	return true;
}

static bool
take_number(struct bytes *line, const char *name, int64_t *ret)
{
	struct bytes digits;
	int64_t n = 0;

	if (!take_value(line, name, &digits) || digits.len == 0 ||
	    digits.len > DIGITS)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		n = n * 10 + (digits.p[i] - '0');
	}
	*ret = n;
	return true;
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte of what enc_percent() wrote: how long it is there, 0 if broken. */
static size_t
decode_byte(struct bytes coded, uint8_t *ret)
{
	int high, low;

	*ret = coded.p[0];
	if (*ret != '%')
		return 1;
	if (coded.len < 3)
		return 0;
	high = hex_value(coded.p[1]);
	low = hex_value(coded.p[2]);
	if (high < 0 || low < 0)
		return 0;
	*ret = (uint8_t)(high << 4 | low);
	return 3;
}

/* Cut at size - 1 bytes; what would move a cursor becomes '?'. */
static bool
take_text(struct bytes *line, const char *name, char *ret, size_t size)
{
	struct bytes coded;
	size_t n = 0;

	if (!take_value(line, name, &coded))
		return false;
	while (coded.len > 0 && n < size - 1) {
		uint8_t c = 0;
		size_t used = decode_byte(coded, &c);

		if (used == 0)
			return false;
		ret[n++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
		coded = BYTES(coded.p + used, coded.len - used);
	}
	ret[n] = '\0';
	return true;
}

/* The next line, which must have its end: a torn one is none. */
static bool
take_line(struct bytes *file, struct bytes *ret)
{
	const uint8_t *end =
	    file->len > 0 ? memchr(file->p, '\n', file->len) : NULL;
	size_t n;

	if (end == NULL)
		return false;
	n = (size_t)(end - file->p);
	*ret = BYTES(file->p, n);
	*file = BYTES(end + 1, file->len - n - 1);
	return true;
}

static bool
take_second(struct bytes *file, struct bytes *ret)
{
	struct bytes first;

	return take_line(file, &first) && take_line(file, ret);
}

static void
put_text(struct buf *ret, const char *name, const char *value, size_t max)
{
	buf_str(ret, name);
	enc_percent(ret, BYTES(value, strnlen(value, max)), "");
}

void
record_put_holder(
    struct buf *ret, pid_t pid, int64_t since, const struct lock_wait *w)
{
	buf_fmt(ret, "pid=%ld since=%lld", (long)pid, (long long)since);
	put_text(
	    ret, " profile=", w->profile != NULL ? w->profile : "", NAME_BYTES);
	put_text(
	    ret, " program=", w->program != NULL ? w->program : "", NAME_BYTES);
	buf_chr(ret, '\n');
}

void
record_put_failure(struct buf *ret, const struct record_failure *what)
{
	buf_fmt(ret, "failed rc=%d means=%u at=%lld", (int)what->rc,
	    (unsigned int)what->means, (long long)what->at_ms);
	put_text(ret, " message=", what->err.msg, sizeof(what->err.msg));
	buf_chr(ret, '\n');
}

bool
record_holder(struct bytes file, struct lock_holder *ret)
{
	struct lock_holder who = { 0 };
	struct bytes line;
	int64_t pid;

	if (!take_line(&file, &line) || !take_number(&line, "pid=", &pid) ||
	    pid < 1 || pid > INT32_MAX ||
	    !take_number(&line, "since=", &who.since) ||
	    !take_text(&line, "profile=", who.profile, sizeof(who.profile)) ||
	    !take_text(&line, "program=", who.program, sizeof(who.program)) ||
	    line.len > 0)
		return false;
	who.pid = (pid_t)pid;
	*ret = who;
	return true;
}

bool
record_failure(struct bytes file, struct record_failure *ret)
{
	struct record_failure what = { 0 };
	struct bytes line, mark;
	int64_t rc, means;

	if (!take_second(&file, &line) || !take_value(&line, "failed", &mark) ||
	    mark.len > 0 || !take_number(&line, "rc=", &rc) || rc <= RC_OK ||
	    rc > RC_CANCELLED || !take_number(&line, "means=", &means) ||
	    means > UINT32_MAX || !take_number(&line, "at=", &what.at_ms) ||
	    !take_text(&line, "message=", what.err.msg, sizeof(what.err.msg)) ||
	    line.len > 0 || file.len > 0)
		return false;
	what.rc = (enum rc)rc;
	what.means = (uint32_t)means;
	*ret = what;
	return true;
}

void
lock_text(const struct lock_holder *who, char ret[static LOCK_TEXT])
{
	char since[16] = "";
	time_t t = who->since;
	struct tm tm = { 0 };

	(void)localtime_r(&t, &tm);
	(void)strftime(since, sizeof(since), "%H:%M:%S", &tm);
	(void)snprintf(ret, LOCK_TEXT, "pid %d (%s%sprofile %s) since %s%s",
	    (int)who->pid, who->program, who->program[0] != '\0' ? ", " : "",
	    who->profile[0] != '\0' ? who->profile : "?", since,
	    who->stopped ? ", which is stopped: resume or end it" : "");
}

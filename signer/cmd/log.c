/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/base/text.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/output.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"
#include "signer/store/log.h"
#include "signer/wire/event.h"

enum { OUT_MAX = 8 * LOG_BYTES, LINE_MAX_OUT = 2 * EVENT_MAX };

struct request {
	const char *profile, *output;
	int64_t since;
};

#define AT(member) offsetof(struct request, member)

const struct option log_options[] = {
	{ OPTION_STR, "profile", AT(profile), "NAME", "only of this one" },
	{ OPTION_SECONDS, "since", AT(since), "TIME",
	    "only the last 900, 15m, 4h, 1d" },
	{ OPTION_STR, "output", AT(output), "FORMAT",
	    "text, or json: the lines as they are kept" },
	{ 0 },
};

/* One reading of the log. */
struct reading {
	const struct request *request;
	bool json;
	int64_t from;
	struct buf out;
	size_t unread;
};

static bool
is_wanted(const struct reading *r, const struct event *ev)
{
	const char *profile = r->request->profile;

	return ev->time >= r->from &&
	       (profile == NULL ||
		   (ev->profile != NULL && strcmp(profile, ev->profile) == 0));
}

static void
print_time(struct buf *out, int64_t t)
{
	time_t then = t;
	struct tm tm = { 0 };
	char when[32] = "";

	if (localtime_r(&then, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		when[0] = '\0';
	buf_str(out, when);
}

static void
part(struct buf *out, const char *before, const char *what, const char *after)
{
	if (what == NULL)
		return;
	buf_str(out, before);
	buf_str(out, what);
	buf_str(out, after);
}

/*
 * 2026-11-24 09:14:03  dev: GetSessionToken ok, for terraform (pid 4711),
 * touched 'YubiKey', code of arn…, session ASIA…, request 01234-…
 */
static void
print_event(struct buf *out, const struct event *ev)
{
	AUTO_BUF struct buf line = BUF_INIT(LINE_MAX_OUT);
	AUTO_MEM char *printable = NULL;

	print_time(&line, ev->time);
	part(&line, "  ", ev->profile, ":");
	part(&line, ev->profile != NULL ? " " : "  ", ev->action, "");
	part(&line, " of ", ev->role_arn, "");
	part(&line, " ", ev->outcome, "");
	part(&line, ", for ", ev->program, "");
	if (ev->program != NULL && ev->pid > 0)
		buf_fmt(&line, " (pid %lld)", (long long)ev->pid);
	for (size_t i = 0; i < ev->ntouched; i++)
		part(&line, ", touch of '", ev->touched[i], "'");
	part(&line, ", code of ", ev->mfa_serial, "");
	part(&line, ", key ", ev->signed_by, "");
	part(&line, ", session ", ev->access_key_id, "");
	part(&line, ", request ", ev->request_id, "");
	printable = mem_str(buf_cstr(&line));
	text_printable(printable);
	buf_str(out, printable);
	buf_chr(out, '\n');
}

static void
take_line(struct reading *r, struct bytes line)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct event ev;
	struct err ignored;

	if (event_decode(line, &p, &ev, &ignored) != RC_OK) {
		r->unread++;
		return;
	}
	if (!is_wanted(r, &ev))
		return;
	if (!r->json) {
		print_event(&r->out, &ev);
		return;
	}
	buf_add(&r->out, line);
	buf_chr(&r->out, '\n');
}

static void
take_lines(struct reading *r, struct bytes text)
{
	while (text.len > 0) {
		const uint8_t *eol = memchr(text.p, '\n', text.len);
		size_t len = eol != NULL ? (size_t)(eol - text.p) : text.len;

		if (len > 0)
			take_line(r, BYTES(text.p, len));
		len += eol != NULL;
		text = BYTES(text.p + len, text.len - len);
	}
}

static void
reading_done(struct reading *r)
{
	buf_done(&r->out);
}

enum rc
cmd_log(const struct verb *v, char **argv, struct err *e)
{
	struct request request = { 0 };
	AUTO(reading_done)
	struct reading r = { .request = &request, .out = BUF_INIT(OUT_MAX) };
	AUTO_BUF struct buf text = BUF_INIT(0);
	enum rc rc;

	if ((rc = option_parse(v, argv, &request, e)) != RC_OK ||
	    (rc = output_is_json(request.output, &r.json, e)) != RC_OK ||
	    (rc = log_read(&text, e)) != RC_OK)
		return rc;
	if (request.since > 0)
		r.from = clock_now() - request.since;
	take_lines(&r, buf_bytes(&text));
	if (r.unread > 0)
		term_say(
		    "warning: %zu lines of the log cannot be read", r.unread);
	if (r.out.len == 0)
		term_say("nothing of that kind is in the log");
	return session_print(buf_bytes(&r.out), e);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signer/base/enc.h"
#include "signer/base/mem.h"
#include "signer/base/text.h"
#include "signer/base/utf8.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/session.h"
#include "signer/host/interrupt.h"

enum { OUT_MAX = 4 * 1024 * 1024, TEXT_ROOM = 2048, FIRST_CAP = 64 };

#define AT(member) offsetof(struct doctor, member)

const struct option doctor_options[] = {
	{ OPTION_STR, "profile", AT(profile), "NAME",
	    "only this one (default: $AWS_PROFILE, else all with a key)" },
	{ OPTION_FLAG, "test-mfa", AT(test_mfa), "",
	    "ask for a session without a code, which must be good for nothing: "
	    "CloudTrail will show it" },
	{ OPTION_STR, "output", AT(output), "FORMAT", "text or json" },
	{ 0 },
};

static const struct row {
	const char *name;
	doctor_check *run;
} rows[] = {
	{ "config", doctor_config },
	{ "unknown-keys", doctor_unknown },
	{ "credential-process", doctor_process },
	{ "shadowing", doctor_shadows },
	{ "plaintext", doctor_plaintext },
	{ "permissions", doctor_permissions },
	{ "mfa", doctor_mfa },
	{ "factors", doctor_factors },
	{ "token", doctor_tokens },
	{ "fido", doctor_fido },
	{ "pcscd", doctor_pcscd },
	{ "endpoint", doctor_endpoints },
	{ "wsl", doctor_wsl },
	{ "test-mfa", doctor_test_mfa },
};

static const char *const grades[] = {
	[GRADE_OK] = "ok", [GRADE_WARN] = "warn", [GRADE_FAIL] = "fail"
};

static bool
is_told(const struct doctor *d, const char *text)
{
	for (size_t i = 0; i < d->nfindings; i++)
		if (strcmp(d->findings[i].check, d->check) == 0 &&
		    strcmp(d->findings[i].text, text) == 0)
			return true;
	return false;
}

/* One line: values of files and words of services are among it. */
static const char *
clean(struct doctor *d, const char *text)
{
	AUTO_MEM char *repaired = utf8_repair(text);

	for (char *p = repaired; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	text_printable(repaired);
	return pool_add(&d->strings, BYTES_STR(repaired));
}

static void add(struct doctor *d, const struct finding *f, const char *fmt,
    va_list ap) __attribute__((format(printf, 3, 0)));

static void
add(struct doctor *d, const struct finding *f, const char *fmt, va_list ap)
{
	char text[TEXT_ROOM] = "";
	const char *cleaned;
	struct finding *to;

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	cleaned = clean(d, text);
	if (is_told(d, cleaned))
		return;
	if (d->nfindings == d->cap) {
		size_t cap = d->cap > 0 ? d->cap * 2 : FIRST_CAP;

		d->findings = mem_grow(d->findings,
		    d->cap * sizeof(*d->findings), cap * sizeof(*d->findings));
		d->cap = cap;
	}
	to = &d->findings[d->nfindings++];
	*to = *f;
	to->check = d->check;
	to->text = cleaned;
	to->mend = f->mend != NULL ? clean(d, f->mend) : NULL;
}

void
doctor_ok(struct doctor *d, const char *fmt, ...)
{
	const struct finding f = { .grade = GRADE_OK };
	va_list ap;

	va_start(ap, fmt);
	add(d, &f, fmt, ap);
	va_end(ap);
}

void
doctor_warn(struct doctor *d, const char *mend, const char *fmt, ...)
{
	const struct finding f = { .grade = GRADE_WARN, .mend = mend };
	va_list ap;

	va_start(ap, fmt);
	add(d, &f, fmt, ap);
	va_end(ap);
}

void
doctor_fail(
    struct doctor *d, enum rc rc, const char *mend, const char *fmt, ...)
{
	const struct finding f = {
		.grade = GRADE_FAIL, .rc = rc, .mend = mend
	};
	va_list ap;

	va_start(ap, fmt);
	add(d, &f, fmt, ap);
	va_end(ap);
}

const struct link *
doctor_code_link(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->links[i].nmfa > 0)
			return &p->links[i];
	return NULL;
}

static void
doctor_done(struct doctor *d)
{
	for (size_t i = 0; i < d->npatients; i++)
		plan_done(&d->patients[i].plan);
	mem_free(d->patients);
	mem_free(d->findings);
	world_done(&d->world);
	pool_done(&d->strings);
}

static void
print_text(const struct doctor *d, struct buf *out)
{
	for (size_t i = 0; i < d->nfindings; i++) {
		const struct finding *f = &d->findings[i];

		buf_fmt(out, "%-5s %-19s", grades[f->grade], f->check);
		buf_str(out, f->text);
		if (f->mend != NULL) {
			buf_str(out, ": `");
			buf_str(out, f->mend);
			buf_chr(out, '`');
		}
		buf_chr(out, '\n');
	}
}

static void
print_member(struct buf *out, const char *name, const char *value)
{
	buf_fmt(out, ",\"%s\":", name);
	if (value != NULL)
		enc_json(out, BYTES_STR(value));
	else
		buf_str(out, "null");
}

static void
print_json(const struct doctor *d, enum rc rc, struct buf *out)
{
	buf_fmt(out, "{\"rc\":%d,\"findings\":[", (int)rc);
	for (size_t i = 0; i < d->nfindings; i++) {
		const struct finding *f = &d->findings[i];

		buf_fmt(out, "%s\n{\"grade\":\"%s\"", i > 0 ? "," : "",
		    grades[f->grade]);
		print_member(out, "check", f->check);
		print_member(out, "text", f->text);
		print_member(out, "mend", f->mend);
		buf_fmt(out, ",\"rc\":%d}", (int)f->rc);
	}
	buf_str(out, "\n]}\n");
}

/* That of the first failure: what warns fails nobody. */
static enum rc
judge(const struct doctor *d, struct err *e)
{
	const struct finding *first = NULL;
	size_t n = 0;

	for (size_t i = d->nfindings; i-- > 0;)
		if (d->findings[i].grade == GRADE_FAIL) {
			first = &d->findings[i];
			n++;
		}
	if (first == NULL)
		return RC_OK;
	return err_set(e, first->rc,
	    "%zu finding%s to mend, of which the first is %s: %s", n,
	    n == 1 ? "" : "s", first->check, first->text);
}

static bool
is_json(const struct doctor *d)
{
	return d->output != NULL && strcmp(d->output, "json") == 0;
}

static enum rc
check_output(const struct doctor *d, struct err *e)
{
	if (d->output == NULL || is_json(d) || strcmp(d->output, "text") == 0)
		return RC_OK;
	return err_set(e, RC_USAGE, "--output is text or json");
}

enum rc
cmd_doctor(const struct verb *v, char **argv, struct err *e)
{
	AUTO(doctor_done) struct doctor d = { 0 };
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	enum rc rc, printed;

	if ((rc = option_parse(v, argv, &d, e)) != RC_OK ||
	    (rc = check_output(&d, e)) != RC_OK)
		return rc;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		d.check = rows[i].name;
		rows[i].run(&d);
		if (interrupt_caught(NULL))
			return err_set(e, RC_CANCELLED, "called off");
	}
	rc = judge(&d, e);
	if (is_json(&d))
		print_json(&d, rc, &out);
	else
		print_text(&d, &out);
	printed = session_print(buf_bytes(&out), e);
	return printed != RC_OK ? printed : rc;
}

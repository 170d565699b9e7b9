/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/json_out.h"

#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/base/utf8.h"

static void
quoted(struct buf *out, const char *s)
{
	AUTO_MEM char *repaired = utf8_repair(s);

	buf_chr(out, '"');
	for (const char *p = repaired; *p != '\0'; p++)
		if (*p == '"' || *p == '\\')
			buf_fmt(out, "\\%c", *p);
		else if ((unsigned char)*p < ' ')
			buf_fmt(out, "\\u%04x", (unsigned int)*p);
		else
			buf_chr(out, *p);
	buf_chr(out, '"');
}

static void
begin(struct buf *out, const char *name)
{
	char before = out->len > 0 ? (char)out->p[out->len - 1] : '[';

	if (before != '[' && before != '{')
		buf_chr(out, ',');
	if (name == NULL)
		return;
	quoted(out, name);
	buf_chr(out, ':');
}

void
out_open(struct buf *out, const char *name, char bracket)
{
	begin(out, name);
	buf_chr(out, bracket);
}

void
out_close(struct buf *out, char bracket)
{
	buf_chr(out, bracket);
}

void
out_str(struct buf *out, const char *name, const char *value)
{
	begin(out, name);
	if (value == NULL)
		buf_str(out, "null");
	else
		quoted(out, value);
}

void
out_int(struct buf *out, const char *name, int64_t value)
{
	begin(out, name);
	buf_fmt(out, "%lld", (long long)value);
}

void
out_bool(struct buf *out, const char *name, bool value)
{
	begin(out, name);
	buf_str(out, value ? "true" : "false");
}

void
out_time(struct buf *out, const char *name, int64_t value)
{
	char when[CLOCK_ISO_SIZE];

	clock_iso(value, when);
	out_str(out, name, value != 0 ? when : NULL);
}

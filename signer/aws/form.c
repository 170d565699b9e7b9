/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/form.h"

#include "signer/base/enc.h"

void
form_begin(struct buf *ret, const char *action, const char *version)
{
	buf_str(ret, "Action=");
	buf_str(ret, action);
	buf_str(ret, "&Version=");
	buf_str(ret, version);
}

/* As HTML forms are encoded: a space is '+'. */
static void
encoded(struct buf *ret, struct bytes s)
{
	for (;;) {
		const uint8_t *gap = s.len > 0 ? memchr(s.p, ' ', s.len) : NULL;
		size_t n = gap != NULL ? (size_t)(gap - s.p) : s.len;

		enc_percent(ret, BYTES(s.p, n), "");
		if (gap == NULL)
			return;
		buf_chr(ret, '+');
		s = BYTES(gap + 1, s.len - n - 1);
	}
}

void
form_text(struct buf *ret, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_chr(ret, '&');
	buf_str(ret, name);
	buf_chr(ret, '=');
	encoded(ret, BYTES_STR(value));
}

void
form_number(struct buf *ret, const char *name, int64_t value)
{
	if (value != 0)
		buf_fmt(ret, "&%s=%lld", name, (long long)value);
}

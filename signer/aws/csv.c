/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/csv.h"

#include <strings.h>

enum { COLUMN_NONE = -1 };

/* One field at a time; rest starts after it, line_end when it was the last. */
struct cursor {
	struct bytes rest;
	bool line_end;
};

static void
skip(struct bytes *s, size_t n)
{
	s->p += n;
	s->len -= n;
}

static bool
starts(struct bytes s, const char *with)
{
	return s.len >= strlen(with) && memcmp(s.p, with, strlen(with)) == 0;
}

static struct bytes
trimmed(struct bytes s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		skip(&s, 1);
	while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* What follows a field: a comma, the end of the line, or of the text. */
static enum rc
end_field(struct cursor *c, struct err *e)
{
	c->line_end = true;
	if (c->rest.len == 0)
		return RC_OK;
	if (starts(c->rest, ",")) {
		skip(&c->rest, 1);
		c->line_end = false;
		return RC_OK;
	}
	if (starts(c->rest, "\r"))
		skip(&c->rest, 1);
	if (c->rest.len == 0 || starts(c->rest, "\n")) {
		skip(&c->rest, c->rest.len > 0 ? 1 : 0);
		return RC_OK;
	}
	return err_set(e, RC_FORMAT, "a quote or line end in a wrong place");
}

static enum rc
quoted_field(struct cursor *c, struct bytes *ret, struct err *e)
{
	const uint8_t *end;

	skip(&c->rest, 1);
	if (c->rest.len == 0)
		return err_set(e, RC_FORMAT, "a quote that is never closed");
	end = memchr(c->rest.p, '"', c->rest.len);
	if (end == NULL)
		return err_set(e, RC_FORMAT, "a quote that is never closed");
	*ret = BYTES(c->rest.p, (size_t)(end - c->rest.p));
	skip(&c->rest, ret->len + 1);
	return end_field(c, e);
}

static bool
ends_field(uint8_t c)
{
	return c == ',' || c == '"' || c == '\r' || c == '\n';
}

static enum rc
next_field(struct cursor *c, struct bytes *ret, struct err *e)
{
	size_t n = 0;

	if (starts(c->rest, "\""))
		return quoted_field(c, ret, e);
	while (n < c->rest.len && !ends_field(c->rest.p[n]))
		n++;
	*ret = trimmed(BYTES(c->rest.p, n));
	skip(&c->rest, n);
	return end_field(c, e);
}

static bool
is_named(struct bytes field, const char *name)
{
	return field.len == strlen(name) &&
	       strncasecmp((const char *)field.p, name, field.len) == 0;
}

/* The columns of the two names in the header line. */
static enum rc
read_header(struct cursor *c, int *id, int *secret, struct err *e)
{
	*id = *secret = COLUMN_NONE;
	c->line_end = false;
	for (int i = 0; !c->line_end; i++) {
		struct bytes field = { 0 };
		enum rc rc = next_field(c, &field, e);

		if (rc != RC_OK)
			return rc;
		if (is_named(field, "Access key ID"))
			*id = i;
		if (is_named(field, "Secret access key"))
			*secret = i;
	}
	if (*id == COLUMN_NONE || *secret == COLUMN_NONE)
		return err_set(e, RC_FORMAT,
		    "the first line does not name 'Access key ID' and 'Secret "
		    "access key', as the file of the IAM console does");
	return RC_OK;
}

static enum rc
read_row(
    struct cursor *c, int id, int secret, struct csv_key *ret, struct err *e)
{
	c->line_end = false;
	for (int i = 0; !c->line_end; i++) {
		struct bytes field = { 0 };
		enum rc rc = next_field(c, &field, e);

		if (rc != RC_OK)
			return rc;
		if (i == id)
			ret->access_key_id = field;
		if (i == secret)
			ret->secret_access_key = field;
	}
	return RC_OK;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_blank(struct bytes *s)
{
	while (s->len > 0 && is_blank(s->p[0]))
		skip(s, 1);
}

enum rc
csv_access_key(struct bytes text, struct csv_key *ret, struct err *e)
{
	struct cursor c = { .rest = text };
	struct csv_key key = { 0 };
	int id, secret;
	enum rc rc;

	if (starts(c.rest, "\xef\xbb\xbf"))
		skip(&c.rest, 3);
	rc = read_header(&c, &id, &secret, e);
	if (rc == RC_OK)
		rc = read_row(&c, id, secret, &key, e);
	if (rc != RC_OK)
		return rc;
	if (key.access_key_id.len == 0 || key.secret_access_key.len == 0)
		return err_set(e, RC_FORMAT, "there is no key on line 2");
	skip_blank(&c.rest);
	if (c.rest.len > 0)
		return err_set(e, RC_FORMAT,
		    "there is more than one key; leave the line of the one to "
		    "import");
	*ret = key;
	return RC_OK;
}

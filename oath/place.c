/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/place.h"

#include "signer/base/enc.h"
#include "signer/base/mem.h"

enum { SOURCE_MAX = 4096 };

static const char scheme[] = "oath:";

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte at the front, escaped or not, and how long it is; 0: a wrong one. */
static size_t
byte_of(struct bytes s, uint8_t *ret)
{
	int hi, lo;

	*ret = s.p[0];
	if (s.p[0] != '%')
		return 1;
	if (s.len < 3)
		return 0;
	hi = hex_value(s.p[1]);
	lo = hex_value(s.p[2]);
	if (hi < 0 || lo < 0 || hi + lo == 0)
		return 0;
	*ret = (uint8_t)(hi << 4 | lo);
	return 3;
}

/* NULL: it has no value, a wrong escape, or a zero byte. */
static char *
decoded(struct bytes s)
{
	AUTO_BUF struct buf b = BUF_INIT(SOURCE_MAX);

	while (s.len > 0) {
		uint8_t byte = 0;
		size_t n = byte_of(s, &byte);

		if (n == 0)
			return NULL;
		buf_chr(&b, (char)byte);
		s = BYTES(s.p + n, s.len - n);
	}
	return buf_ok(&b) && b.len > 0 ? mem_strn(b.p, b.len) : NULL;
}

static enum rc
wrong(struct bytes part, struct err *e)
{
	return err_set(e, RC_CONFIG,
	    "'%.*s' is no part of the URI of an OATH entry: write it as "
	    "`stskey key list` prints it, oath:serial=…;name=…",
	    part.len < 64 ? (int)part.len : 64, (const char *)part.p);
}

static bool
is_part(struct bytes *part, const char *with)
{
	size_t n = strlen(with);

	if (part->len < n || memcmp(part->p, with, n) != 0)
		return false;
	*part = BYTES(part->p + n, part->len - n);
	return true;
}

/* Where the value goes; NULL: there is no such part. */
static char **
slot_of(struct place *p, struct bytes *part, bool query)
{
	if (!query && is_part(part, "serial="))
		return &p->serial;
	if (!query && is_part(part, "name="))
		return &p->name;
	if (query && is_part(part, "pin-source="))
		return &p->pin_source;
	return NULL;
}

static enum rc
take(struct place *p, struct bytes part, bool query, struct err *e)
{
	struct bytes value = part;
	char **slot;

	if (query && bytes_is(part, "touch=no") && !p->no_touch) {
		p->no_touch = true;
		return RC_OK;
	}
	slot = slot_of(p, &value, query);
	if (slot == NULL || *slot != NULL)
		return wrong(part, e);
	*slot = decoded(value);
	return *slot != NULL ? RC_OK : wrong(part, e);
}

static enum rc
parse(const char *text, struct place *p, struct err *e)
{
	bool query = *text == '?';
	enum rc rc = RC_OK;

	text += query ? 1 : 0;
	while (rc == RC_OK && *text != '\0') {
		size_t n = strcspn(text, query ? "&" : ";?");

		rc = take(p, BYTES(text, n), query, e);
		query = query || text[n] == '?';
		text += n + (text[n] != '\0' ? 1 : 0);
	}
	if (rc == RC_OK && p->name != NULL && strlen(p->name) > OATH_NAME_MAX)
		return err_set(e, RC_CONFIG,
		    "the name of an OATH entry has up to %d bytes",
		    OATH_NAME_MAX);
	return rc;
}

enum rc
place_parse(const char *uri, struct place *ret, struct err *e)
{
	AUTO_PLACE struct place p = { 0 };
	enum rc rc;

	if (strncmp(uri, scheme, strlen(scheme)) != 0)
		return err_set(e, RC_CONFIG,
		    "an OATH entry is written 'oath:serial=…;name=…'");
	rc = parse(uri + strlen(scheme), &p, e);
	if (rc != RC_OK)
		return rc;
	*ret = p;
	p = (struct place){ 0 };
	return RC_OK;
}

void
place_uri(const char *serial, const char *name, bool no_touch, struct buf *ret)
{
	buf_str(ret, scheme);
	buf_str(ret, "serial=");
	enc_percent(ret, BYTES_STR(serial), "");
	if (name == NULL)
		return;
	buf_str(ret, ";name=");
	enc_percent(ret, BYTES_STR(name), ":@");
	if (no_touch)
		buf_str(ret, "?touch=no");
}

void
place_done(struct place *p)
{
	mem_free(p->serial);
	mem_free(p->name);
	mem_free(p->pin_source);
	*p = (struct place){ 0 };
}

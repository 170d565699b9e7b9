/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/enc.h"

#include <string.h>

static const char base64_digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789+/";

void
enc_base64(struct buf *ret, struct bytes s)
{
	for (size_t i = 0; i < s.len; i += 3) {
		size_t n = s.len - i < 3 ? s.len - i : 3;
		uint32_t v = (uint32_t)s.p[i] << 16;

		v |= n > 1 ? (uint32_t)s.p[i + 1] << 8 : 0;
		v |= n > 2 ? (uint32_t)s.p[i + 2] : 0;
		buf_chr(ret, base64_digit[v >> 18]);
		buf_chr(ret, base64_digit[v >> 12 & 63]);
		buf_chr(ret, n > 1 ? base64_digit[v >> 6 & 63] : '=');
		buf_chr(ret, n > 2 ? base64_digit[v & 63] : '=');
	}
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Four digits, the last pad of them '='; false if they are not canonical. */
static bool
base64_quad(uint8_t *to, const uint8_t *p, size_t pad)
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = i < 4 - pad ? base64_value(p[i]) : 0;

		if (d < 0)
			return false;
		v = v << 6 | (uint32_t)d;
	}
	if ((pad == 1 && (v & 0xff) != 0) || (pad == 2 && (v & 0xffff) != 0))
		return false;
	for (size_t i = 0; i < 3 - pad; i++)
		to[i] = (uint8_t)(v >> (16 - 8 * i));
	return true;
}

static size_t
base64_pad(struct bytes s)
{
	size_t pad = 0;

	while (pad < 2 && pad < s.len && s.p[s.len - 1 - pad] == '=')
		pad++;
	return pad;
}

/* How many bytes s encodes; its length is a multiple of four. */
static size_t
base64_size(struct bytes s)
{
	return s.len / 4 * 3 - base64_pad(s);
}

static enum rc
base64_check_length(struct bytes s, struct err *e)
{
	return s.len % 4 == 0
	           ? RC_OK
	           : err_set(e, RC_FORMAT, "base64 of a wrong length");
}

static enum rc
base64_decode(uint8_t *to, struct bytes s, struct err *e)
{
	size_t pad = base64_pad(s);

	for (size_t i = 0; i < s.len; i += 4, to += 3)
		if (!base64_quad(to, s.p + i, i + 4 == s.len ? pad : 0))
			return err_set(e, RC_FORMAT,
			    "base64 is wrong near position %zu", i + 1);
	return RC_OK;
}

enum rc
enc_unbase64(struct buf *ret, struct bytes s, struct err *e)
{
	enum rc rc = base64_check_length(s, e);
	size_t before = ret->len;
	uint8_t *to;

	if (rc != RC_OK || s.len == 0)
		return rc;
	to = buf_room(ret, base64_size(s));
	if (to == NULL)
		return err_set(e, RC_FORMAT, "base64 too long");
	rc = base64_decode(to, s, e);
	if (rc != RC_OK)
		ret->len = before;
	return rc;
}

enum rc
enc_unbase64_secret(struct secret *ret, struct bytes s, struct err *e)
{
	AUTO_SECRET struct secret out = { 0 };
	enum rc rc = base64_check_length(s, e);

	if (rc != RC_OK)
		return rc;
	secret_new(&out, base64_size(s));
	rc = base64_decode(out.p, s, e);
	if (rc == RC_OK)
		secret_move(ret, &out);
	return rc;
}

static int
base32_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static bool
is_filler(uint8_t c)
{
	return c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n';
}

enum rc
enc_unbase32(struct secret *ret, struct bytes s, struct err *e)
{
	AUTO_SECRET struct secret out = { 0 };
	size_t n = 0, digits = 0;
	uint32_t acc = 0;
	unsigned int bits = 0;

	while (
	    s.len > 0 && (is_filler(s.p[s.len - 1]) || s.p[s.len - 1] == '='))
		s.len--;
	secret_new(&out, s.len * 5 / 8 + 1);
	for (size_t i = 0; i < s.len; i++) {
		int d = base32_value(s.p[i]);

		if (is_filler(s.p[i]))
			continue;
		if (d < 0)
			return err_set(e, RC_FORMAT,
			    "character %zu is not base32 (A-Z and 2-7)", i + 1);
		acc = (acc << 5 | (uint32_t)d) & 0xfff;
		bits += 5;
		digits++;
		if (bits >= 8) {
			bits -= 8;
			out.p[n++] = (uint8_t)(acc >> bits);
		}
	}
	if (n == 0 || digits % 8 == 1 || digits % 8 == 3 || digits % 8 == 6)
		return err_set(e, RC_FORMAT,
		    "base32 of %zu characters is cut short", digits);
	secret_cut(&out, n);
	secret_move(ret, &out);
	return RC_OK;
}

void
enc_base32(struct secret *ret, struct bytes s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	AUTO_SECRET struct secret out = { 0 };
	size_t n = 0;
	uint32_t acc = 0;
	unsigned int bits = 0;

	secret_new(&out, (s.len * 8 + 4) / 5);
	for (size_t i = 0; i < s.len; i++) {
		acc = (acc << 8 | s.p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			out.p[n++] = (uint8_t)digits[acc >> (bits - 5) & 31];
	}
	if (bits > 0)
		out.p[n++] = (uint8_t)digits[acc << (5 - bits) & 31];
	secret_move(ret, &out);
}

/* RFC 3986, section 2.3. */
static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
	       c == '~';
}

/* How much of s from its i-th byte on stays as it is. */
static size_t
plain_run(struct bytes s, size_t i, const char *keep)
{
	size_t end = i;

	while (end < s.len &&
	       (is_unreserved((char)s.p[end]) ||
		   (s.p[end] != '\0' && strchr(keep, (char)s.p[end]) != NULL)))
		end++;
	return end - i;
}

void
enc_percent(struct buf *ret, struct bytes s, const char *keep)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		size_t n = plain_run(s, i, keep);

		buf_add(ret, BYTES(s.p + i, n));
		i += n;
		if (i == s.len)
			return;
		buf_chr(ret, '%');
		buf_chr(ret, hex[s.p[i] >> 4]);
		buf_chr(ret, hex[s.p[i] & 15]);
	}
}

void
enc_json(struct buf *ret, struct bytes s)
{
	buf_chr(ret, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < ' ' || s.p[i] == 0x7f) {
			buf_fmt(ret, "\\u%04x", (unsigned int)s.p[i]);
			continue;
		}
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_chr(ret, '\\');
		buf_chr(ret, (char)s.p[i]);
	}
	buf_chr(ret, '"');
}

uint64_t
enc_fnv1a(struct bytes s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ s.p[i]) * 0x100000001b3;
	return h;
}

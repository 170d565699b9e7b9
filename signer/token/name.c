/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/name.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "signer/base/enc.h"
#include "signer/base/text.h"

enum { READABLE = 40 };

const char *
name_file(struct pool *p, const char *prefix, const char *key)
{
	const char *slash = strrchr(key, '/');
	const char *tail = slash != NULL ? slash + 1 : key;
	char readable[READABLE + 1] = "";
	size_t n = 0;

	for (; *tail != '\0' && n < READABLE; tail++) {
		bool fine = isalnum((unsigned char)*tail) ||
		            (strchr("-_.", *tail) != NULL);

		readable[n++] = fine ? *tail : '-';
	}
	return pool_fmt(p, "%s.%s-%016" PRIx64, prefix, readable,
	    enc_fnv1a(BYTES_STR(key)));
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *
decoded(struct pool *p, struct bytes s)
{
	AUTO_BUF struct buf b = BUF_INIT(s.len + 1);

	for (size_t i = 0; i < s.len; i++) {
		int hi = -1, lo = -1;

		if (s.p[i] == '%' && i + 2 < s.len) {
			hi = hex_value((char)s.p[i + 1]);
			lo = hex_value((char)s.p[i + 2]);
		}
		if (hi < 0 || lo < 0 || hi + lo == 0) {
			buf_chr(&b, (char)s.p[i]);
			continue;
		}
		buf_chr(&b, (char)(hi << 4 | lo));
		i += 2;
	}
	return pool_add(p, buf_bytes(&b));
}

const char *
name_attribute(struct pool *p, const char *uri, const char *name)
{
	const char *at = strchr(uri, ':');
	size_t len = strlen(name);

	while (at != NULL && *at != '\0') {
		size_t n = strcspn(++at, ";?&");

		if (n > len && at[len] == '=' && strncmp(at, name, len) == 0)
			return decoded(p, BYTES(at + len + 1, n - len - 1));
		at += n;
	}
	return NULL;
}

const char *
name_token(struct pool *p, const char *uri)
{
	const char *token = name_attribute(p, uri, "token");
	const char *serial = name_attribute(p, uri, "serial");
	int scheme = (int)strcspn(uri, ":");

	if (token != NULL && *token != '\0')
		return pool_fmt(p, "%.*s:token=%s", scheme, uri, token);
	if (serial != NULL && *serial != '\0')
		return pool_fmt(p, "%.*s:serial=%s", scheme, uri, serial);
	return pool_add(p, BYTES(uri, strcspn(uri, "?")));
}

const char *
name_printable(struct pool *p, const char *s)
{
	char *copy = pool_add(p, BYTES_STR(s));

	text_printable(copy);
	return copy;
}

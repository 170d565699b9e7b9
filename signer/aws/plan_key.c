/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan_key.h"

#include <stdlib.h>

#include "signer/base/enc.h"

enum { KEY_MAX = 1 << 20, READABLE_MAX = 80 };

static void
field(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_chr(b, ';');
	buf_str(b, name);
	buf_chr(b, '=');
	enc_percent(b, BYTES_STR(value), ":/,+@");
}

static void
number(struct buf *b, const char *name, int64_t value)
{
	if (value <= 0)
		return;
	buf_chr(b, ';');
	buf_str(b, name);
	buf_chr(b, '=');
	buf_dec(b, value);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whichever of the devices gives the code, in whatever order they stand. */
static void
serials(const struct link *l, struct buf *b)
{
	const char *sorted[PLAN_MAX_MFA] = { 0 };

	for (size_t i = 0; i < l->nmfa; i++)
		sorted[i] = l->mfa[i].serial;
	qsort(sorted, l->nmfa, sizeof(sorted[0]), by_text);
	for (size_t i = 0; i < l->nmfa; i++)
		field(b, "serial", sorted[i]);
}

static void
write_key(const struct plan *p, size_t i, struct buf *b)
{
	const struct link *l = &p->links[i];

	if (l->kind == LINK_SESSION) {
		buf_str(b, "session");
		field(b, "id", p->access_key_id);
	} else if (l->by_key) {
		buf_str(b, "key");
		field(b, "id", p->access_key_id);
		buf_str(b, ">role");
	} else {
		buf_str(b, p->links[i - 1].cache_key);
		buf_str(b, ">role");
	}
	field(b, "partition", l->endpoint.partition);
	field(b, "endpoint", l->endpoint.kind);
	field(b, "arn", l->role_arn);
	field(b, "name", l->session_name);
	field(b, "external_id", l->external_id);
	serials(l, b);
	number(b, "seconds", l->seconds);
}

/* What follows the nth colon; what precedes the next one counts. */
static struct bytes
after_colons(const char *arn, size_t n)
{
	while (n > 0 && *arn != '\0')
		n -= *arn++ == ':';
	return BYTES(arn, strcspn(arn, ":"));
}

/* For people who look into the folder; the hash tells entries apart. */
static void
write_name(const struct plan *p, const struct link *l, struct buf *b)
{
	const char *slash;

	if (l->kind == LINK_SESSION) {
		buf_str(b, "session-");
		buf_str(b, p->access_key_id);
		return;
	}
	slash = strrchr(l->role_arn, '/');
	buf_str(b, "role-");
	buf_add(b, after_colons(l->role_arn, 4));
	buf_chr(b, '-');
	buf_str(b, slash != NULL ? slash + 1 : l->role_arn);
}

static bool
is_fit(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static void
add_hash(struct buf *b, uint64_t hash)
{
	uint8_t big_endian[8];

	for (size_t i = sizeof(big_endian); i-- > 0; hash >>= 8)
		big_endian[i] = (uint8_t)hash;
	buf_hex(b, BYTES(big_endian, sizeof(big_endian)));
}

void
plan_key(struct plan *p, size_t i)
{
	AUTO_BUF struct buf key = BUF_INIT(KEY_MAX);
	AUTO_BUF struct buf name = BUF_INIT(KEY_MAX);
	struct link *l = &p->links[i];

	write_key(p, i, &key);
	write_name(p, l, &name);
	for (size_t k = 0; k < name.len; k++)
		if (!is_fit(name.p[k]))
			name.p[k] = '_';
	if (name.len > READABLE_MAX)
		name.len = READABLE_MAX;
	buf_chr(&name, '.');
	add_hash(&name, enc_fnv1a(buf_bytes(&key)));
	l->cache_key = pool_add(&p->strings, buf_bytes(&key));
	l->cache_name = pool_add(&p->strings, buf_bytes(&name));
}

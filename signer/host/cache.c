/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/cache.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/store/path.h"

static const char magic[] = "stskey1 ";

enum { ENTRY_MAX = 256 * 1024, DIGITS_MAX = 12, USE_SECONDS = 60 };

int64_t
cache_left(const struct cache_entry *entry, int64_t now)
{
	return entry->expires - (now + entry->skew);
}

/* A decimal number and the space after it, cut off the front of s. */
static bool
number(struct bytes *s, int64_t *ret)
{
	bool negative = s->len > 0 && s->p[0] == '-';
	size_t i = negative ? 1 : 0, first = i;
	int64_t n = 0;

	for (; i < s->len && i - first < DIGITS_MAX && s->p[i] >= '0' &&
	       s->p[i] <= '9';
	     i++)
		n = n * 10 + (s->p[i] - '0');
	if (i == first || i >= s->len || s->p[i] != ' ')
		return false;
	*ret = negative ? -n : n;
	*s = BYTES(s->p + i + 1, s->len - i - 1);
	return true;
}

enum rc
cache_parse(
    struct bytes text, const char *key, struct cache_entry *ret, struct err *e)
{
	struct cache_entry entry = { 0 };
	size_t head = strlen(magic);
	const uint8_t *eol;

	if (text.len < head || memcmp(text.p, magic, head) != 0)
		return err_set(e, RC_FORMAT, "not a cache entry");
	text = BYTES(text.p + head, text.len - head);
	if (!number(&text, &entry.expires) || !number(&text, &entry.made) ||
	    !number(&text, &entry.skew))
		return err_set(e, RC_FORMAT, "a torn cache entry");
	eol = memchr(text.p, '\n', text.len);
	if (eol == NULL ||
	    !bytes_is(BYTES(text.p, (size_t)(eol - text.p)), key))
		return err_set(e, RC_FORMAT, "the cache entry of another key");
	eol++;
	entry.answer = BYTES(eol, text.len - (size_t)(eol - text.p));
	/* An answer is one whole line: anything else was cut off. */
	if (entry.answer.len < 3 || entry.answer.p[0] != '{' ||
	    memcmp(entry.answer.p + entry.answer.len - 2, "}\n", 2) != 0)
		return err_set(e, RC_FORMAT, "a cache entry cut short");
	*ret = entry;
	return RC_OK;
}

enum rc
cache_read(const char *path, const char *key, struct buf *text,
    struct cache_entry *ret, struct err *e)
{
	int64_t used = 0;
	enum rc rc;

	*text = BUF_INIT(ENTRY_MAX);
	rc = file_read_dated(path, FILE_OURS, text, &used, e);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return err_in(e, rc,
		    "the cached session cannot be used; `stskey clear` drops "
		    "it");
	if (rc != RC_OK)
		return rc;
	rc = cache_parse(buf_bytes(text), key, ret, e);
	if (rc != RC_OK)
		return err_set(e, RC_NOTFOUND, "no cache entry");
	ret->used = used;
	return RC_OK;
}

void
cache_use(const char *path, const struct cache_entry *entry)
{
	const struct timespec times[] = {
		{ .tv_nsec = UTIME_OMIT },
		{ .tv_nsec = UTIME_NOW },
	};
	int64_t age = clock_now() - entry->used;

	/* A disk that takes no write is no reason to refuse a session. */
	if (age >= USE_SECONDS || age <= -USE_SECONDS)
		(void)utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

/* The folder, marked so that backups pass it over (bford.info/cachedir). */
static enum rc
make_folder(const char *path, struct err *e)
{
	static const char tag[] =
	    "Signature: 8a477f597d28d172789f06886806bc55\n"
	    "# Sessions of stskey(1): short-lived, made anew when lost.\n";
	AUTO_MEM char *dir = path_folder(path);
	AUTO_MEM char *name = path_join(dir, "CACHEDIR.TAG");
	enum rc rc = file_dir(dir, e);

	if (rc != RC_OK || access(name, F_OK) == 0)
		return rc;
	return file_replace(name, 0600, BYTES_STR(tag), e);
}

enum rc
cache_write(const char *path, const char *key, const struct cache_entry *entry,
    struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(ENTRY_MAX);
	enum rc rc;

	buf_fmt(&text, "%s%lld %lld %lld ", magic, (long long)entry->expires,
	    (long long)entry->made, (long long)entry->skew);
	buf_str(&text, key);
	buf_chr(&text, '\n');
	buf_add(&text, entry->answer);
	if (!buf_ok(&text))
		return err_set(e, RC_FORMAT, "an answer too long to be cached");
	rc = make_folder(path, e);
	return rc == RC_OK ? file_replace(path, 0600, buf_bytes(&text), e) : rc;
}

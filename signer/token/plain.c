/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/aws/profile.h"
#include "signer/store/file.h"

enum { FILE_MAX = 512 * 1024 };

static const char *const key_names[] = { "aws_access_key_id",
	"aws_secret_access_key", "aws_session_token" };

/* The file, parsed; all of it lives until opened_done(). */
struct opened {
	struct secret text;
	struct profile_file file;
	const struct profile_section *section;
};

static void
opened_done(struct opened *o)
{
	profile_done(&o->file);
	secret_done(&o->text);
}

static enum rc
open_file(
    const char *path, const char *profile, struct opened *o, struct err *e)
{
	enum rc rc = file_read_secret(path, FILE_MAX, &o->text, e);

	if (rc == RC_NOTFOUND)
		return err_set(e, rc,
		    "there is no credentials file '%s' with [%s] in it: name "
		    "it in AWS_SHARED_CREDENTIALS_FILE, or give the key by "
		    "--csv FILE or --access-key-id AKIA…",
		    path, profile);
	if (rc == RC_OK)
		rc = profile_read(&o->file, path, secret_bytes(&o->text), e);
	if (rc != RC_OK)
		return rc;
	o->section = profile_find(&o->file, profile, false);
	if (o->section == NULL)
		return err_set(e, RC_NOTFOUND,
		    "there is no [%s] in %s: name a section that holds a key "
		    "there",
		    profile, path);
	return RC_OK;
}

static struct bytes
value(const struct opened *o, const char *key)
{
	const struct profile_entry *entry =
	    profile_entry(&o->file, o->section, key);

	return entry != NULL ? entry->value : BYTES("", 0);
}

enum rc
plain_find(struct pool *p, const char *path, const char *profile,
    struct plain *ret, struct err *e)
{
	AUTO(opened_done) struct opened o = { 0 };
	struct bytes id, secret;
	enum rc rc = open_file(path, profile, &o, e);

	if (rc != RC_OK)
		return rc;
	if (value(&o, "aws_session_token").len > 0)
		return err_set(e, RC_CONFIG,
		    "[%s] in %s holds temporary credentials, which expire; "
		    "import a long-term key",
		    profile, path);
	id = value(&o, "aws_access_key_id");
	secret = value(&o, "aws_secret_access_key");
	if (id.len == 0 || secret.len == 0)
		return err_set(e, RC_NOTFOUND,
		    "[%s] in %s has no aws_access_key_id with an "
		    "aws_secret_access_key",
		    profile, path);
	ret->access_key_id = pool_add(p, id);
	secret_set(&ret->secret_access_key, secret);
	return RC_OK;
}

void
plain_done(struct plain *p)
{
	secret_done(&p->secret_access_key);
}

static bool
is_key_entry(const struct profile_entry *entry)
{
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (entry->key.len == strlen(key_names[i]) &&
		    strncasecmp((const char *)entry->key.p, key_names[i],
			entry->key.len) == 0)
			return true;
	return false;
}

/* Whole lines of the text, from the one of `from` to the one of `to`. */
static struct bytes
lines_of(struct bytes text, const uint8_t *from, const uint8_t *to)
{
	const uint8_t *end = text.p + text.len;

	while (from > text.p && from[-1] != '\n')
		from--;
	while (to < end && *to != '\n')
		to++;
	if (to < end)
		to++;
	return BYTES(from, (size_t)(to - from));
}

/* Marks in drop, a byte for each of the text, what goes. */
static void
mark(const struct opened *o, struct bytes what, uint8_t *drop)
{
	memset(drop + (what.p - o->text.p), 1, what.len);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Its first byte that is not blank; 0: there is none. */
static uint8_t
first_of(struct bytes line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!is_blank(line.p[i]))
			return line.p[i];
	return 0;
}

/* The header and blank lines of a section with no entry left. */
static void
mark_section(const struct opened *o, uint8_t *drop)
{
	struct bytes text = secret_bytes(&o->text);
	struct bytes line =
	    lines_of(text, o->section->name.p, o->section->name.p);
	const uint8_t *end = text.p + text.len;

	mark(o, line, drop);
	for (const uint8_t *at = line.p + line.len; at < end;
	     at = line.p + line.len) {
		line = lines_of(text, at, at);
		if (first_of(line) == '[')
			return;
		if (first_of(line) == 0)
			mark(o, line, drop);
	}
}

static void
mark_key(const struct opened *o, uint8_t *drop)
{
	const struct profile_section *s = o->section;
	struct bytes text = secret_bytes(&o->text);
	size_t left = s->count;

	for (size_t i = s->first; i < s->first + s->count; i++) {
		const struct profile_entry *entry = &o->file.entries[i];

		if (!is_key_entry(entry))
			continue;
		left--;
		mark(o,
		    lines_of(
			text, entry->key.p, entry->value.p + entry->value.len),
		    drop);
	}
	if (left == 0)
		mark_section(o, drop);
}

/* Whether the secret is in what stays of the text: then nothing is changed. */
static enum rc
check_gone(const struct opened *o, const uint8_t *drop, struct err *e)
{
	struct bytes text = secret_bytes(&o->text);
	struct bytes secret = value(o, "aws_secret_access_key");
	size_t line = 1;

	for (size_t i = 0; secret.len > 0 && i + secret.len <= text.len; i++) {
		if (drop[i] == 0 &&
		    memcmp(text.p + i, secret.p, secret.len) == 0)
			return err_set(e, RC_CONFIG,
			    "%s:%zu: the same secret stands there as well: "
			    "take "
			    "that line out first (nothing was changed)",
			    o->file.path, line);
		line += text.p[i] == '\n';
	}
	return RC_OK;
}

static enum rc
without_key(const struct opened *o, struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret drop = { 0 };
	size_t n = 0;
	enum rc rc;

	secret_new(&drop, o->text.len);
	mark_key(o, drop.p);
	rc = check_gone(o, drop.p, e);
	if (rc != RC_OK)
		return rc;
	secret_new(ret, o->text.len);
	for (size_t i = 0; i < o->text.len; i++)
		if (drop.p[i] == 0)
			ret->p[n++] = o->text.p[i];
	secret_cut(ret, n);
	return RC_OK;
}

/* What [DEFAULT] gives to every section is not this profile's to remove. */
static enum rc
check_own(const struct opened *o, const char *profile, struct err *e)
{
	const struct profile_section *s = o->section;

	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++) {
		const struct profile_entry *entry =
		    profile_entry(&o->file, s, key_names[i]);
		size_t at = entry != NULL ? (size_t)(entry - o->file.entries)
		                          : s->first;

		if (entry == NULL ||
		    (at >= s->first && at < s->first + s->count))
			continue;
		return err_set(e, RC_CONFIG,
		    "%s:%zu: [%s] has its %s from [DEFAULT], which other "
		    "profiles may need: take it out there yourself (nothing "
		    "was "
		    "changed)",
		    o->file.path, entry->line, profile, key_names[i]);
	}
	return RC_OK;
}

/* One that its owner may not write is made writable just to be opened. */
static int
open_writable(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	AUTO_FD int readable = -1;
	struct stat st;

	if (fd >= 0 || errno != EACCES)
		return fd;
	readable = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (readable < 0 || fstat(readable, &st) != 0 ||
	    fchmod(readable, (st.st_mode & 07777) | S_IWUSR) != 0)
		return -1;
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	(void)fchmod(readable, st.st_mode & 07777);
	return fd;
}

/* The file as it is, to be overwritten once it has no name any more. */
static enum rc
open_old(const char *path, int *ret, struct err *e)
{
	AUTO_FD int fd = open_writable(path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(e,
		    "what '%s' holds could not be overwritten, so nothing was "
		    "changed; make it writable",
		    path);
	if (st.st_nlink > 1)
		return err_set(e, RC_CONFIG,
		    "'%s' has %ju names (hard links), and the others would "
		    "keep "
		    "the secret: find them with 'find -samefile', remove them "
		    "and try again (nothing was changed)",
		    path, (uintmax_t)st.st_nlink);
	*ret = TAKE_FD(fd);
	return RC_OK;
}

static bool
overwritten(int fd)
{
	struct err ignored;
	struct stat st;

	/* With a name it is somebody's file, linked to in this moment. */
	return fstat(fd, &st) == 0 && st.st_nlink == 0 &&
	       file_zero(fd, &ignored) == RC_OK;
}

enum rc
plain_remove(const char *path, const char *profile, const char *access_key_id,
    struct err *e)
{
	AUTO(opened_done) struct opened o = { 0 };
	AUTO_SECRET struct secret rest = { 0 };
	AUTO_FD int old = -1;
	enum rc rc = open_file(path, profile, &o, e);

	if (rc != RC_OK)
		return rc;
	if (!bytes_is(value(&o, "aws_access_key_id"), access_key_id))
		return err_set(e, RC_CONFIG,
		    "[%s] in %s is no longer the key %s, so it was left as it "
		    "is",
		    profile, path, access_key_id);
	if ((rc = check_own(&o, profile, e)) != RC_OK ||
	    (rc = without_key(&o, &rest, e)) != RC_OK ||
	    (rc = open_old(path, &old, e)) != RC_OK ||
	    (rc = file_replace(path, 0600, secret_bytes(&rest), e)) != RC_OK)
		return rc;
	/* Journals and flash may keep copies even so. */
	if (!overwritten(old))
		return err_set(e, RC_SYS,
		    "the key is no longer in '%s', but the disk may still hold "
		    "what the file was: it could not be overwritten; make the "
		    "key inactive in IAM if others can read that disk",
		    path);
	return RC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/journal.h"

#include <inttypes.h>
#include <string.h>

#include "signer/base/enc.h"
#include "signer/base/mem.h"
#include "signer/store/file.h"

enum { TEXT_MAX = 8 * 1024, VERSION_AT = 13 /* in the head */ };

static const char head[] = "stskey enrol 1\n";

static enum rc
path_of(const char *profile, struct pool *p, const char **ret, struct err *e)
{
	AUTO_MEM char *state = NULL;
	AUTO_BUF struct buf name = BUF_INIT(TEXT_MAX);
	enum rc rc = file_xdg(XDG_STATE, &state, e);
	const char *folder;

	if (rc != RC_OK)
		return rc;
	folder = pool_fmt(p, "%s/enrol", state);
	rc = file_dir(folder, e);
	if (rc != RC_OK)
		return rc;
	enc_percent(&name, BYTES(profile, strnlen(profile, 40)), "");
	*ret = pool_fmt(p, "%s/%s-%016" PRIx64, folder, buf_cstr(&name),
	    enc_fnv1a(BYTES_STR(profile)));
	return RC_OK;
}

/* "KEY VALUE" and a newline at *at, which goes past it; NULL: another line. */
static const char *
take(const char **at, const char *key, struct pool *p)
{
	size_t n = strlen(key), len = strcspn(*at, "\n");
	const char *line = *at;

	if (line[len] != '\n' || strncmp(line, key, n) != 0 || line[n] != ' ')
		return NULL;
	*at += len + 1;
	return pool_add(p, BYTES(line + n + 1, len - n - 1));
}

static bool
has_flag(const char *flags, const char *flag)
{
	size_t n = strlen(flag);

	for (const char *at = flags; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (len == n && strncmp(at, flag, n) == 0)
			return true;
		at += len;
	}
	return false;
}

static bool
parse(const char *text, struct pool *p, struct journal *ret)
{
	const char *at = text + strlen(head), *flags;

	if (strncmp(text, head, strlen(head)) != 0 ||
	    (ret->profile = take(&at, "profile", p)) == NULL ||
	    (ret->name = take(&at, "name", p)) == NULL ||
	    (ret->device = take(&at, "device", p)) == NULL ||
	    (ret->serial = take(&at, "serial", p)) == NULL ||
	    (flags = take(&at, "flags", p)) == NULL || *at != '\0')
		return false;
	ret->pin = has_flag(flags, "pin");
	ret->backup = has_flag(flags, "backup");
	ret->asked = has_flag(flags, "asked");
	ret->fresh = has_flag(flags, "fresh");
	ret->enabled = has_flag(flags, "enabled");
	return true;
}

enum rc
journal_read(
    const char *profile, struct pool *p, struct journal *ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const char *path = NULL;
	enum rc rc = path_of(profile, p, &path, e);

	if (rc == RC_OK)
		rc = file_read(path, FILE_OURS, &text, e);
	if (rc != RC_OK)
		return rc;
	if (strlen(buf_cstr(&text)) == text.len &&
	    parse(buf_cstr(&text), p, ret) &&
	    strcmp(ret->profile, profile) == 0)
		return RC_OK;
	if (strncmp(buf_cstr(&text), head, VERSION_AT) == 0 &&
	    strncmp(buf_cstr(&text), head, strlen(head)) != 0 &&
	    strchr(buf_cstr(&text), '\n') != NULL)
		return err_set(e, RC_CONFIG,
		    "'%s' is of another version of stskey: finish that "
		    "enrolment with the version that began it",
		    path);
	return err_set(e, RC_CONFIG,
	    "'%s' is damaged, so it is not known how far an enrolment came: "
	    "look for the device in the IAM console, remove it there if no "
	    "profile uses it, then remove that file",
	    path);
}

enum rc
journal_write(const struct journal *j, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	AUTO_POOL struct pool p = POOL_INIT;
	const struct {
		const char *key, *value;
	} lines[] = { { "profile ", j->profile }, { "name ", j->name },
		{ "device ", j->device }, { "serial ", j->serial } };
	const char *path = NULL;
	enum rc rc = path_of(j->profile, &p, &path, e);

	if (rc != RC_OK)
		return rc;
	buf_str(&text, head);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_str(&text, lines[i].key);
		buf_str(&text, lines[i].value);
		buf_chr(&text, '\n');
	}
	buf_fmt(&text, "flags %s%s%s%s%s\n", j->pin ? " pin" : "",
	    j->backup ? " backup" : "", j->asked ? " asked" : "",
	    j->fresh ? " fresh" : "", j->enabled ? " enabled" : "");
	if (!buf_ok(&text))
		return err_set(e, RC_CONFIG, "a name too long to be kept");
	return file_replace(path, 0600, buf_bytes(&text), e);
}

enum rc
journal_remove(const struct journal *j, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *path = NULL;
	enum rc rc = path_of(j->profile, &p, &path, e);

	return rc == RC_OK ? file_remove(path, e) : rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "signer/aws/profile.h"
#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/store/path.h"
#include "signer/token/plain.h"

enum { FILE_MAX = 512 * 1024, SETS_MAX = 4 };

static const struct profile_entry *
own_entry(const struct profile_file *f, const struct profile_section *s,
    const char *key)
{
	for (size_t i = s->first; i < s->first + s->count; i++) {
		const struct profile_entry *v = &f->entries[i];

		if (v->key.len == strlen(key) &&
		    strncasecmp((const char *)v->key.p, key, v->key.len) == 0)
			return v;
	}
	return NULL;
}

static bool
has(const struct profile_file *f, const struct profile_section *s,
    const char *key)
{
	const struct profile_entry *v = own_entry(f, s, key);

	return v != NULL && v->value.len > 0;
}

/* An id that begins so is of a key that lasts, whatever stands beside it. */
static bool
is_lasting(const struct profile_file *f, const struct profile_section *s)
{
	static const char akia[] = "AKIA";
	const struct profile_entry *id = own_entry(f, s, "aws_access_key_id");

	if (id != NULL && id->value.len >= strlen(akia) &&
	    memcmp(id->value.p, akia, strlen(akia)) == 0)
		return true;
	return (has(f, s, "aws_access_key_id") ||
		   has(f, s, "aws_secret_access_key")) &&
	       !has(f, s, "aws_session_token") &&
	       !has(f, s, "aws_security_token");
}

static enum rc
check(const struct profile_file *f, const struct profile_section *s,
    const char *profile, struct err *e)
{
	if (strcmp(profile, "DEFAULT") == 0)
		return err_set(e, RC_CONFIG,
		    "[DEFAULT] of a credentials file is for every profile: "
		    "choose another name");
	/* The editor would take it for what it means in ~/.aws/config. */
	if (strncmp(profile, "profile ", strlen("profile ")) == 0)
		return err_set(e, RC_CONFIG,
		    "in a credentials file a section is called as its profile "
		    "is: leave 'profile ' out");
	if (s == NULL || !is_lasting(f, s))
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "%s:%zu: [%s] holds a long-term key, which would be lost: choose "
	    "another name, or move the key first, by `stskey key import "
	    "--from-credentials` (nothing was changed)",
	    f->path, s->line, profile);
}

/* A file that is not there is an empty one. */
static enum rc
read_all(const char *path, struct secret *text, struct profile_file *f,
    struct err *e)
{
	enum rc rc = file_read_secret(path, FILE_MAX, text, e);

	if (rc == RC_NOTFOUND) {
		AUTO_MEM char *dir = path_folder(path);

		secret_new(text, 0);
		rc = access(dir, F_OK) == 0 ? RC_OK : file_dir(dir, e);
	}
	return rc == RC_OK ? profile_read(f, path, secret_bytes(text), e) : rc;
}

/* Some tools put aws_security_token, the old name, before the new one. */
static enum rc
edit(const struct profile_file *f, const char *profile,
    const struct temporary *t, struct secret *ret, struct err *e)
{
	const struct profile_section *s = profile_find(f, profile, false);
	const struct profile_set sets[SETS_MAX] = {
		{ "aws_access_key_id", t->access_key_id },
		{ "aws_secret_access_key", t->secret_access_key },
		{ "aws_session_token", t->session_token },
		{ "aws_security_token", t->session_token },
	};
	bool old = profile_entry(f, s, "aws_security_token") != NULL;
	struct buf out;
	enum rc rc = check(f, s, profile, e);

	if (rc != RC_OK)
		return rc;
	/* In locked memory, which never moves: a buffer of its whole size. */
	secret_new(ret, 2 * FILE_MAX - 1);
	out = (struct buf){ .p = ret->p, .cap = ret->len, .max = ret->len };
	rc = profile_edit(
	    f, profile, sets, old ? SETS_MAX : SETS_MAX - 1, &out, e);
	secret_cut(ret, rc == RC_OK ? out.len : 0);
	return rc;
}

enum rc
plain_write(const char *path, const char *profile, const struct temporary *t,
    struct err *e)
{
	AUTO_SECRET struct secret text = { 0 }, fresh = { 0 };
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	enum rc rc;

	if ((rc = read_all(path, &text, &f, e)) != RC_OK ||
	    (rc = edit(&f, profile, t, &fresh, e)) != RC_OK)
		return rc;
	return file_replace(path, 0600, secret_bytes(&fresh), e);
}

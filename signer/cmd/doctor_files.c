/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/mem.h"
#include "signer/cmd/doctor.h"
#include "signer/cmd/quote.h"
#include "signer/store/file.h"
#include "signer/store/path.h"

/* Files: who may read and write them, and secrets left in them. */

enum { DEPTH_MAX = 4, FILES_MAX = 10000 };

static void
tell_mode(
    struct doctor *d, const char *path, const struct stat *st, const char *mode)
{
	doctor_fail(d, RC_CONFIG,
	    pool_fmt(&d->strings, "chmod %s %s", mode,
		quote_word(&d->strings, path)),
	    "'%s' has mode %04o, so others can use it", path,
	    (unsigned int)(st->st_mode & 07777));
}

/* A folder whose names others may read, and no more. */
static void
tell_readable(struct doctor *d, const char *path, const struct stat *st)
{
	if ((st->st_mode & 055) != 0)
		doctor_warn(d,
		    pool_fmt(&d->strings, "chmod 700 %s",
			quote_word(&d->strings, path)),
		    "'%s' has mode %04o, so others see what it holds", path,
		    (unsigned int)(st->st_mode & 07777));
}

static void
tell_owner(struct doctor *d, const char *path, const struct stat *st)
{
	doctor_fail(d, RC_CONFIG,
	    pool_fmt(&d->strings, "sudo chown %lu %s", (unsigned long)geteuid(),
		quote_word(&d->strings, path)),
	    "'%s' belongs to another user (uid %lu)", path,
	    (unsigned long)st->st_uid);
}

/* One thing in a folder of ours; whether it is a folder to look into. */
static bool
examine(struct doctor *d, const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno != ENOENT)
			doctor_fail(d, RC_SYS, NULL,
			    "'%s' cannot be examined: %s", path,
			    strerror(errno));
		return false;
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
		doctor_fail(d, RC_CONFIG,
		    pool_fmt(
			&d->strings, "rm %s", quote_word(&d->strings, path)),
		    "'%s' is a link or no file at all, and is not followed",
		    path);
		return false;
	}
	if (st.st_uid != geteuid())
		tell_owner(d, path, &st);
	else if (S_ISDIR(st.st_mode) &&
		 (st.st_mode & 077) == (st.st_mode & 055))
		tell_readable(d, path, &st);
	else if ((st.st_mode & 077) != 0)
		tell_mode(d, path, &st, S_ISDIR(st.st_mode) ? "700" : "600");
	return S_ISDIR(st.st_mode);
}

/* NOLINTBEGIN(misc-no-recursion): DEPTH_MAX bounds it. */
static void
walk(struct doctor *d, const char *path, int depth, int *left)
{
	const struct dirent *entry;
	DIR *dir;

	if (!examine(d, path) || depth == DEPTH_MAX ||
	    (dir = opendir(path)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL && --*left > 0) {
		AUTO_MEM char *below = path_join(path, entry->d_name);

		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			walk(d, below, depth + 1, left);
	}
	(void)closedir(dir);
}
/* NOLINTEND(misc-no-recursion) */

static void
examine_ours(struct doctor *d)
{
	static const enum xdg places[] = { XDG_CACHE, XDG_STATE, XDG_DATA,
		XDG_RUNTIME };
	int left = FILES_MAX;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		AUTO_MEM char *path = NULL;
		struct err e;

		if (file_xdg(places[i], &path, &e) == RC_OK)
			walk(d, path, 0, &left);
		else if (places[i] != XDG_RUNTIME)
			doctor_fail(d, RC_CONFIG, NULL, "%s", e.msg);
	}
}

/* What others may do with a file that people keep. */
struct kept {
	const char *path, *mode; /* for chmod(1) */
	mode_t wrong;
	bool wanted; /* it must be there */
};

static void
examine_kept(struct doctor *d, const struct kept *k)
{
	struct stat st;

	if (stat(k->path, &st) != 0) {
		if (k->wanted || errno != ENOENT)
			doctor_fail(d, RC_CONFIG, NULL,
			    "'%s' cannot be read: %s", k->path,
			    strerror(errno));
		return;
	}
	if (st.st_uid != geteuid() && st.st_uid != 0)
		tell_owner(d, k->path, &st);
	else if ((st.st_mode & k->wrong) != 0)
		tell_mode(d, k->path, &st, k->mode);
}

static void
examine_source(struct doctor *d, const char *source)
{
	struct kept k = { NULL, "600", 077, true };

	if (source == NULL || strncmp(source, "file:", 5) != 0)
		return;
	k.path = source + 5;
	examine_kept(d, &k);
}

/* Who can read it has the keys that are in plain text. */
static void
examine_credentials(struct doctor *d)
{
	AUTO_MEM char *path = NULL;
	struct err ignored;
	struct kept k = { NULL, "600", 077, false };

	if (world_credentials_path(&path, &ignored) != RC_OK)
		return;
	k.path = path;
	examine_kept(d, &k);
}

/* Who can write there makes AWS tools run what he likes. */
static void
examine_aws(struct doctor *d)
{
	AUTO_MEM char *folder = NULL;
	struct kept k = { d->world.config_path, "go-w", 022, false };

	if (k.path == NULL)
		return;
	examine_kept(d, &k);
	folder = path_folder(k.path);
	k.path = folder;
	examine_kept(d, &k);
	examine_credentials(d);
}

static void
examine_site(struct doctor *d)
{
	static const char path[] = "/etc/stskey/config";
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_uid != 0 || (st.st_mode & 022) != 0))
		doctor_fail(d, RC_CONFIG,
		    "sudo chown root: /etc/stskey/config && sudo chmod 644 "
		    "/etc/stskey/config",
		    "%s can be written by others than root", path);
}

void
doctor_permissions(struct doctor *d)
{
	size_t before = d->nfindings;

	examine_ours(d);
	examine_aws(d);
	examine_site(d);
	for (size_t i = 0; i < d->npatients; i++) {
		examine_source(d, d->patients[i].plan.pin_source);
		examine_source(d, d->patients[i].plan.pin_source_default);
	}
	if (d->nfindings == before)
		doctor_ok(d, "folders and files are this user's alone");
}

static bool
has(const struct profile_file *f, const struct profile_section *s,
    const char *key)
{
	const struct profile_entry *v = profile_entry(f, s, key);

	return v != NULL && v->value.len > 0;
}

/* Those with a session token end by themselves. */
static void
tell_keys(struct doctor *d, const struct profile_file *f, bool config)
{
	for (size_t i = 0; i < f->nsections; i++) {
		const struct profile_section *s = &f->sections[i];

		if (!has(f, s, "aws_secret_access_key") ||
		    has(f, s, "aws_session_token"))
			continue;
		doctor_warn(d, config ? NULL : "stskey import-config",
		    "%s:%zu: section [%.*s] holds a long-term key in plain "
		    "text%s",
		    f->path, s->line,
		    (int)(s->name.len > 80 ? 80 : s->name.len),
		    (const char *)s->name.p,
		    config ? ": move its two lines to ~/.aws/credentials and "
			     "run `stskey import-config`"
			   : "");
	}
}

void
doctor_plaintext(struct doctor *d)
{
	AUTO_SECRET struct secret text = { 0 };
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	AUTO_MEM char *path = NULL;
	struct err e;
	size_t before = d->nfindings;
	enum rc rc = world_credentials(&f, &text, &path, &e);

	if (rc != RC_OK)
		doctor_fail(d, rc, NULL, "%s", e.msg);
	tell_keys(d, &f, false);
	if (d->loaded)
		tell_keys(d, &d->world.config, true);
	if (d->nfindings == before)
		doctor_ok(d, "no key in plain text in %s", path);
}

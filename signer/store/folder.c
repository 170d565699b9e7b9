/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/store/path.h"

static enum rc
check_folder(const char *path, const struct stat *st, struct err *e)
{
	if (S_ISLNK(st->st_mode))
		return err_set(e, RC_CONFIG,
		    "'%s' is a link, which is not followed there: make it a "
		    "folder",
		    path);
	if (!S_ISDIR(st->st_mode))
		return err_set(e, RC_CONFIG,
		    "'%s' is in the place of a folder: remove it", path);
	if (st->st_uid != geteuid())
		return err_set(e, RC_CONFIG,
		    "'%s' belongs to another user (uid %lu): 'chown' it, or "
		    "set HOME to your own",
		    path, (unsigned long)st->st_uid);
	if ((st->st_mode & 0022) != 0)
		return err_set(e, RC_CONFIG,
		    "'%s' has mode %04o, so others can write in it: 'chmod "
		    "700' it",
		    path, (unsigned int)(st->st_mode & 07777));
	return RC_OK;
}

static enum rc
cannot_make(const char *path, struct err *e)
{
	if (errno == EROFS || errno == EACCES || errno == ENOSPC)
		return err_sys(e,
		    "the folder '%s' cannot be made (make it yourself, or "
		    "point HOME or the XDG variable elsewhere)",
		    path);
	return err_sys(e, "the folder '%s' cannot be made", path);
}

/* chmod(2), so that an odd umask does not shut us out. */
static enum rc
make_folder(const char *path, struct err *e)
{
	if (mkdir(path, 0700) == 0)
		return chmod(path, 0700) == 0 ? RC_OK : cannot_make(path, e);
	return errno == EEXIST ? RC_OK : cannot_make(path, e);
}

static enum rc
make_with_parents(const char *path, struct err *e)
{
	AUTO_MEM char *part = mem_str(path);
	enum rc rc = RC_OK;

	for (char *s = part + 1; rc == RC_OK && *s != '\0'; s++) {
		struct stat st;

		if (*s != '/')
			continue;
		*s = '\0';
		/* On a read-only file system mkdir(2) says EROFS, not EEXIST. */
		if (stat(part, &st) != 0)
			rc = make_folder(part, e);
		*s = '/';
	}
	return rc == RC_OK ? make_folder(path, e) : rc;
}

enum rc
file_dir(const char *path, struct err *e)
{
	struct stat st;
	enum rc rc;

	if (*path == '\0')
		return err_set(e, RC_CONFIG, "a folder without a name");
	if (lstat(path, &st) == 0)
		return check_folder(path, &st, e);
	if (errno != ENOENT)
		return err_sys(e, "the folder '%s' cannot be examined", path);
	if ((rc = make_with_parents(path, e)) != RC_OK)
		return rc;
	if (lstat(path, &st) != 0)
		return err_sys(e, "the folder '%s' cannot be examined", path);
	return check_folder(path, &st, e);
}

/* The specification has relative paths ignored. */
static const char *
absolute(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] == '/' ? value : NULL;
}

static enum rc
home(const char **ret, struct err *e)
{
	*ret = absolute("HOME");
	if (*ret == NULL)
		return err_set(e, RC_CONFIG,
		    "HOME is not set to an absolute path, so your files cannot "
		    "be found: set it");
	return RC_OK;
}

enum rc
file_xdg(enum xdg which, char **ret, struct err *e)
{
	static const struct {
		const char *variable, *under_home;
	} places[] = {
		[XDG_CACHE] = { "XDG_CACHE_HOME", ".cache/stskey" },
		[XDG_STATE] = { "XDG_STATE_HOME", ".local/state/stskey" },
		[XDG_DATA] = { "XDG_DATA_HOME", ".local/share/stskey" },
		[XDG_RUNTIME] = { "XDG_RUNTIME_DIR", NULL },
	};
	const char *base = absolute(places[which].variable);
	enum rc rc;

	if (base != NULL) {
		*ret = path_join(base, "stskey");
		return RC_OK;
	}
	if (places[which].under_home == NULL)
		return err_set(e, RC_CONFIG,
		    "%s is not set to an absolute path: log in through a "
		    "session that sets it, or set it",
		    places[which].variable);
	if ((rc = home(&base, e)) != RC_OK)
		return rc;
	*ret = path_join(base, places[which].under_home);
	return RC_OK;
}

enum rc
file_aws(const char *name, char **ret, struct err *e)
{
	AUTO_MEM char *dir = NULL;
	const char *base;
	enum rc rc = home(&base, e);

	if (rc != RC_OK)
		return rc;
	dir = path_join(base, ".aws");
	*ret = path_join(dir, name);
	return RC_OK;
}

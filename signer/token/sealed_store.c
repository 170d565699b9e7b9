/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/sealed_store.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/mem.h"
#include "signer/base/pool.h"
#include "signer/store/file.h"

enum { NAMES_MAX = 256 };

static enum rc
folder_of(struct pool *p, const char **ret, struct err *e)
{
	AUTO_MEM char *data = NULL;
	enum rc rc = file_xdg(XDG_DATA, &data, e);

	if (rc == RC_OK)
		*ret = pool_fmt(p, "%s/sealed", data);
	return rc;
}

static enum rc
path_of(struct pool *p, const char *name, const char **ret, struct err *e)
{
	const char *folder = NULL;
	enum rc rc = sealed_file_check_name(name, e);

	if (rc == RC_OK)
		rc = folder_of(p, &folder, e);
	if (rc == RC_OK)
		*ret = pool_fmt(p, "%s/%s", folder, name);
	return rc;
}

enum rc
sealed_store_read(const char *name, struct sealed_file *ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(SEALED_FILE_MAX);
	AUTO_POOL struct pool p = POOL_INIT;
	const char *path = NULL;
	enum rc rc = path_of(&p, name, &path, e);

	if (rc != RC_OK)
		return rc;
	rc = file_read(path, FILE_OURS, &text, e);
	if (rc == RC_NOTFOUND)
		return err_set(e, rc,
		    "nothing is sealed under the name '%s' ('%s' is not "
		    "there): copy that file from where it was made, or enrol; "
		    "`stskey mfa list` shows what there is",
		    name, path);
	if (rc == RC_OK)
		rc = sealed_file_parse(buf_bytes(&text), name, ret, e);
	if (rc != RC_FORMAT)
		return rc;
	sealed_file_done(ret);
	return err_in(e, rc, "the sealed file '%s' cannot be used", path);
}

enum rc
sealed_store_free(const char *name, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *path = NULL;
	enum rc rc = path_of(&p, name, &path, e);
	struct stat st;

	if (rc != RC_OK || lstat(path, &st) != 0)
		return rc;
	return err_set(e, RC_CONFIG,
	    "something is sealed under the name '%s' already: choose another "
	    "--name, or remove that one first (`stskey mfa remove "
	    "sealed:%s`)",
	    name, name);
}

enum rc
sealed_store_ready(struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *folder = NULL;
	enum rc rc;

	if ((rc = folder_of(&p, &folder, e)) != RC_OK ||
	    (rc = file_dir(folder, e)) != RC_OK)
		return rc;
	if (access(folder, W_OK | X_OK) == 0)
		return RC_OK;
	return err_sys(e,
	    "nothing can be sealed, since the folder '%s' cannot be written "
	    "in: make it writable, or point XDG_DATA_HOME elsewhere",
	    folder);
}

enum rc
sealed_store_write(const struct sealed_file *f, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(SEALED_FILE_MAX);
	AUTO_POOL struct pool p = POOL_INIT;
	const char *path = NULL, *folder = NULL;
	enum rc rc;

	if ((rc = path_of(&p, f->name, &path, e)) != RC_OK ||
	    (rc = folder_of(&p, &folder, e)) != RC_OK ||
	    (rc = file_dir(folder, e)) != RC_OK ||
	    (rc = sealed_file_format(f, &text, e)) != RC_OK)
		return rc;
	return file_replace(path, 0600, buf_bytes(&text), e);
}

enum rc
sealed_store_remove(const char *name, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *path = NULL;
	enum rc rc = path_of(&p, name, &path, e);

	return rc == RC_OK ? file_wipe_aside(path, e) : rc;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
closedirp(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

/* What has another kind of name is none of ours: a copy, an editor's file. */
static enum rc
names(struct pool *p, const char **ret, size_t *n, struct err *e)
{
	AUTO(closedirp) DIR *d = NULL;
	const char *folder = NULL;
	struct dirent *entry;
	enum rc rc = folder_of(p, &folder, e);

	*n = 0;
	if (rc != RC_OK)
		return rc;
	d = opendir(folder);
	if (d == NULL && errno == ENOENT)
		return RC_OK;
	if (d == NULL && errno == ENOTDIR)
		return err_set(e, RC_CONFIG,
		    "'%s' is in the place of a folder: remove it", folder);
	if (d == NULL)
		return err_sys(e, "the folder '%s' cannot be read", folder);
	while (*n < NAMES_MAX && (entry = readdir(d)) != NULL) {
		struct err unfit;

		if (sealed_file_check_name(entry->d_name, &unfit) == RC_OK)
			ret[(*n)++] = pool_add(p, BYTES_STR(entry->d_name));
	}
	qsort(ret, *n, sizeof(*ret), by_name);
	return RC_OK;
}

enum rc
sealed_store_each(enum rc (*each)(void *ctx, const char *name, struct err *e),
    void *ctx, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *all[NAMES_MAX];
	size_t n = 0;
	enum rc rc = names(&p, all, &n, e);

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = each(ctx, all[i], e);
	return rc;
}

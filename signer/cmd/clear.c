/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "signer/base/mem.h"
#include "signer/cmd/chain.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/session.h"
#include "signer/cmd/world.h"
#include "signer/host/term.h"
#include "signer/store/file.h"
#include "signer/store/path.h"

struct request {
	const char *profile;
};

const struct option clear_options[] = {
	{ OPTION_STR, "profile", offsetof(struct request, profile), "NAME",
	    "only the sessions of this profile (default: all)" },
	{ 0 },
};

/*
 * Credentials are worth overwriting before they go.  What is no file of ours
 * in our own folder just goes: its name, not what it may lead to.
 */
static enum rc
drop(const char *path, int *dropped, struct err *e)
{
	enum rc rc = file_wipe(path, e);

	if (rc == RC_NOTFOUND)
		return RC_OK;
	if (rc == RC_CONFIG)
		rc = unlink(path) == 0 ? RC_OK : err_sys(e, "'%s'", path);
	if (rc == RC_OK)
		(*dropped)++;
	return rc;
}

static enum rc
clear_profile(const char *profile, int *dropped, struct err *e)
{
	AUTO_WORLD struct world w = { 0 };
	AUTO_PLAN struct plan p = { 0 };
	enum rc rc;

	if ((rc = world_load(&w, e)) != RC_OK ||
	    (rc = plan_make(&w.in, profile, &p, e)) != RC_OK)
		return rc;
	for (size_t i = 0; i < p.n && rc == RC_OK; i++) {
		AUTO_MEM char *path = NULL;

		rc = chain_path(&p, &p.links[i], &path, e);
		if (rc == RC_OK && path != NULL)
			rc = drop(path, dropped, e);
	}
	return rc;
}

/* Also the half of one whose writer was killed (store/replace.c). */
static bool
is_session(const char *name)
{
	return strncmp(name, ".stskey-", 8) == 0 ||
	       (name[0] != '.' && strcmp(name, "CACHEDIR.TAG") != 0);
}

static enum rc
clear_folder(const char *dir, int *dropped, struct err *e)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	enum rc rc = RC_OK;

	if (d == NULL)
		return errno == ENOENT ? RC_OK
		                       : err_sys(e, "opening '%s'", dir);
	while (rc == RC_OK && (entry = readdir(d)) != NULL) {
		AUTO_MEM char *path = path_join(dir, entry->d_name);

		if (is_session(entry->d_name))
			rc = drop(path, dropped, e);
	}
	(void)closedir(d);
	return rc;
}

static enum rc
clear_all(int *dropped, struct err *e)
{
	static const enum xdg where[] = { XDG_CACHE, XDG_RUNTIME };
	enum rc rc = RC_OK;

	for (size_t i = 0; i < 2 && rc == RC_OK; i++) {
		AUTO_MEM char *dir = NULL;

		/* Many a machine has no runtime folder: nothing to clear. */
		rc = file_xdg(where[i], &dir, e);
		if (rc == RC_OK)
			rc = clear_folder(dir, dropped, e);
		else if (where[i] == XDG_RUNTIME)
			rc = RC_OK;
	}
	return rc;
}

enum rc
cmd_clear(const struct verb *v, char **argv, struct err *e)
{
	AUTO_BUF struct buf line = BUF_INIT(128);
	struct request r = { NULL };
	int dropped = 0;
	enum rc rc = option_parse(v, argv, &r, e);

	if (rc == RC_OK)
		rc = r.profile != NULL ? clear_profile(r.profile, &dropped, e)
		                       : clear_all(&dropped, e);
	if (rc != RC_OK)
		return rc;
	buf_fmt(
	    &line, "%d session%s dropped\n", dropped, dropped == 1 ? "" : "s");
	return session_print(buf_bytes(&line), e);
}

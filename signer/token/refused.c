/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/refused.h"

#include <unistd.h>

#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/token/name.h"

enum { RECORD_MAX = 8192 };

static enum rc
path_of(
    struct pool *p, const struct refused *r, const char **ret, struct err *e)
{
	AUTO_MEM char *state = NULL;
	enum rc rc = file_xdg(XDG_STATE, &state, e);
	const char *folder;

	if (rc != RC_OK)
		return rc;
	folder = pool_fmt(p, "%s/refused", state);
	rc = file_dir(folder, e);
	if (rc != RC_OK)
		return rc;
	*ret = pool_fmt(p, "%s/%s", folder,
	    name_file(
		p, "pin", pool_fmt(p, "%s/%s", r->serial, r->source.name)));
	return RC_OK;
}

static void
record_of(const struct refused *r, enum refused_state how, struct buf *ret)
{
	buf_clear(ret);
	buf_str(ret, "stskey ");
	buf_str(ret, how == REFUSED_YES ? "refused" : "tried");
	buf_str(ret, " 1 ");
	buf_str(ret, r->serial);
	buf_chr(ret, ' ');
	buf_str(ret, r->source.state);
	buf_chr(ret, '\n');
}

enum rc
refused_find(const struct refused *r, enum refused_state *ret, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);
	AUTO_BUF struct buf want = BUF_INIT(RECORD_MAX);
	enum refused_state found = REFUSED_NOT;
	const char *path = NULL;
	enum rc rc = path_of(&p, r, &path, e);

	if (rc == RC_OK)
		rc = file_read(path, FILE_OURS, &text, e);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	for (int how = REFUSED_TRIED; how <= REFUSED_YES; how++) {
		record_of(r, (enum refused_state)how, &want);
		if (bytes_eq(buf_bytes(&text), buf_bytes(&want)))
			found = (enum refused_state)how;
	}
	*ret = found;
	return RC_OK;
}

enum rc
refused_remember(const struct refused *r, enum refused_state how, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);
	const char *path = NULL;
	enum rc rc = path_of(&p, r, &path, e);

	if (rc != RC_OK)
		return rc;
	record_of(r, how, &text);
	return file_replace(path, 0600, buf_bytes(&text), e);
}

/*
 * Not fsynced: should the record come back after a power failure, a PIN that
 * is right waits for --retry-pin, and none is tried too often.
 */
void
refused_forget(const struct refused *r)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct err ignored;
	const char *path = NULL;

	if (path_of(&p, r, &path, &ignored) == RC_OK)
		(void)unlink(path);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signer/aws/shadow.h"
#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/host/child.h"
#include "signer/host/interrupt.h"
#include "signer/host/term.h"
#include "signer/store/file.h"
#include "signer/store/lock.h"
#include "signer/store/path.h"

enum {
	CONFIG_MAX = 8 * 1024 * 1024,
	CREDENTIALS_MAX = 512 * 1024,
	PATIENCE_MS = 20000
};

static const char defaults_path[] = "/etc/stskey/config";

static const char *
environment(void *ctx, const char *name)
{
	const char *value = getenv(name);

	(void)ctx;
	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* A path of the environment, where a leading ~/ is the home folder. */
static char *
expand(const char *path)
{
	AUTO_BUF struct buf whole = BUF_INIT(8192);
	const char *home = getenv("HOME");

	if (strncmp(path, "~/", 2) != 0 || home == NULL)
		return mem_str(path);
	buf_str(&whole, home);
	buf_str(&whole, path + 1);
	return mem_str(buf_cstr(&whole));
}

static enum rc
path_of(const char *variable, const char *name, char **ret, struct err *e)
{
	const char *given = environment(NULL, variable);

	if (given == NULL)
		return file_aws(name, ret, e);
	*ret = expand(given);
	return RC_OK;
}

/* As on most machines: no sentence is made up about it. */
static bool
is_absent(const char *path)
{
	return access(path, F_OK) != 0 && errno == ENOENT;
}

static enum rc
load(struct profile_file *f, const char *path, struct buf *text, struct err *e)
{
	enum rc rc;

	profile_done(f);
	buf_done(text);
	*text = BUF_INIT(CONFIG_MAX);
	rc = path == defaults_path && is_absent(path)
	         ? RC_NOTFOUND
	         : file_read(path, FILE_THEIRS, text, e);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	return profile_read(f, path, buf_bytes(text), e);
}

/* What this version would not enforce must not look as if it were. */
static enum rc
check_defaults(const struct profile_file *f, struct err *e)
{
	if (profile_section(f, "policy") == NULL)
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "%s has a [policy] section, which this version of stskey cannot "
	    "enforce; a newer one is needed",
	    defaults_path);
}

/* Looked up only where it is wanted: a call that is cached does without. */
const char *
world_self(struct world *w)
{
	struct err ignored;

	if (w->self == NULL && child_self(&w->self, &ignored) != RC_OK)
		return "stskey"; /* along PATH, where there is no proc(5) */
	return w->self;
}

static const char *
self_of(void *ctx)
{
	return world_self(ctx);
}

enum rc
world_load(struct world *w, struct err *e)
{
	enum rc rc;

	if ((rc = path_of("AWS_CONFIG_FILE", "config", &w->config_path, e)) !=
		RC_OK ||
	    (rc = load(&w->config, w->config_path, &w->config_text, e)) !=
		RC_OK ||
	    (rc = load(&w->defaults, defaults_path, &w->defaults_text, e)) !=
		RC_OK ||
	    (rc = check_defaults(&w->defaults, e)) != RC_OK)
		return rc;
	w->in = (struct setting_input){
		.config = &w->config,
		.defaults = &w->defaults,
		.env = environment,
		.self = self_of,
		.ctx = w,
	};
	return RC_OK;
}

void
world_done(struct world *w)
{
	profile_done(&w->config);
	profile_done(&w->defaults);
	buf_done(&w->config_text);
	buf_done(&w->defaults_text);
	mem_free(TAKE(w->config_path));
	mem_free(TAKE(w->self));
}

const char *
world_profile(const char *given)
{
	const char *named = given != NULL ? given : getenv("AWS_PROFILE");

	return named != NULL && named[0] != '\0' ? named : "default";
}

enum rc
world_credentials_path(char **ret, struct err *e)
{
	return path_of("AWS_SHARED_CREDENTIALS_FILE", "credentials", ret, e);
}

static void
say(void *ctx, const char *sentence)
{
	(void)ctx;
	term_say("warning: %s", sentence);
}

enum rc
world_credentials(
    struct profile_file *f, struct secret *text, char **path, struct err *e)
{
	enum rc rc = world_credentials_path(path, e);

	if (rc == RC_OK)
		rc = file_read_locked(
		    *path, FILE_THEIRS, CREDENTIALS_MAX, text, e);
	if (rc == RC_NOTFOUND)
		return RC_OK;
	return rc == RC_OK ? profile_read(f, *path, secret_bytes(text), e) : rc;
}

void
world_shadows(
    const struct world *w, const char *profile, world_told *told, void *ctx)
{
	AUTO_SECRET struct secret text = { 0 };
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	AUTO_MEM char *path = NULL;
	struct err e;

	if (world_credentials(&f, &text, &path, &e) != RC_OK)
		told(ctx, e.msg);
	else
		shadow_tell(&w->in, &f, profile, told, ctx);
}

void
world_unknown(const struct world *w, world_told *told, void *ctx)
{
	struct err e;

	for (size_t i = 0; i < w->config.nsections; i++)
		if (profile_name(&w->config.sections[i]).len > 0 &&
		    setting_check_section(
			&w->config, &w->config.sections[i], &e) != RC_OK)
			told(ctx, e.msg);
}

void
world_tell_shadows(const struct world *w, const char *profile)
{
	world_shadows(w, profile, say, NULL);
}

void
world_tell_unknown(const struct world *w)
{
	world_unknown(w, say, NULL);
}

static bool
is_ours(const struct world *w, const struct profile_section *s)
{
	static const char *const keys[] = { "stskey_key", "stskey_role_arn",
		"role_arn" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (profile_entry(&w->config, s, keys[i]) != NULL)
			return true;
	return false;
}

void
world_profiles(const struct world *w,
    void (*each)(void *ctx, const char *profile), void *ctx)
{
	for (size_t i = 0; i < w->config.nsections; i++) {
		const struct profile_section *s = &w->config.sections[i];
		struct bytes name = profile_name(s);
		AUTO_MEM char *copy = mem_strn(name.p, name.len);

		if (name.len > 0 && is_ours(w, s))
			each(ctx, copy);
	}
}

enum rc
world_no_key(const struct world *w, struct err *e)
{
	return err_set(e, RC_NOTFOUND,
	    "no profile of %s names a key; begin with `stskey key import "
	    "--help`",
	    w->config_path);
}

/* The section as it stands in the file, or as it will be called there. */
static char *
section_name(const struct world *w, const char *profile)
{
	const struct profile_section *s =
	    profile_find(&w->config, profile, true);
	AUTO_BUF struct buf name = BUF_INIT(4096);

	if (s != NULL)
		return mem_strn(s->name.p, s->name.len);
	if (strcmp(profile, "default") == 0)
		return mem_str(profile);
	buf_str(&name, "profile ");
	buf_str(&name, profile);
	return mem_str(buf_cstr(&name));
}

/* As it will be written, under the section's own spelling. */
static void
show(const struct world *w, const struct world_change *c)
{
	const struct profile_section *s =
	    profile_find(&w->config, c->profile, true);

	if (s == NULL)
		return;
	term_say("writing to %s, section [%.*s]:", w->config_path,
	    (int)s->name.len, (const char *)s->name.p);
	for (size_t i = 0; i < c->n; i++)
		if (c->sets[i].value != NULL)
			term_say(
			    "    %s = %s", c->sets[i].key, c->sets[i].value);
}

/* Tried with any line. */
enum rc
world_check(const struct world *w, const char *profile, struct err *e)
{
	static const struct profile_set any = { "stskey_user", "x" };
	AUTO_BUF struct buf text = BUF_INIT(CONFIG_MAX + 65536);
	AUTO_MEM char *section = section_name(w, profile);

	return profile_edit(&w->config, section, &any, 1, &text, e);
}

/* The change made to the text in memory, which is read anew. */
static enum rc
apply(struct world *w, const struct world_change *c, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(CONFIG_MAX + 65536);
	AUTO_MEM char *section = section_name(w, c->profile);
	enum rc rc = profile_edit(&w->config, section, c->sets, c->n, &text, e);

	if (rc != RC_OK)
		return rc;
	profile_done(&w->config);
	buf_done(&w->config_text);
	w->config_text = text;
	text = BUF_INIT(0);
	rc = profile_read(
	    &w->config, w->config_path, buf_bytes(&w->config_text), e);
	if (rc == RC_OK)
		show(w, c);
	return rc;
}

/* ~/.aws on a machine that has none yet. */
static enum rc
make_folder(const char *path, struct err *e)
{
	AUTO_MEM char *dir = path_folder(path);

	return access(dir, F_OK) == 0 ? RC_OK : file_dir(dir, e);
}

static enum rc
rewrite(struct world *w, const struct world_change *changes, size_t n,
    struct err *e)
{
	/* Others may have written since it was read: prompts take time. */
	enum rc rc = load(&w->config, w->config_path, &w->config_text, e);

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = apply(w, &changes[i], e);
	if (rc != RC_OK)
		return rc;
	return file_replace(
	    w->config_path, 0600, buf_bytes(&w->config_text), e);
}

enum rc
world_write(struct world *w, const struct world_change *changes, size_t n,
    struct err *e)
{
	AUTO_LOCK struct lock lock = LOCK_INIT;
	const struct lock_wait wait = {
		.profile = changes[0].profile,
		.program = "",
		.deadline_ms = clock_monotonic_ms() + PATIENCE_MS,
		.cancelled = interrupt_caught,
	};
	enum rc rc;

	if ((rc = make_folder(w->config_path, e)) != RC_OK ||
	    (rc = lock_take(&lock, "config", &wait, e)) != RC_OK)
		return rc;
	return rewrite(w, changes, n, e);
}

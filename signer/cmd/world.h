/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_WORLD_H
#define CMD_WORLD_H

#include "signer/aws/plan.h"
#include "signer/aws/profile.h"
#include "signer/aws/setting.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/base/secret.h"

/*
 * The files and variables that a verb decides by: ~/.aws/config (or
 * $AWS_CONFIG_FILE), /etc/stskey/config and the environment.
 */
struct world {
	char *config_path, *self;
	struct buf config_text, defaults_text;
	struct profile_file config, defaults;
	struct setting_input in;
};

#define AUTO_WORLD AUTO(world_done)

/* A config file that is not there is an empty one. */
enum rc world_load(struct world *w, struct err *e);
void world_done(struct world *w);
/* The absolute path of this program; lives as long as the world. */
const char *world_self(struct world *w);

/* --profile, else $AWS_PROFILE, else "default". */
const char *world_profile(const char *given);

/* $AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials.  For mem_free(). */
enum rc world_credentials_path(char **ret, struct err *e);

/*
 * That file, in locked memory, as people keep plaintext keys there: of it only
 * the names of sections and keys are to be looked at.  f borrows text and path;
 * one that is not there is an empty one.
 */
enum rc world_credentials(
    struct profile_file *f, struct secret *text, char **path, struct err *e);

/* A sentence each to told, for whatever an SDK would use instead of us. */
typedef void world_told(void *ctx, const char *sentence);
void world_shadows(
    const struct world *w, const char *profile, world_told *told, void *ctx);
/* Likewise for every stskey_ key that means nothing, in any profile. */
void world_unknown(const struct world *w, world_told *told, void *ctx);

/* Both on standard error, as warnings. */
void world_tell_shadows(const struct world *w, const char *profile);
void world_tell_unknown(const struct world *w);

/* The profiles of the config file that name a key or a role of ours. */
void world_profiles(const struct world *w,
    void (*each)(void *ctx, const char *profile), void *ctx);

/* Keys of one profile's section. */
struct world_change {
	const char *profile;
	struct profile_set sets[6];
	size_t n;
};

/* RC_NOTFOUND: there are none of these. */
enum rc world_no_key(const struct world *w, struct err *e);
/*
 * Writes all changes to the config file at once, or none, under a lock and on
 * what stands there then; what is written is shown on standard error first.
 * w->config is read anew: spans into it are gone.
 */
enum rc world_write(struct world *w, const struct world_change *changes,
    size_t n, struct err *e);
/* RC_CONFIG: no line could be written for a profile of that name. */
enum rc world_check(const struct world *w, const char *profile, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_PLAN_WORLD_H
#define UNIT_PLAN_WORLD_H

#include "signer/aws/plan.h"
#include "tests/check.h"

/* A configuration, a fleet's defaults and an environment, all as text. */

struct plan_world {
	const char *config, *defaults;
	const char *const *env; /* "NAME=value"…, NULL at the end; or NULL */
	bool direct;
	int64_t role_seconds;
};

static inline const char *
world_env(void *ctx, const char *name)
{
	const struct plan_world *w = ctx;
	size_t len = strlen(name);

	for (size_t i = 0; w->env != NULL && w->env[i] != NULL; i++)
		if (strncmp(w->env[i], name, len) == 0 && w->env[i][len] == '=')
			return w->env[i] + len + 1;
	return NULL;
}

/* The files are borrowed: f[0] is the configuration, f[1] the defaults. */
static inline const char *
world_self(void *ctx)
{
	(void)ctx;
	return "/opt/stskey/bin/stskey";
}

static inline struct setting_input
world_input(struct plan_world *w, struct profile_file f[2])
{
	const char *defaults = w->defaults != NULL ? w->defaults : "";
	struct err e = { "" };

	CHECK_EQ(profile_read(&f[0], "conf", BYTES_STR(w->config), &e), RC_OK);
	CHECK_EQ(profile_read(&f[1], "site", BYTES_STR(defaults), &e), RC_OK);
	return (struct setting_input){ .config = &f[0],
		.defaults = &f[1],
		.env = world_env,
		.ctx = w,
		.self = world_self,
		.direct = w->direct,
		.role_seconds = w->role_seconds };
}

static inline enum rc
world_plan(
    struct plan_world *w, const char *profile, struct plan *ret, struct err *e)
{
	struct profile_file f[2] = { 0 };
	struct setting_input in = world_input(w, f);
	enum rc rc;

	rc = plan_make(&in, profile, ret, e);
	/* What a plan says must outlive the files. */
	profile_done(&f[0]);
	profile_done(&f[1]);
	return rc;
}

#endif

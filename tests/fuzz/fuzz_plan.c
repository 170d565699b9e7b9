/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan of any configuration: made or refused with a sentence, and made only
 * in the shapes that the rest relies on.  What follows a NUL byte is the site's
 * [defaults].
 */
#include <stdlib.h>

#include "signer/aws/entry.h"
#include "signer/aws/plan.h"
#include "signer/aws/shadow.h"
#include "signer/base/mem.h"

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
want(bool cond)
{
	if (!cond)
		abort();
}

/* Each device once, and each with a place that codes can come from. */
static void
check_mfa(const struct link *l, size_t i)
{
	const struct link_mfa *m = &l->mfa[i];

	want(m->serial[0] != '\0');
	want(entry_is_hardware(m->entry) || strcmp(m->entry, "prompt") == 0 ||
	     strncasecmp(m->entry, "command:", 8) == 0);
	for (size_t k = 0; k < i; k++)
		want(strcmp(l->mfa[k].serial, m->serial) != 0);
}

static void
check_link(const struct link *l, bool first)
{
	want(l->by_key == first);
	want(l->nmfa <= PLAN_MAX_MFA);
	want(l->nmfa == 0 || first);
	for (size_t i = 0; i < l->nmfa; i++)
		check_mfa(l, i);
	want((l->kind == LINK_ROLE) == (l->role_arn != NULL));
	want(l->seconds == 0 ||
	     (l->seconds >= 900 && l->seconds <= l->seconds_cap));
	want(l->endpoint.host[0] != '\0' && l->endpoint.region[0] != '\0');
	for (const char *p = l->cache_key; *p != '\0'; p++)
		want(*p > ' ' && *p < 0x7f);
	want(strlen(l->cache_name) <= 97);
	want(strchr(l->cache_name, '/') == NULL);
}

static void
plan(const struct setting_input *in, const char *profile)
{
	AUTO_PLAN struct plan p = { 0 };
	struct err e = { "" };

	if (plan_make(in, profile, &p, &e) == RC_OK) {
		want(p.touch_seconds >= 5 && p.touch_seconds <= 120);
		want(p.n >= 1 && p.n <= PLAN_MAX_LINKS);
		want(strcmp(p.profile, profile) == 0);
		want(strcmp(p.links[p.n - 1].profile, profile) == 0);
		for (size_t i = 0; i < p.n; i++)
			check_link(&p.links[i], i == 0);
	} else {
		want(e.msg[0] != '\0');
	}
}

static void
ignore(void *ctx, const char *sentence)
{
	(void)ctx;
	want(sentence[0] != '\0');
}

static void
plan_all(struct setting_input *in)
{
	const struct profile_file *f = in->config;

	for (size_t i = 0; i < f->nsections && i < 8; i++) {
		struct bytes of = profile_name(&f->sections[i]);
		AUTO_MEM char *name = mem_strn(of.p, of.len);

		in->direct = i % 2 == 1;
		plan(in, name);
		shadow_tell(in, f, name, ignore, NULL);
	}
	plan(in, "default");
}

static const char *
self(void *ctx)
{
	(void)ctx;
	return "/usr/bin/stskey";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *nul = len > 0 ? memchr(data, '\0', len) : NULL;
	size_t split = nul != NULL ? (size_t)(nul - data) : len;
	size_t skip = nul != NULL ? split + 1 : split;
	AUTO_PROFILE struct profile_file config = PROFILE_FILE_INIT;
	AUTO_PROFILE struct profile_file defaults = PROFILE_FILE_INIT;
	struct setting_input in = {
		.config = &config, .defaults = &defaults, .self = self
	};
	struct err e;

	if (profile_read(&config, "fuzz", BYTES(data, split), &e) == RC_OK &&
	    profile_read(
		&defaults, "site", BYTES(data + skip, len - skip), &e) == RC_OK)
		plan_all(&in);
	return 0;
}

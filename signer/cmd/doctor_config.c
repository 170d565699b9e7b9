/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "signer/aws/entry.h"
#include "signer/base/mem.h"
#include "signer/base/uri.h"
#include "signer/cmd/doctor.h"
#include "signer/cmd/probe.h"
#include "signer/cmd/quote.h"

/* The files that people write: what is in them, and where it comes from. */

enum { MAX_PATIENTS = 4096, PROBE_SECONDS = 20 };

static struct patient *
add_patient(struct doctor *d, const char *profile)
{
	struct patient *p;

	for (size_t i = 0; i < d->npatients; i++)
		if (strcmp(d->patients[i].profile, profile) == 0)
			return NULL;
	if (d->npatients == MAX_PATIENTS)
		return NULL;
	d->patients = mem_grow(d->patients, d->npatients * sizeof(*d->patients),
	    (d->npatients + 1) * sizeof(*d->patients));
	p = &d->patients[d->npatients++];
	*p = (struct patient){
		.profile = pool_add(&d->strings, BYTES_STR(profile)),
	};
	return p;
}

static bool
is_ours(const struct world *w, const char *profile)
{
	const struct profile_section *s =
	    profile_find(&w->config, profile, true);

	return profile_entry(&w->config, s, "stskey_key") != NULL ||
	       profile_entry(&w->config, s, "stskey_role_arn") != NULL;
}

static bool
is_asked_for(const struct doctor *d)
{
	const char *named = getenv("AWS_PROFILE");

	return d->profile != NULL || (named != NULL && named[0] != '\0');
}

/* Of all profiles, those of other tools are none of ours. */
static void
no_plan(struct doctor *d, const char *profile, enum rc rc, const struct err *e)
{
	if (is_asked_for(d) || is_ours(&d->world, profile))
		doctor_fail(d, rc, NULL, "%s: %s", profile, e->msg);
	else if (rc == RC_CONFIG)
		doctor_warn(d, NULL, "%s: %s", profile, e->msg);
}

static void
examine(void *ctx, const char *profile)
{
	struct doctor *d = ctx;
	struct patient *p = add_patient(d, profile);
	struct err e;
	enum rc rc;

	if (p == NULL)
		return;
	rc = plan_make(&d->world.in, profile, &p->plan, &e);
	if (rc != RC_OK) {
		no_plan(d, profile, rc, &e);
		d->npatients--;
	}
}

/*
 * What is shown of a value.  Commands may have secrets in them, and so may
 * what stands where a source of a PIN should.
 */
static const char *
shown(struct doctor *d, const char *key, const char *value)
{
	static const char command[] = "command:";
	const char *at = strstr(value, command);

	if (strstr(value, "pin-value") != NULL)
		return "(it holds a PIN)";
	if (at != NULL)
		return pool_fmt(&d->strings, "%.*s…",
		    (int)(at - value) + (int)strlen(command), value);
	if (strcmp(key, "stskey_pin_source") == 0 &&
	    strncmp(value, "file:", 5) != 0)
		return pool_fmt(
		    &d->strings, "%.*s…", (int)strcspn(value, ":"), value);
	return value;
}

static void
tell_origin(struct doctor *d, const char *profile, const char *key)
{
	const struct profile_section *section =
	    profile_find(&d->world.config, profile, true);
	struct setting s =
	    setting_find(&d->world.in, section, key, &d->strings);

	if (!setting_given(&s))
		return;
	if (s.line == 0)
		doctor_ok(d, "%s: %s = %s ($%s)", profile, key,
		    shown(d, key, s.value), s.where);
	else
		doctor_ok(d, "%s: %s = %s (%s:%zu)", profile, key,
		    shown(d, key, s.value), s.where, s.line);
}

static void
tell_origins(struct doctor *d, const char *profile)
{
	static const char *const keys[] = { "region", "endpoint_url",
		"ca_bundle", "mfa_serial", "role_arn", "source_profile",
		"role_session_name", "duration_seconds" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		tell_origin(d, profile, keys[i]);
	for (size_t i = 0; setting_known(i) != NULL; i++)
		tell_origin(d, profile, setting_known(i));
}

/* The profile, and those that its plan leads through. */
static void
tell_patient(struct doctor *d, const struct patient *p)
{
	tell_origins(d, p->profile);
	for (size_t i = 0; i < p->plan.n; i++)
		tell_origins(d, p->plan.links[i].profile);
	tell_origins(d, p->plan.key_profile);
}

static const char *
begin_with(const struct doctor *d)
{
	return d->world.config.nsections > 0 ? "stskey import-config"
	                                     : "stskey help key import";
}

void
doctor_config(struct doctor *d)
{
	struct err e;
	enum rc rc = world_load(&d->world, &e);

	if (rc != RC_OK) {
		doctor_fail(d, rc, NULL, "%s", e.msg);
		return;
	}
	d->loaded = true;
	if (is_asked_for(d))
		examine(d, world_profile(d->profile));
	else
		world_profiles(&d->world, examine, d);
	for (size_t i = 0; i < d->npatients; i++)
		tell_patient(d, &d->patients[i]);
	if (d->nfindings == 0)
		doctor_warn(d, begin_with(d),
		    "no profile of %s names a key: begin with one",
		    d->world.config_path);
}

static void
warn(void *ctx, const char *sentence)
{
	doctor_warn(ctx, NULL, "%s", sentence);
}

void
doctor_unknown(struct doctor *d)
{
	size_t before = d->nfindings;

	if (!d->loaded)
		return;
	world_unknown(&d->world, warn, d);
	if (d->nfindings == before)
		doctor_ok(d, "every stskey_ key of %s means something",
		    d->world.config_path);
}

void
doctor_shadows(struct doctor *d)
{
	for (size_t i = 0; i < d->npatients; i++) {
		const char *profile = d->patients[i].profile;
		size_t before = d->nfindings;

		world_shadows(&d->world, profile, warn, d);
		if (d->nfindings == before)
			doctor_ok(d, "%s: nothing that SDKs would take instead",
			    profile);
	}
}

void
doctor_mfa(struct doctor *d)
{
	for (size_t i = 0; i < d->npatients; i++) {
		const struct patient *p = &d->patients[i];
		const struct link *code = doctor_code_link(&p->plan);

		for (size_t k = 0; code != NULL && k < code->nmfa; k++)
			doctor_ok(d, "%s: codes of %s come from %s", p->profile,
			    code->mfa[k].serial,
			    shown(d, "stskey_mfa", code->mfa[k].entry));
		if (code == NULL)
			doctor_warn(d,
			    pool_fmt(&d->strings,
				"stskey mfa enroll --profile %s",
				quote_word(&d->strings, p->plan.key_profile)),
			    "%s: there is no mfa_serial, so no session has MFA "
			    "and the key alone opens all that it may",
			    p->profile);
	}
}

/* Two files, which the key that is plugged in may open both. */
static bool
is_sealed_to_one(struct doctor *d, const char *key, const char *entry)
{
	AUTO_CREW struct crew crew = CREW_INIT;
	struct probe a, b;
	struct err ignored;

	if (!probe_is_for(key) || !probe_is_for(entry))
		return false;
	crew_begin(&crew, PROBE_SECONDS);
	return probe_look(&crew, key, &d->strings, &a, &ignored) == RC_OK &&
	       probe_look(&crew, entry, &d->strings, &b, &ignored) == RC_OK &&
	       probe_is_one(&a, &b);
}

static void
tell_factors(struct doctor *d, const struct patient *p, const struct link *code)
{
	const char *key = p->plan.key;
	bool both = false;

	for (size_t i = 0; i < code->nmfa; i++)
		both = both || uri_same_device(key, code->mfa[i].entry) ||
		       is_sealed_to_one(d, key, code->mfa[i].entry);
	if (both)
		doctor_warn(d,
		    pool_fmt(&d->strings, "stskey mfa enroll --profile %s",
			quote_word(&d->strings, p->plan.key_profile)),
		    "%s: both factors are on one device: who has that has "
		    "everything",
		    p->profile);
	else
		doctor_ok(
		    d, "%s: key and codes are not on one device", p->profile);
}

void
doctor_factors(struct doctor *d)
{
	for (size_t i = 0; i < d->npatients; i++) {
		const struct link *code =
		    doctor_code_link(&d->patients[i].plan);

		if (code != NULL)
			tell_factors(d, &d->patients[i], code);
	}
}

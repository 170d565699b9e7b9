/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan.h"

#include "signer/aws/ancestry.h"
#include "signer/aws/entry.h"
#include "signer/aws/plan_links.h"
#include "signer/aws/sts.h"
#include "signer/base/mem.h"

/* What the plan says of the key, and of how to reach it and the person. */

static enum rc
no_id(const struct planning *m, const struct setting *key)
{
	return setting_wrong(key,
	    err_set(m->e, RC_CONFIG,
		"the key has no access key id: write stskey_access_key_id = "
		"AKIA… in the same profile"),
	    m->e);
}

/* stskey_access_key_id, or what stands before the URI; both say the same. */
static enum rc
read_id(struct planning *m, const struct setting *key, struct bytes beside)
{
	struct setting id = planning_near_key(m, "stskey_access_key_id");
	struct bytes text = beside;
	enum rc rc;

	if (setting_given(&id)) {
		text = BYTES_STR(id.value);
		rc = sts_check_access_key_id(text, m->e);
		if (rc != RC_OK)
			return setting_wrong(&id, rc, m->e);
	}
	if (text.len == 0)
		return no_id(m, key);
	if (beside.len > 0 && !bytes_eq(beside, text))
		return setting_wrong(&id,
		    err_set(m->e, RC_CONFIG,
			"stskey_key names another access key id: correct one "
			"of the two"),
		    m->e);
	m->plan->access_key_id = pool_add(m->strings, text);
	return RC_OK;
}

static enum rc
read_key(struct planning *m)
{
	const struct ancestor *last = planning_key_profile(m);
	struct setting key =
	    setting_find(m->in, last->section, "stskey_key", m->strings);
	struct setting user =
	    setting_find(m->in, last->section, "stskey_user", m->strings);
	struct entry entry;
	enum rc rc = entry_key(&key, &entry, m->e);

	if (rc != RC_OK || (rc = read_id(m, &key, entry.id)) != RC_OK ||
	    (rc = setting_check_text(&user, m->e)) != RC_OK)
		return rc;
	m->plan->key = pool_add(m->strings, entry.what);
	m->plan->key_profile = last->profile;
	m->plan->user = setting_given(&user) ? user.value : NULL;
	return RC_OK;
}

static enum rc
text_near_key(struct planning *m, const char *key, const char **ret)
{
	struct setting s = planning_near_key(m, key);

	*ret = setting_given(&s) ? s.value : NULL;
	return setting_check_text(&s, m->e);
}

static enum rc
text_near_caller(struct planning *m, const char *key, const char **ret)
{
	struct setting s = planning_near_caller(m, key);

	*ret = setting_given(&s) ? s.value : NULL;
	return setting_check_text(&s, m->e);
}

/* The grammar that every source of a secret has; never the value. */
static enum rc
check_pin_source(const struct setting *s, struct err *e)
{
	static const char *const kinds[] = { "file:", "command:", "prompt",
		"fd:", "credential:" };

	if (!setting_given(s))
		return RC_OK;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(s->value, kinds[i], strlen(kinds[i])) == 0)
			return setting_check_text(s, e);
	return setting_wrong(s,
	    err_set(e, RC_CONFIG,
		"a PIN comes from file:PATH, command:CMD or prompt: write one "
		"of these, never the PIN itself"),
	    e);
}

/* What a URI says itself (RFC 7512 pin-source) comes between the two. */
static enum rc
read_pin_source(struct planning *m)
{
	static const char key[] = "stskey_pin_source";
	struct setting own = planning_near_key(m, key);
	struct setting fallback = setting_of_defaults(m->in, key, m->strings);
	enum rc rc = check_pin_source(&own, m->e);

	if (rc == RC_OK)
		rc = check_pin_source(&fallback, m->e);
	if (rc != RC_OK)
		return rc;
	if (setting_given(&fallback))
		m->plan->pin_source_default = fallback.value;
	if (setting_given(&own) &&
	    (!setting_given(&fallback) || own.line == 0 ||
		strcmp(own.where, fallback.where) != 0))
		m->plan->pin_source = own.value;
	return RC_OK;
}

static enum rc
read_mode(const struct setting *s, enum cache_mode *ret, struct err *e)
{
	static const char *const modes[] = { [CACHE_DISK] = "disk",
		[CACHE_RUNTIME] = "runtime",
		[CACHE_NONE] = "none" };

	*ret = CACHE_DISK;
	if (!setting_given(s))
		return RC_OK;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(s->value, modes[i]) == 0) {
			*ret = (enum cache_mode)i;
			return RC_OK;
		}
	return setting_wrong(
	    s, err_set(e, RC_CONFIG, "write disk, runtime or none"), e);
}

/*
 * STSKEY_CACHE decides; else the strictest of what the profiles of the plan
 * say, since a session is as good as the roles it opens; else [defaults].
 */
static enum rc
read_cache(struct planning *m)
{
	static const char key[] = "stskey_cache";
	struct setting s = setting_of_env(m->in, key, m->strings);
	enum cache_mode mode;
	bool said = s.value != NULL;
	enum rc rc = read_mode(&s, &m->plan->cache, m->e);

	for (size_t i = 0; i < m->family.n && rc == RC_OK; i++) {
		if (s.line == 0 && s.value != NULL)
			return rc;
		s = setting_of_section(
		    m->in->config, m->family.at[i].section, key, m->strings);
		rc = read_mode(&s, &mode, m->e);
		said |= s.value != NULL;
		if (rc == RC_OK && mode > m->plan->cache)
			m->plan->cache = mode;
	}
	if (rc != RC_OK || said)
		return rc;
	s = setting_of_defaults(m->in, key, m->strings);
	return read_mode(&s, &m->plan->cache, m->e);
}

static enum rc
prompt(const struct planning *m, const struct setting *s, const char **ret)
{
	static const char *const all[] = { "auto", "tty", "pinentry", "none",
		NULL };
	static const struct words words = { all,
		"write auto, tty, pinentry or none" };

	*ret = all[0];
	return planning_word(m, s, &words, ret);
}

static enum rc
read_notify(struct planning *m)
{
	static const char *const all[] = { "none", "expiry", NULL };
	static const struct words words = { all, "write none or expiry" };
	struct setting s = planning_near_caller(m, "stskey_notify");
	const char *word = all[0];
	enum rc rc = planning_word(m, &s, &words, &word);

	m->plan->notify = word == all[1];
	return rc;
}

static enum rc
touch_seconds(const struct planning *m, const struct setting *s, int64_t *ret)
{
	*ret = TOUCH_SECONDS_DEFAULT;
	return planning_number(m, s, (struct range){ 5, 120 }, ret);
}

static enum rc
timeout_seconds(const struct planning *m, const struct setting *s, int64_t *ret)
{
	return planning_number(m, s, (struct range){ 1, 86400 }, ret);
}

enum rc
plan_person(const struct setting_input *in, const char *profile,
    struct plan *ret, struct err *e)
{
	AUTO_POOL struct pool strings = POOL_INIT;
	const struct planning m = { .in = in, .strings = &strings, .e = e };
	const struct profile_section *section = NULL;
	struct setting s;
	enum rc rc;

	if (in->config != NULL)
		section = profile_find(in->config, profile, true);
	s = setting_find(in, section, "stskey_touch_seconds", &strings);
	rc = touch_seconds(&m, &s, &ret->touch_seconds);
	if (rc == RC_OK) {
		s = setting_find(in, section, "stskey_prompt", &strings);
		rc = prompt(&m, &s, &ret->prompt);
	}
	if (rc != RC_OK)
		return rc;
	s = setting_find(in, section, "stskey_timeout_seconds", &strings);
	return timeout_seconds(&m, &s, &ret->timeout_seconds);
}

static enum rc
read_ways(struct planning *m)
{
	struct plan *p = m->plan;
	struct setting touch = planning_near_caller(m, "stskey_touch_seconds");
	struct setting way = planning_near_caller(m, "stskey_prompt");
	struct setting timeout =
	    planning_near_caller(m, "stskey_timeout_seconds");
	enum rc rc;

	if ((rc = read_pin_source(m)) != RC_OK ||
	    (rc = text_near_key(m, "stskey_pkcs11_module", &p->module)) !=
		RC_OK ||
	    (rc = text_near_caller(m, "stskey_pinentry", &p->pinentry)) !=
		RC_OK ||
	    (rc = text_near_caller(m, "ca_bundle", &p->ca_bundle)) != RC_OK ||
	    (rc = prompt(m, &way, &p->prompt)) != RC_OK ||
	    (rc = read_notify(m)) != RC_OK ||
	    (rc = touch_seconds(m, &touch, &p->touch_seconds)) != RC_OK)
		return rc;
	return timeout_seconds(m, &timeout, &p->timeout_seconds);
}

static void
plan_freep(struct plan **p)
{
	plan_done(*p);
	mem_free(*p);
}

enum rc
plan_make(const struct setting_input *in, const char *profile, struct plan *ret,
    struct err *e)
{
	AUTO(plan_freep) struct plan *p = mem_new(1, sizeof(*p));
	struct planning m = {
		.in = in, .plan = p, .strings = &p->strings, .e = e
	};
	enum rc rc;

	if ((rc = setting_check_defaults(in, e)) != RC_OK ||
	    (rc = ancestry_of(in, profile, m.strings, &m.family, e)) != RC_OK)
		return rc;
	/* A link a profile at most, and the session. */
	p->links = mem_new(m.family.n + 1, sizeof(*p->links));
	if ((rc = read_key(&m)) != RC_OK || (rc = read_ways(&m)) != RC_OK ||
	    (rc = read_cache(&m)) != RC_OK || (rc = plan_links(&m)) != RC_OK)
		return rc;
	p->profile = m.family.at[0].profile;
	*ret = *p;
	p->strings = POOL_INIT;
	p->links = NULL;
	return RC_OK;
}

void
plan_done(struct plan *p)
{
	mem_free(p->links);
	pool_done(&p->strings);
	*p = (struct plan){ 0 };
}

int64_t
plan_min_left(int64_t granted_seconds)
{
	const int64_t most = 960; /* SDKs ask again below 900 */

	return granted_seconds / 2 < most ? granted_seconds / 2 : most;
}

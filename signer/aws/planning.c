/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/planning.h"
#include "signer/aws/text.h"

const struct ancestor *
planning_key_profile(const struct planning *m)
{
	return &m->family.at[m->family.n - 1];
}

struct setting
planning_own(const struct planning *m, size_t i, const char *key)
{
	return setting_of_section(
	    m->in->config, m->family.at[i].section, key, m->strings);
}

static struct setting
along(const struct planning *m, const char *key, bool from_key)
{
	struct setting s = setting_of_env(m->in, key, m->strings);
	size_t n = m->family.n;

	for (size_t i = 0; i < n && s.value == NULL; i++)
		s = planning_own(m, from_key ? n - 1 - i : i, key);
	return s.value != NULL ? s
	                       : setting_of_defaults(m->in, key, m->strings);
}

struct setting
planning_near_key(const struct planning *m, const char *key)
{
	return along(m, key, true);
}

struct setting
planning_near_caller(const struct planning *m, const char *key)
{
	return along(m, key, false);
}

static enum rc
bad_number(
    const struct planning *m, const struct setting *s, struct range range)
{
	return setting_wrong(s,
	    err_set(m->e, RC_CONFIG, "write a number from %lld to %lld",
		(long long)range.min, (long long)range.max),
	    m->e);
}

enum rc
planning_number(const struct planning *m, const struct setting *s,
    struct range range, int64_t *ret)
{
	int64_t n = 0;

	if (!setting_given(s))
		return RC_OK;
	for (const char *p = s->value; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || n > range.max)
			return bad_number(m, s, range);
		n = n * 10 + (*p - '0');
	}
	if (n < range.min || n > range.max)
		return bad_number(m, s, range);
	*ret = n;
	return RC_OK;
}

enum rc
planning_word(const struct planning *m, const struct setting *s,
    const struct words *words, const char **ret)
{
	if (!setting_given(s))
		return RC_OK;
	for (const char *const *w = words->all; *w != NULL; w++)
		if (strcmp(s->value, *w) == 0) {
			*ret = *w;
			return RC_OK;
		}
	return setting_wrong(
	    s, err_set(m->e, RC_CONFIG, "%s", words->choice), m->e);
}

enum rc
planning_truth(const struct planning *m, const struct setting *s, bool *ret)
{
	*ret = setting_given(s) &&
	       text_eq_fold(BYTES_STR(s->value), BYTES_STR("true"));
	if (!setting_given(s) || *ret ||
	    text_eq_fold(BYTES_STR(s->value), BYTES_STR("false")))
		return RC_OK;
	return setting_wrong(
	    s, err_set(m->e, RC_CONFIG, "write true or false"), m->e);
}

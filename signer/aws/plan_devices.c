/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan_devices.h"

#include "signer/aws/entry.h"
#include "signer/aws/sts.h"

/*
 * STSKEY_MFA, the profile's own, and, for a profile with an mfa_serial and the
 * one with the key, the key's and [defaults].
 */
static struct setting
mfa_setting(const struct planning *m, size_t i, bool has_serial)
{
	static const char key[] = "stskey_mfa";
	struct setting s = setting_of_env(m->in, key, m->strings);
	size_t last = m->family.n - 1;

	if (s.value == NULL)
		s = planning_own(m, i, key);
	if (s.value == NULL && (has_serial || i == last))
		s = planning_own(m, last, key);
	if (s.value == NULL && (has_serial || i == last))
		s = setting_of_defaults(m->in, key, m->strings);
	return s;
}

static bool
lists(const struct entry_list *list, const char *serial)
{
	for (size_t i = 0; i < list->n; i++)
		if (bytes_is(list->at[i].id, serial))
			return true;
	return false;
}

/* Entries that say themselves whose they are, and mfa_serial, if given. */
static enum rc
check_listed(const struct planning *m, const struct entry_list *list,
    const struct setting *serial)
{
	if (!setting_given(serial))
		return entry_check_device(list->at[0].id, m->e);
	if (lists(list, serial->value))
		return RC_OK;
	return err_set(m->e, RC_CONFIG,
	    list->n == 1
		? "it is for another device than mfa_serial says: correct one "
		  "of the two"
		: "it lists other devices than mfa_serial says: add that one, "
		  "or write one of these as mfa_serial");
}

/*
 * Whether one of the plan says whose it is: the entry of the profile with the
 * key serves the roles upon it as well.
 */
static bool
has_serial_for(const struct planning *m, size_t i)
{
	for (size_t k = 0; i + 1 == m->family.n && k < i; k++) {
		struct setting s = planning_own(m, k, "mfa_serial");

		if (setting_given(&s))
			return true;
	}
	return false;
}

/*
 * An entry that is for no device.  Of a variable or [defaults] that is for
 * those profiles that have one; whoever writes it in a profile wants a code.
 */
static enum rc
check_nobodys(const struct planning *m, size_t i, const struct setting *mfa)
{
	if (mfa->where != m->in->config->path || has_serial_for(m, i))
		return RC_OK;
	return setting_wrong(mfa,
	    err_set(m->e, RC_CONFIG,
		"it is not said of which MFA device: set mfa_serial, or write "
		"ARN=URI"),
	    m->e);
}

static void
add(struct planning *m, const char *serial, struct bytes entry,
    struct devices *ret)
{
	ret->at[ret->n++] =
	    (struct link_mfa){ serial, pool_add(m->strings, entry) };
}

/* mfa is the stskey_mfa of profile i, which is given. */
static enum rc
from_list(struct planning *m, size_t i, const struct setting *mfa,
    const struct setting *serial, struct devices *ret)
{
	struct entry_list list;
	enum rc rc = entry_mfa(mfa, &list, m->e);

	if (rc != RC_OK)
		return rc;
	if (list.at[0].id.len == 0) {
		if (!setting_given(serial))
			return check_nobodys(m, i, mfa);
		add(m, serial->value, list.at[0].what, ret);
		return RC_OK;
	}
	rc = check_listed(m, &list, serial);
	if (rc != RC_OK)
		return setting_wrong(mfa, rc, m->e);
	for (size_t k = 0; k < list.n; k++)
		add(m, pool_add(m->strings, list.at[k].id), list.at[k].what,
		    ret);
	return RC_OK;
}

enum rc
devices_of(struct planning *m, size_t i, struct devices *ret)
{
	struct setting serial = planning_own(m, i, "mfa_serial"), mfa;
	enum rc rc;

	*ret = (struct devices){ 0 };
	if (setting_given(&serial)) {
		rc = sts_check_serial(BYTES_STR(serial.value), m->e);
		if (rc != RC_OK)
			return setting_wrong(&serial, rc, m->e);
	}
	mfa = mfa_setting(m, i, setting_given(&serial));
	ret->said = setting_given(&serial) ? serial : mfa;
	if (setting_given(&mfa))
		return from_list(m, i, &mfa, &serial, ret);
	if (setting_given(&serial))
		add(m, serial.value, BYTES_STR("prompt"), ret);
	return RC_OK;
}

enum rc
devices_of_session(struct planning *m, struct devices *ret)
{
	enum rc rc = RC_OK;

	*ret = (struct devices){ 0 };
	for (size_t i = m->family.n; i > 0 && rc == RC_OK; i--) {
		rc = devices_of(m, i - 1, ret);
		if (rc == RC_OK && ret->n > 0)
			return rc;
	}
	return rc;
}

bool
devices_same(const struct devices *a, const struct devices *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;

		while (
		    k < b->n && strcmp(a->at[i].serial, b->at[k].serial) != 0)
			k++;
		if (k == b->n)
			return false;
	}
	return true;
}

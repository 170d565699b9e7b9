/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/mfa_lines.h"

#include <string.h>

#include "signer/aws/entry.h"

enum { LIST_MAX = 16 * 1024 };

/*
 * As the plan has it: the section's own; for an mfa_serial that of the profile
 * with the key, else of [defaults].
 */
static struct setting
entries_of(const struct world *w, const char *profile, struct pool *p)
{
	static const char key[] = "stskey_mfa";
	const struct profile_file *f = &w->config;
	struct setting s =
	    setting_of_section(f, profile_find(f, profile, true), key, p);
	AUTO_PLAN struct plan plan = { 0 };
	struct err none_yet;

	if (s.value == NULL &&
	    plan_make(&w->in, profile, &plan, &none_yet) == RC_OK)
		s = setting_of_section(
		    f, profile_find(f, plan.key_profile, true), key, p);
	return s.value != NULL ? s : setting_of_defaults(&w->in, key, p);
}

static void
take(struct mfa_lines *l, const char *serial, const char *entry)
{
	l->at[l->n++] = (struct link_mfa){ serial, entry };
}

enum rc
mfa_lines_read(const struct world *w, const char *profile, struct pool *p,
    struct mfa_lines *ret, struct err *e)
{
	const struct profile_file *f = &w->config;
	struct setting entries = entries_of(w, profile, p);
	struct setting serial = setting_of_section(
	    f, profile_find(f, profile, true), "mfa_serial", p);
	struct entry_list list = { .n = 0 };
	enum rc rc = RC_OK;

	*ret = (struct mfa_lines){ .n = 0 };
	if (setting_given(&entries))
		rc = entry_mfa(&entries, &list, e);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < list.n; i++)
		if (list.at[i].id.len > 0)
			take(ret, pool_add(p, list.at[i].id),
			    pool_add(p, list.at[i].what));
	if (ret->n == 0 && setting_given(&serial))
		take(ret, serial.value,
		    list.n > 0 ? pool_add(p, list.at[0].what) : "prompt");
	return RC_OK;
}

/* How many are left beside the one of that serial number. */
static size_t
others(const struct link_mfa *had, size_t n, const char *serial)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += strcmp(had[i].serial, serial) != 0;
	return count;
}

static enum rc
check_arn(const char *serial, struct err *e)
{
	if (entry_check_device(BYTES_STR(serial), e) == RC_OK)
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "of several MFA devices each is named by its ARN, and '%s' is "
	    "none: give the other one a profile of its own",
	    serial);
}

enum rc
mfa_lines_room(
    const struct link_mfa *had, size_t n, const char *serial, struct err *e)
{
	size_t beside = others(had, n, serial);
	enum rc rc = RC_OK;

	if (beside >= PLAN_MAX_MFA)
		return err_set(e, RC_CONFIG,
		    "the profile names %d MFA devices already, and a user has "
		    "no more: take one that is gone out of its stskey_mfa",
		    PLAN_MAX_MFA);
	if (beside > 0 && serial[0] != '\0')
		rc = check_arn(serial, e);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (strcmp(had[i].serial, serial) != 0)
			rc = check_arn(had[i].serial, e);
	return rc;
}

static void
write_entry(struct buf *list, const struct link_mfa *mfa)
{
	buf_str(list, list->len > 0 ? " " : "");
	buf_str(list, mfa->serial);
	buf_chr(list, '=');
	buf_str(list, mfa->entry);
}

void
mfa_lines_add(const struct link_mfa *had, size_t n, const struct link_mfa *made,
    struct pool *p, struct world_change *c)
{
	AUTO_BUF struct buf list = BUF_INIT(LIST_MAX);
	const struct link_mfa *last = NULL;

	if (others(had, n, made->serial) == 0) {
		c->sets[c->n++] =
		    (struct profile_set){ "mfa_serial", made->serial };
		c->sets[c->n++] =
		    (struct profile_set){ "stskey_mfa", made->entry };
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(had[i].serial, made->serial) == 0)
			continue;
		/* A command takes the rest of the line. */
		if (strncmp(had[i].entry, "command:", 8) == 0)
			last = &had[i];
		else
			write_entry(&list, &had[i]);
	}
	write_entry(&list, made);
	if (last != NULL)
		write_entry(&list, last);
	c->sets[c->n++] =
	    (struct profile_set){ "stskey_mfa", pool_add(p, buf_bytes(&list)) };
}

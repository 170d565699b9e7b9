/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/aws/text.h"
#include "signer/cmd/doctor.h"
#include "signer/cmd/quote.h"

/* Whether AWS tools run this very program for a profile. */

enum { WORD_MAX = 64 * 1024 };

/* The line of a profile of which one finds something. */
struct line {
	struct doctor *d;
	const char *profile, *mend, *path;
	struct setting set; /* credential_process */
};

static void
tell_gone(struct line *l)
{
	doctor_fail(l->d, RC_CONFIG, l->mend,
	    "%s:%zu: credential_process of '%s' runs '%s', which cannot be run "
	    "(%s)",
	    l->set.where, l->set.line, l->profile, l->path, strerror(errno));
}

static void
tell_other(struct line *l)
{
	doctor_warn(l->d, l->mend,
	    "%s:%zu: credential_process of '%s' runs '%s', and this is '%s'",
	    l->set.where, l->set.line, l->profile, l->path,
	    world_self(&l->d->world));
}

static void
judge_path(struct line *l)
{
	struct stat there, self;

	if (l->path[0] != '/')
		doctor_warn(l->d, l->mend,
		    "%s:%zu: credential_process of '%s' runs '%s', which "
		    "programs with another PATH do not find",
		    l->set.where, l->set.line, l->profile, l->path);
	else if (stat(l->path, &there) != 0 || access(l->path, X_OK) != 0)
		tell_gone(l);
	else if (stat(world_self(&l->d->world), &self) != 0 ||
		 there.st_dev != self.st_dev || there.st_ino != self.st_ino)
		tell_other(l);
	else
		doctor_ok(l->d,
		    "%s:%zu: credential_process of '%s' runs this stskey",
		    l->set.where, l->set.line, l->profile);
}

/* The program of the command line, as shlex takes it apart. */
static void
judge(struct line *l)
{
	AUTO_BUF struct buf word = BUF_INIT(WORD_MAX);
	struct bytes rest = BYTES_STR(l->set.value);

	if (text_word(&rest, &word) != WORD_GOOD) {
		doctor_fail(l->d, RC_CONFIG, l->mend,
		    "%s:%zu: credential_process of '%s' is no command line",
		    l->set.where, l->set.line, l->profile);
		return;
	}
	l->path = pool_add(&l->d->strings, buf_bytes(&word));
	judge_path(l);
}

static void
examine(struct doctor *d, const char *profile)
{
	const struct profile_section *s =
	    profile_find(&d->world.config, profile, true);
	struct line l = {
		.d = d,
		.profile = profile,
		.set = setting_of_section(
		    &d->world.config, s, "credential_process", &d->strings),
	};
	const struct profile_entry *role =
	    profile_entry(&d->world.config, s, "role_arn");

	l.mend = pool_fmt(&d->strings,
	    "aws configure set credential_process %s --profile %s",
	    quote_word(&d->strings,
		pool_fmt(&d->strings, "%s credentials --profile %s",
		    quote_word(&d->strings, world_self(&d->world)),
		    quote_word(&d->strings, profile))),
	    quote_word(&d->strings, profile));
	if (setting_given(&l.set))
		judge(&l);
	else if (role != NULL)
		/* SDKs assume such a role themselves, from its source. */
		doctor_ok(d,
		    "'%s' is a role that AWS tools assume by themselves",
		    profile);
	else
		doctor_warn(d, l.mend,
		    "'%s' has no credential_process, so no AWS tool asks "
		    "stskey for it",
		    profile);
}

void
doctor_process(struct doctor *d)
{
	for (size_t i = 0; i < d->npatients; i++)
		examine(d, d->patients[i].profile);
}

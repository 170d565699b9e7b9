/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/no_profile.h"

#include "signer/aws/text.h"
#include "signer/base/near.h"

enum { TOLD_PROFILES = 5, TOLD_LEN = 80 };

/* A profile that would do, with a name that fits into a sentence. */
static bool
would_do(const struct profile_file *f, const struct profile_section *s)
{
	return s->profile.len > 0 && s->profile.len <= TOLD_LEN &&
	       (profile_entry(f, s, "stskey_key") != NULL ||
		   profile_entry(f, s, "stskey_role_arn") != NULL);
}

/* Names some. */
static void
list_profiles(const struct profile_file *f, struct buf *ret)
{
	size_t told = 0;

	for (size_t i = 0; i < f->nsections && told < TOLD_PROFILES; i++) {
		if (!would_do(f, &f->sections[i]))
			continue;
		buf_str(ret, told++ > 0 ? ", '" : "'");
		buf_add(ret, f->sections[i].profile);
		buf_chr(ret, '\'');
	}
}

/* The one that was probably meant; a name that is a word only. */
static struct bytes
nearest_profile(const struct profile_file *f, const char *profile)
{
	struct near n = NEAR_INIT(BYTES_STR(profile));

	for (size_t i = 0; text_is_name(n.word) && i < f->nsections; i++)
		if (would_do(f, &f->sections[i]))
			near_try(&n, f->sections[i].profile);
	return n.found;
}

enum rc
no_profile(const struct setting_input *in, const char *profile, struct err *e)
{
	AUTO_BUF struct buf some = BUF_INIT(1024);
	const char *path = in->config != NULL ? in->config->path : NULL;
	struct bytes near = { 0 };

	if (in->config != NULL) {
		near = nearest_profile(in->config, profile);
		list_profiles(in->config, &some);
	}
	if (path == NULL)
		path = "~/.aws/config";
	if (near.len > 0)
		return err_set(e, RC_NOTFOUND,
		    "no profile '%.*s' in %s; did you mean '%.*s'?", TOLD_LEN,
		    profile, path, (int)near.len, (const char *)near.p);
	if (some.len > 0)
		return err_set(e, RC_NOTFOUND,
		    "no profile '%.*s' in %s: name one that is there with "
		    "--profile, such as %s",
		    TOLD_LEN, profile, path, buf_cstr(&some));
	return err_set(e, RC_NOTFOUND,
	    "no profile '%.*s' in %s, nor any with a stskey_key: `stskey key "
	    "import --to 'pkcs11:token=…' --access-key-id AKIA… --profile "
	    "%.*s` makes one",
	    TOLD_LEN, profile, path, TOLD_LEN, profile);
}

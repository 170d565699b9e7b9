/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_FOUND_H
#define AWS_FOUND_H

#include "signer/aws/profile.h"

/*
 * Long-term keys that people have elsewhere, by the names of sections and
 * keys alone: no value of a credentials file is looked at.
 */

enum found_kind {
	FOUND_PLAIN,  /* in plain text, in the credentials file */
	FOUND_CONFIG, /* the same in the config file */
	FOUND_VAULT,  /* kept by aws-vault (https://github.com/99designs) */
};

struct found {
	enum found_kind kind;
	const char *path;     /* of the file that tells of it */
	size_t line;          /* of its section */
	struct bytes profile; /* the profile to write */
	struct bytes name;    /* what aws-vault calls it */
};

/*
 * Calls each in the order of the files.  A profile is aws-vault's where its
 * credential_process runs that, or where nothing else can have its key: it is
 * somebody's source_profile or has an mfa_serial, and no credentials at all.
 */
void found_each(const struct profile_file *config,
    const struct profile_file *credentials,
    void (*each)(void *ctx, const struct found *f), void *ctx);

#endif

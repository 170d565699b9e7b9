/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_ENTRY_H
#define AWS_ENTRY_H

#include "signer/aws/setting.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * The values of stskey_key and stskey_mfa: a list on one line, separated by
 * spaces; of stskey_key this version takes one entry.  An entry is WHAT or
 * ID=WHAT; an ID is an access key id or an ARN.  WHAT is a URI without spaces,
 * the word prompt, or command: and the rest of the line.
 */

enum { ENTRY_MAX = 8 }; /* IAM allows a user so many MFA devices */

struct entry {
	struct bytes id;   /* len 0: none */
	struct bytes what; /* both are spans of the setting's value */
};

struct entry_list {
	struct entry at[ENTRY_MAX];
	size_t n;
};

/* Takes a line apart and checks nothing; false: there are more than fit. */
bool entry_split(struct bytes line, struct entry_list *ret);

/*
 * RC_CONFIG, in words that never quote the value.  Of several MFA entries
 * each has the ARN of its device, and no device comes twice.
 */
enum rc entry_key(const struct setting *s, struct entry *ret, struct err *e);
enum rc entry_mfa(
    const struct setting *s, struct entry_list *ret, struct err *e);

/* RC_CONFIG unless it can be the NAME of sealed:NAME, which is a file's. */
enum rc entry_check_sealed(struct bytes name, struct err *e);

/* RC_CONFIG unless it is the ARN of an MFA device. */
enum rc entry_check_device(struct bytes id, struct err *e);

/* Whether what an entry says is the URI of something on a token. */
bool entry_is_hardware(const char *what);

#endif

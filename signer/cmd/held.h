/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_HELD_H
#define CMD_HELD_H

#include <stdbool.h>

/* How a secret is held, in the words that status and key list share. */

/* By the kind of its URI alone: "hmac", "sealed", "unknown". */
const char *held_by_uri(const char *uri);
/*
 * What that means to a person, where the word alone does not say it.  id is
 * whose it is (an access key id or the ARN of an MFA device), NULL: unknown.
 */
const char *held_words(const char *held, const char *id);
/* Whether the URI says that the key was put there to be used by anyone. */
bool held_no_touch(const char *uri);
/* "on token" or "sealed to", before the name of the token. */
const char *held_where(const char *uri);

#endif

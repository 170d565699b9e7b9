/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_ENROL_LINES_H
#define CMD_ENROL_LINES_H

#include "signer/cmd/enrol.h"

/* The lines of ~/.aws/config that name a key: found, written and rewritten. */

/* Of section i, with that URI as stskey_key or stskey_mfa; NULL: either. */
bool enrol_names(
    const struct enrol *n, size_t i, const char *key, const char *uri);
/* How many profiles have that URI as stskey_key or stskey_mfa; NULL: either. */
size_t enrol_count(const struct enrol *n, const char *key, const char *uri);
/* The access key id that the configuration gives for a key; NULL: none. */
const char *enrol_access_key_id(struct enrol *n, const char *uri);
/*
 * Before anything is done: RC_NOTFOUND where no profile has the URI of replace
 * (or NULL) as its stskey_key, with those that may mean the same object in
 * other words; RC_CONFIG for a --profile that could not be written, or whose
 * role_arn would shadow what we write.
 */
enum rc enrol_check(const struct enrol *n, const char *replace, struct err *e);
/*
 * The lines of a profile for the key: written for --profile, else printed.
 * replace: every profile with that URI as its stskey_key gets the new one
 * instead, and those that may mean the same object are named.
 */
enum rc enrol_write(struct enrol *n, const char *replace, struct err *e);
/*
 * Of each profile with n->uri as its stskey_key: what shadows it and, where AWS
 * was not asked (n->user is NULL), that its stskey_user may be another's.
 */
void enrol_tell(struct enrol *n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_IAM_H
#define AWS_IAM_H

#include <stdbool.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * Requests of the IAM query API, version 2010-05-08, that the life of a
 * virtual MFA device needs: form bodies, as sts.h makes those of STS.
 */

#define IAM_VERSION "2010-05-08"

/* serial: the ARN of the device; user NULL: whoever signs. */
void iam_create_virtual_mfa_device(struct buf *ret, const char *name);
void iam_delete_virtual_mfa_device(struct buf *ret, const char *serial);
struct iam_codes {
	const char *user, *serial, *code1, *code2;
};
void iam_enable_mfa_device(struct buf *ret, const struct iam_codes *c);
void iam_resync_mfa_device(struct buf *ret, const struct iam_codes *c);
void iam_deactivate_mfa_device(
    struct buf *ret, const char *user, const char *serial);
/* marker: of the page before, or NULL. */
void iam_list_mfa_devices(
    struct buf *ret, const char *user, const char *marker);
/* Those of the account that no user has. */
void iam_list_virtual_mfa_devices(struct buf *ret, const char *marker);

/* What no one without MFA is to be told: a question that changes nothing. */
void iam_list_account_aliases(struct buf *ret);

/* Of the seven first; NULL is none. */
bool iam_is_action(const char *action);

/* [\w+=,.@-]{1,128}, as IAM's API reference says of VirtualMFADeviceName. */
enum rc iam_check_device_name(struct bytes s, struct err *e);

#endif

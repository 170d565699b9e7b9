/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_SHADOW_H
#define AWS_SHADOW_H

#include "signer/aws/setting.h"

/*
 * What an SDK would use instead of our credential_process, one sentence each
 * to told: what a section of the credentials file says, role_arn beside
 * credential_process, AWS_*.
 */
void shadow_tell(const struct setting_input *in,
    const struct profile_file *credentials, const char *profile,
    void (*told)(void *ctx, const char *sentence), void *ctx);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_NO_PROFILE_H
#define AWS_NO_PROFILE_H

#include "signer/aws/setting.h"

/*
 * RC_NOTFOUND, in a sentence that names the one that was probably meant, or
 * some that would do, or how to make one.
 */
enum rc no_profile(
    const struct setting_input *in, const char *profile, struct err *e);

#endif

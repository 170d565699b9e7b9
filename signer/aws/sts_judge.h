/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_STS_JUDGE_H
#define AWS_STS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

/* Inside aws/sts only: how codes and messages are compared. */

bool sts_code_in(const char *code, const char *const *list, size_t n);
/* Whatever the case; false for a NULL message. */
bool sts_says(const char *message, const char *part);

#endif

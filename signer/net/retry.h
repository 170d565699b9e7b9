/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdint.h>

/*
 * When to try again: exponential backoff with full jitter, so that many
 * callers that were refused at once do not come back at once.
 */
enum {
	RETRY_TRIES = 5, /* the first one counted */
	RETRY_BASE_MS = 250,
	RETRY_MOST_MS = 5000,
};

/*
 * The pause after that many tries (1 and up).  random is any number;
 * retry_after is what the service asked for in seconds, -1 if it did not, and
 * is never undercut.
 */
int64_t retry_pause_ms(
    unsigned int tries, int64_t retry_after, uint32_t random);
uint32_t retry_random(void);

#endif

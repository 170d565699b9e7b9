/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/retry.h"

#include <sys/random.h>

#include "signer/base/clock.h"

int64_t
retry_pause_ms(unsigned int tries, int64_t retry_after, uint32_t random)
{
	int64_t most = RETRY_BASE_MS;
	int64_t asked = 0;

	while (tries-- > 1 && most < RETRY_MOST_MS)
		most *= 2;
	if (most > RETRY_MOST_MS)
		most = RETRY_MOST_MS;
	if (retry_after > 0)
		asked = retry_after < INT32_MAX ? retry_after * 1000
		                                : INT64_C(1000) * INT32_MAX;
	return asked + random % (most + 1);
}

uint32_t
retry_random(void)
{
	uint32_t ret = 0;

	/* Jitter only: the clock will do where there is no randomness yet. */
	if (getrandom(&ret, sizeof(ret), GRND_NONBLOCK) != sizeof(ret))
		ret = (uint32_t)clock_monotonic_ms();
	return ret;
}

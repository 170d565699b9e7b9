/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/totp.h"

#include "signer/base/mac.h"

enum { DIGITS = TOTP_CODE_SIZE - 1 };

int64_t
totp_step(int64_t now)
{
	int64_t step = now / TOTP_STEP_SECONDS;

	/* Rounded down, as a step that begins after now would not be one. */
	return step - (now % TOTP_STEP_SECONDS < 0);
}

int64_t
totp_step_begins(int64_t step)
{
	return step * TOTP_STEP_SECONDS;
}

void
totp_message(int64_t step, uint8_t ret[static TOTP_MESSAGE])
{
	uint64_t v = (uint64_t)step;

	for (size_t i = TOTP_MESSAGE; i > 0; i--, v >>= 8)
		ret[i - 1] = (uint8_t)v;
}

void
totp_code(struct bytes mac, char ret[static TOTP_CODE_SIZE])
{
	uint32_t v = 0;
	size_t at;

	ret[0] = '\0';
	if (mac.len != SHA1_SIZE)
		return;
	at = mac.p[SHA1_SIZE - 1] & 15;
	for (size_t i = at; i < at + 4; i++)
		v = v << 8 | mac.p[i];
	v &= 0x7fffffff;
	for (size_t i = DIGITS; i > 0; i--, v /= 10)
		ret[i - 1] = (char)('0' + v % 10);
	ret[DIGITS] = '\0';
}

bool
totp_is_code(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.len == DIGITS;
}

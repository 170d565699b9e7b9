/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "signer/aws/sts.h"
#include "signer/base/mem.h"
#include "signer/net/answer.h"
#include "signer/net/xml.h"

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The sentence is one line that a terminal can be trusted with. */
static void
explain(const struct answer *a, int64_t skew)
{
	struct sts_answer said = { a->status, a->code, a->message,
		a->request_id, skew };
	struct sts_asked who = { .action = skew % 3 == 0 ? "EnableMFADevice"
		                                         : "AssumeRole",
		.profile = "admin",
		.role_arn = skew % 2 != 0
		                ? "arn:aws:iam::999999999999:role/Admin"
		                : NULL };
	struct err e = { 0 };

	if (sts_judge(&said) == STS_FINE)
		return;
	if (sts_explain(&said, &who, &e) == RC_OK || e.msg[0] == '\0')
		abort();
	for (const char *s = e.msg; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			abort();
}

/* A long-term secret or seed is never among the values. */
static void
count(void *ctx, const char *name, const char *value)
{
	static const char *const secrets[] = { "Base32StringSeed", "QRCodePNG",
		"SecretAccessKey" };
	size_t *n = ctx;

	*n += strlen(name) + strlen(value);
	if (strcmp(name, "Credentials.SecretAccessKey") == 0)
		return;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strcasestr(name, secrets[i]) != NULL)
			abort();
}

/* Nor in the tree, once it was taken. */
static void
take(struct answer *a)
{
	AUTO_SECRET struct secret first = { 0 }, none = { 0 };

	answer_take_secret(a, &first);
	answer_take_secret(a, &none);
	if (none.p != NULL)
		abort();
}

static const char *
action_of(uint8_t choice)
{
	static const char *const actions[] = { NULL, NULL, NULL, NULL,
		"GetSessionToken", "GetSessionToken", "CreateVirtualMFADevice",
		"EnableMFADevice" };

	return actions[choice / 32];
}

/* Two bytes choose status, action and skew, the rest is the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int64_t statuses[] = { 200, 200, 302, 400, 403, 404, 429,
		503 };
	AUTO_ANSWER struct answer a = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	if (len < 2)
		return 0;
	if (answer_read(statuses[data[0] % 8], BYTES(data + 2, len - 2),
		action_of(data[0]), &a, &e) != RC_OK) {
		if (e.msg[0] == '\0')
			abort();
		return 0;
	}
	/* More than came in: every leaf repeats the names above it. */
	answer_values(&a, count, &n);
	if (n > XML_MAX_BYTES)
		abort();
	take(&a);
	explain(&a, ((int64_t)data[1] - 128) * 60);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/code.h"

#include <fido.h>
#include <stdbool.h>

#include "tests/check.h"

static const char path[] = "/dev/hidraw7";

/* What was seen of keys, and what it means for who asked. */
static const struct {
	int code;
	enum rc rc;
	const char *says;
} seen[] = {
	{ FIDO_OK, RC_OK, "" },
	/* Nobody touched it: as keys say it, and as we do. */
	{ FIDO_ERR_OPERATION_DENIED, RC_TOUCH, "not touched in time" },
	{ FIDO_ERR_USER_ACTION_TIMEOUT, RC_TOUCH, "not touched in time" },
	{ FIDO_ERR_ACTION_TIMEOUT, RC_TOUCH, "not touched in time" },
	{ FIDO_ERR_TIMEOUT, RC_TOUCH, "not touched in time" },
	{ FIDO_ERR_KEEPALIVE_CANCEL, RC_CANCELLED, "called off" },
	/* Pulled out, or absent. */
	{ FIDO_ERR_RX, RC_TOKEN, "put it in again" },
	{ FIDO_ERR_TX, RC_TOKEN, "put it in again" },
	{ FIDO_ERR_INTERNAL, RC_TOKEN, "unplugged or stopped answering" },
	{ FIDO_ERR_RX_INVALID_CBOR, RC_TOKEN, "misbehaved" },
	{ FIDO_ERR_INVALID_ARGUMENT, RC_TOKEN, "misbehaved" },
	/* PINs. */
	{ FIDO_ERR_PIN_INVALID, RC_PIN, "refused the PIN" },
	{ FIDO_ERR_PIN_AUTH_BLOCKED, RC_PIN, "until it has been unplugged" },
	{ FIDO_ERR_PIN_BLOCKED, RC_PIN, "`fido2-token -R /dev/hidraw7`)" },
	{ FIDO_ERR_PIN_NOT_SET, RC_PIN, "`fido2-token -S /dev/hidraw7`" },
	{ FIDO_ERR_PIN_REQUIRED, RC_PIN, "`fido2-token -S /dev/hidraw7`" },
	{ FIDO_ERR_PIN_AUTH_INVALID, RC_PIN, "--pin" },
	{ FIDO_ERR_UV_BLOCKED, RC_PIN, "--pin" },
	{ FIDO_ERR_UV_INVALID, RC_PIN, "--pin" },
	{ FIDO_ERR_PIN_POLICY_VIOLATION, RC_PIN,
	    "`fido2-token -C /dev/hidraw7`" },
	/* Another key, or none that can. */
	{ FIDO_ERR_NO_CREDENTIALS, RC_NOTFOUND, "does not know this seal" },
	{ FIDO_ERR_INVALID_CREDENTIAL, RC_NOTFOUND, "does not know this seal" },
	{ FIDO_ERR_CREDENTIAL_EXCLUDED, RC_CONFIG, "use another key" },
	{ FIDO_ERR_UNSUPPORTED_OPTION, RC_UNSUPPORTED, "hmac-secret" },
	{ FIDO_ERR_INVALID_OPTION, RC_UNSUPPORTED, "hmac-secret" },
	{ FIDO_ERR_UNSUPPORTED_EXTENSION, RC_UNSUPPORTED, "hmac-secret" },
	{ FIDO_ERR_UNSUPPORTED_ALGORITHM, RC_UNSUPPORTED, "hmac-secret" },
	{ FIDO_ERR_INVALID_COMMAND, RC_UNSUPPORTED, "hmac-secret" },
	{ 0xdf, RC_TOKEN, "misbehaved" }, /* of a vendor */
};

enum { NSEEN = sizeof(seen) / sizeof(seen[0]) };

static void
each_has_its_status(void)
{
	for (size_t i = 0; i < NSEEN; i++) {
		struct err e = { "" };
		enum rc rc = code_err(&e, seen[i].code, "Solo 2", path, -1);

		if (rc != seen[i].rc || strstr(e.msg, seen[i].says) == NULL)
			(void)fprintf(stderr, "0x%x: %d [%s]\n",
			    (unsigned int)seen[i].code, (int)rc, e.msg);
		CHECK_EQ(rc, seen[i].rc);
		CHECK(strstr(e.msg, seen[i].says) != NULL);
		CHECK(rc == RC_OK || strncmp(e.msg, "'Solo 2' ", 9) == 0);
	}
}

/* One sentence: what is wrong, and after a colon or semicolon what to do. */
static void
each_says_what_to_do(void)
{
	for (int code = -16; code <= 0xff; code++) {
		struct err e = { "" };

		if (code == FIDO_OK || code == FIDO_ERR_KEEPALIVE_CANCEL)
			continue;
		CHECK(code_err(&e, code, "Solo 2", path, 3) != RC_OK);
		CHECK(strpbrk(e.msg, ":;") != NULL);
		CHECK(strlen(e.msg) + 1 < sizeof(e.msg)); /* not cut */
	}
}

static void
tries_are_said(void)
{
	struct err e;

	CHECK_EQ(code_err(&e, FIDO_ERR_PIN_INVALID, "k", path, 7), RC_PIN);
	CHECK(strstr(e.msg, "7 tries are left") != NULL);
	CHECK_EQ(code_err(&e, FIDO_ERR_PIN_INVALID, "k", path, 1), RC_PIN);
	CHECK(strstr(e.msg, "1 try is left") != NULL);
	CHECK_EQ(code_err(&e, FIDO_ERR_PIN_INVALID, "k", path, -1), RC_PIN);
	CHECK(strstr(e.msg, "left") == NULL);
}

static void
kinds(void)
{
	for (int code = -16; code <= 0xff; code++) {
		CHECK_EQ(code_wants_pin(code),
		    code == FIDO_ERR_PIN_REQUIRED ||
			code == FIDO_ERR_PIN_AUTH_INVALID);
		CHECK_EQ(code_knows_none(code),
		    code == FIDO_ERR_NO_CREDENTIALS ||
			code == FIDO_ERR_INVALID_CREDENTIAL);
		CHECK_EQ(code_may_be_busy(code), code == FIDO_ERR_RX ||
						     code == FIDO_ERR_TX ||
						     code == FIDO_ERR_INTERNAL);
	}
}

int
main(void)
{
	each_has_its_status();
	each_says_what_to_do();
	tries_are_said();
	kinds();
	return 0;
}

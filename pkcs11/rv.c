/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/rv.h"

#include <stdarg.h>
#include <stdio.h>

#define RV(name) name, #name

static const struct {
	CK_RV rv;
	const char *name;
	enum rc rc;
	const char *say;
} table[] = {
	{ RV(CKR_PIN_INCORRECT), RC_PIN,
	    "the PIN is wrong: try again with the right one" },
	{ RV(CKR_PIN_INVALID), RC_PIN,
	    "the PIN has characters that the token does not take: try again "
	    "with the right one" },
	{ RV(CKR_PIN_LEN_RANGE), RC_PIN,
	    "the PIN is shorter or longer than the token's PINs are: try again "
	    "with the right one" },
	{ RV(CKR_PIN_EXPIRED), RC_PIN,
	    "the PIN has expired: set a new one with the token's own tool" },
	{ RV(CKR_PIN_LOCKED), RC_PIN,
	    "the PIN is locked: reset it with the token's SO PIN or PUK" },
	{ RV(CKR_USER_PIN_NOT_INITIALIZED), RC_PIN,
	    "the token has no user PIN yet: set one with the token's own tool "
	    "(SoftHSM2: softhsm2-util --init-token)" },
	{ RV(CKR_USER_NOT_LOGGED_IN), RC_PIN,
	    "the token wants a login that it did not announce" },
	{ RV(CKR_FUNCTION_CANCELED), RC_CANCELLED,
	    "it was called off on the device" },
	{ RV(CKR_CANCEL), RC_CANCELLED, "it was called off on the device" },
	{ RV(CKR_TOKEN_NOT_PRESENT), RC_NOTFOUND,
	    "the token is not plugged in any more: plug it in and try again" },
	{ RV(CKR_DEVICE_REMOVED), RC_NOTFOUND,
	    "the token was pulled out: plug it in and try again" },
	{ RV(CKR_SLOT_ID_INVALID), RC_NOTFOUND,
	    "the token is gone: plug it in and try again" },
	{ RV(CKR_TOKEN_NOT_RECOGNIZED), RC_NOTFOUND,
	    "the module does not know this kind of token" },
	{ RV(CKR_MECHANISM_INVALID), RC_UNSUPPORTED,
	    "the token does not do this mechanism with this key" },
	{ RV(CKR_MECHANISM_PARAM_INVALID), RC_UNSUPPORTED,
	    "the token does not do this mechanism with these parameters" },
	{ RV(CKR_FUNCTION_NOT_SUPPORTED), RC_UNSUPPORTED,
	    "the token cannot do that" },
	{ RV(CKR_KEY_FUNCTION_NOT_PERMITTED), RC_UNSUPPORTED,
	    "the key may not be used for this" },
	{ RV(CKR_KEY_TYPE_INCONSISTENT), RC_UNSUPPORTED,
	    "the key is of a type that is bound to another mechanism" },
	{ RV(CKR_KEY_SIZE_RANGE), RC_UNSUPPORTED,
	    "the key is shorter or longer than the token takes" },
	{ RV(CKR_ACTION_PROHIBITED), RC_UNSUPPORTED,
	    "the token forbids that for this object" },
	{ RV(CKR_TOKEN_WRITE_PROTECTED), RC_UNSUPPORTED,
	    "the token is write-protected" },
	{ RV(CKR_SESSION_READ_ONLY), RC_UNSUPPORTED,
	    "the token only lets itself be read" },
	{ RV(CKR_TEMPLATE_INCOMPLETE), RC_UNSUPPORTED,
	    "the token does not take such an object" },
	{ RV(CKR_TEMPLATE_INCONSISTENT), RC_UNSUPPORTED,
	    "the token does not take such an object" },
	{ RV(CKR_ATTRIBUTE_TYPE_INVALID), RC_UNSUPPORTED,
	    "the token does not know an attribute of such an object" },
	{ RV(CKR_ATTRIBUTE_VALUE_INVALID), RC_UNSUPPORTED,
	    "the token does not take such an object" },
	{ RV(CKR_ATTRIBUTE_READ_ONLY), RC_UNSUPPORTED,
	    "the token does not take such an object" },
	{ RV(CKR_KEY_HANDLE_INVALID), RC_TOKEN,
	    "the key has changed in the meantime: try again" },
	{ RV(CKR_OBJECT_HANDLE_INVALID), RC_TOKEN,
	    "the key has changed in the meantime: try again" },
	{ RV(CKR_SESSION_HANDLE_INVALID), RC_TOKEN,
	    "the token was reset in the meantime: try again" },
	{ RV(CKR_SESSION_CLOSED), RC_TOKEN,
	    "the token was reset in the meantime: try again" },
	{ RV(CKR_SESSION_COUNT), RC_TOKEN,
	    "too many programs use the token: close one and try again" },
	{ RV(CKR_SESSION_READ_WRITE_SO_EXISTS), RC_TOKEN,
	    "another program is logged in as security officer" },
	{ RV(CKR_USER_ANOTHER_ALREADY_LOGGED_IN), RC_TOKEN,
	    "another user is logged in to the token" },
	{ RV(CKR_USER_TOO_MANY_TYPES), RC_TOKEN,
	    "another user is logged in to the token" },
	{ RV(CKR_DEVICE_MEMORY), RC_TOKEN,
	    "the token is full: remove an object that is not needed" },
	{ RV(CKR_DEVICE_ERROR), RC_TOKEN,
	    "the token failed: plug it in anew and try again" },
	{ RV(CKR_HOST_MEMORY), RC_TOKEN,
	    "the module has no memory, or its service is not running "
	    "(opencryptoki: pkcsslotd)" },
	{ RV(CKR_ARGUMENTS_BAD), RC_TOKEN,
	    "the module lacks its own settings (NSS: a p11-kit module file "
	    "with x-init-reserved, named by module-name=)" },
	{ RV(CKR_GENERAL_ERROR), RC_TOKEN,
	    "the module failed: check that its settings and its token folder "
	    "are there and readable (SoftHSM2: SOFTHSM2_CONF)" },
	{ RV(CKR_FUNCTION_FAILED), RC_TOKEN,
	    "the token failed: try again, or plug it in anew" },
	{ RV(CKR_CANT_LOCK), RC_TOKEN, "the module cannot be used safely" },
	{ RV(CKR_NEED_TO_CREATE_THREADS), RC_TOKEN,
	    "the module cannot be used safely" },
	{ RV(CKR_CRYPTOKI_NOT_INITIALIZED), RC_TOKEN,
	    "the module was shut down in the meantime: try again" },
	{ RV(CKR_DATA_LEN_RANGE), RC_UNSUPPORTED,
	    "the token does not take data of this length" },
	{ RV(CKR_OPERATION_ACTIVE), RC_TOKEN, "the token is busy: try again" },
	{ RV(CKR_BUFFER_TOO_SMALL), RC_TOKEN,
	    "the token wanted to give more than the standard allows" },
	{ RV(CKR_WRAPPED_KEY_INVALID), RC_UNSUPPORTED,
	    "the token does not take such a wrapped key" },
	{ RV(CKR_WRAPPED_KEY_LEN_RANGE), RC_UNSUPPORTED,
	    "the token does not take such a wrapped key" },
	{ RV(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT), RC_UNSUPPORTED,
	    "the wrapping key is of another type" },
	{ RV(CKR_UNWRAPPING_KEY_SIZE_RANGE), RC_UNSUPPORTED,
	    "the wrapping key is of another size" },
};

enum { NTABLE = sizeof(table) / sizeof(table[0]) };

const char *
rv_name(CK_RV rv)
{
	static char number[32];

	for (size_t i = 0; i < NTABLE; i++)
		if (table[i].rv == rv)
			return table[i].name;
	(void)snprintf(number, sizeof(number), "0x%lx", rv);
	return number;
}

enum rc
rv_err(struct err *e, CK_RV rv, const char *fmt, ...)
{
	const char *say = "the module gave an answer of its own: see its "
			  "documentation";
	char what[ERR_MAX];
	enum rc rc = RC_TOKEN;
	va_list ap;

	if (rv == CKR_OK)
		return RC_OK;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < NTABLE; i++) {
		if (table[i].rv != rv)
			continue;
		rc = table[i].rc;
		say = table[i].say;
	}
	return err_set(e, rc, "%s: %s (%s)", what, say, rv_name(rv));
}

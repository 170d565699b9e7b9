/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/code.h"

#include <fido.h>

static const char not_touched[] = "was not touched in time: run it again and "
				  "touch the key while it blinks";
static const char wants_pin[] = "does nothing without its PIN: enrol it with "
				"--pin (set one first with `fido2-token -S ";
static const char wants_pin_end[] = "` if it has none)";
static const char other_pin[] =
    "wants another PIN first: change it with `fido2-token -C ";
static const char knows_none[] = "does not know this seal: it is another key, "
				 "or it was reset; plug in the one it was made "
				 "with";
static const char cannot[] = "cannot do that: use a FIDO2 key with hmac-secret";
static const char gone[] = "was unplugged or stopped answering: put it in "
			   "again and run it again";

static enum rc
wrong_pin(struct err *e, const char *device, int tries)
{
	if (tries < 0)
		return err_set(e, RC_PIN,
		    "'%s' refused the PIN: run it again with the right one",
		    device);
	return err_set(e, RC_PIN,
	    "'%s' refused the PIN, and %d %s left before it is blocked for "
	    "good: run it again with the right one",
	    device, tries, tries == 1 ? "try is" : "tries are");
}

/* What follows the name of the key; and its path, where the end is not NULL. */
static const struct meaning {
	int code;
	enum rc rc;
	const char *sentence, *end;
} meanings[] = {
	/* Keys differ in how they say that their time is up. */
	{ FIDO_ERR_OPERATION_DENIED, RC_TOUCH, not_touched, NULL },
	{ FIDO_ERR_USER_ACTION_TIMEOUT, RC_TOUCH, not_touched, NULL },
	{ FIDO_ERR_ACTION_TIMEOUT, RC_TOUCH, not_touched, NULL },
	{ FIDO_ERR_TIMEOUT, RC_TOUCH, not_touched, NULL },
	{ FIDO_ERR_KEEPALIVE_CANCEL, RC_CANCELLED,
	    "is not waited for any more: its touch was called off", NULL },
	{ FIDO_ERR_PIN_AUTH_BLOCKED, RC_PIN,
	    "takes no PIN after three wrong ones in a row until it has been "
	    "unplugged: take it out, put it in again, and make sure of the "
	    "PIN",
	    NULL },
	{ FIDO_ERR_PIN_BLOCKED, RC_PIN,
	    "has its PIN blocked for good: use another key; only a reset "
	    "(`fido2-token -R ",
	    "`), which destroys all that was sealed with it, makes this one "
	    "take a PIN again" },
	{ FIDO_ERR_PIN_NOT_SET, RC_PIN,
	    "has no PIN yet: set one with `fido2-token -S ",
	    "` and run it again" },
	{ FIDO_ERR_PIN_REQUIRED, RC_PIN, wants_pin, wants_pin_end },
	{ FIDO_ERR_PIN_AUTH_INVALID, RC_PIN, wants_pin, wants_pin_end },
	{ FIDO_ERR_UV_BLOCKED, RC_PIN, wants_pin, wants_pin_end },
	{ FIDO_ERR_UV_INVALID, RC_PIN, wants_pin, wants_pin_end },
	{ FIDO_ERR_PIN_POLICY_VIOLATION, RC_PIN, other_pin, "`" },
	{ FIDO_ERR_PIN_TOKEN_EXPIRED, RC_PIN, other_pin, "`" },
	{ FIDO_ERR_NO_CREDENTIALS, RC_NOTFOUND, knows_none, NULL },
	{ FIDO_ERR_INVALID_CREDENTIAL, RC_NOTFOUND, knows_none, NULL },
	{ FIDO_ERR_CREDENTIAL_EXCLUDED, RC_CONFIG,
	    "has a seal of this secret already: use another key", NULL },
	{ FIDO_ERR_UNSUPPORTED_EXTENSION, RC_UNSUPPORTED, cannot, NULL },
	{ FIDO_ERR_UNSUPPORTED_OPTION, RC_UNSUPPORTED, cannot, NULL },
	{ FIDO_ERR_UNSUPPORTED_ALGORITHM, RC_UNSUPPORTED, cannot, NULL },
	{ FIDO_ERR_INVALID_OPTION, RC_UNSUPPORTED, cannot, NULL },
	{ FIDO_ERR_INVALID_COMMAND, RC_UNSUPPORTED, cannot, NULL },
	{ FIDO_ERR_LIMIT_EXCEEDED, RC_UNSUPPORTED, cannot, NULL },
	{ FIDO_ERR_TX, RC_TOKEN, gone, NULL },
	{ FIDO_ERR_RX, RC_TOKEN, gone, NULL },
	/* Pulled out before libfido2 had agreed on a key with it. */
	{ FIDO_ERR_INTERNAL, RC_TOKEN, gone, NULL },
};

enum rc
code_err(struct err *e, int code, const char *name, const char *path, int tries)
{
	if (code == FIDO_OK)
		return RC_OK;
	if (code == FIDO_ERR_PIN_INVALID)
		return wrong_pin(e, name, tries);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const struct meaning *m = &meanings[i];
		bool whole = m->end == NULL;

		if (m->code == code)
			return err_set(e, m->rc, "'%s' %s%s%s", name,
			    m->sentence, whole ? "" : path,
			    whole ? "" : m->end);
	}
	return err_set(e, RC_TOKEN,
	    "'%s' misbehaved (%s): unplug it, put it in again and run it again",
	    name, fido_strerr(code));
}

bool
code_wants_pin(int code)
{
	return code == FIDO_ERR_PIN_REQUIRED ||
	       code == FIDO_ERR_PIN_AUTH_INVALID;
}

bool
code_knows_none(int code)
{
	return code == FIDO_ERR_NO_CREDENTIALS ||
	       code == FIDO_ERR_INVALID_CREDENTIAL;
}

bool
code_may_be_busy(int code)
{
	return code == FIDO_ERR_RX || code == FIDO_ERR_TX ||
	       code == FIDO_ERR_INTERNAL;
}

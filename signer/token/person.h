/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_PERSON_H
#define TOKEN_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/err.h"
#include "signer/base/secret.h"

/* How a backend reaches the person; a part of the contract of token.h. */

/* RC_TOUCH, of a device that would blink for nobody. */
#define ASK_NOBODY \
	"'%s' wants a touch, and stskey_prompt is none: run `stskey login` " \
	"where somebody can touch it, and what it keeps serves here"

/* Which PIN is wanted, and what is known of the tries that are left. */
struct ask_pin {
	const char *called;     /* "access code"; NULL: "PIN" */
	const char *token;      /* the token's label, for the person */
	const char *serial;     /* its serial number: names a refused source */
	const char *pin_source; /* of the URI (RFC 7512), or NULL */
	bool count_low, final_try;
	int tries;     /* that are left, where the token says it; or 0 */
	bool own_only; /* no source but the one above, else the person */
	bool pad;      /* the reader has keys of its own to type it on */
};

/* A button that blinks. */
struct ask_touch {
	const char *device; /* "Yubico YubiKey FIDO" */
	const char *why;    /* "to seal the secret (1 of 2)"; NULL: to use it */
	int seconds;        /* until the token gives up */
};

/* What the token made of a PIN. */
enum pin_verdict {
	PIN_ACCEPTED,
	PIN_REFUSED, /* it judged it and said no */
	PIN_UNKNOWN, /* it failed: a try may have been counted, or not */
	PIN_UNTRIED, /* it surely never looked at it */
};

/* token/ask fills every member. */
struct ask {
	void *ctx;
	/*
	 * Before a login and before a PIN is asked for: keeps this token, by
	 * label and serial number, to this process until it ends.  *waited:
	 * another process had it until now.  RC_TIMEOUT, RC_CANCELLED.
	 */
	enum rc (*claim)(void *ctx, const char *token, const char *serial,
	    bool *waited, struct err *e);
	/* It turned out not to be needed yet: others may have it. */
	void (*unclaim)(void *ctx, const char *token, const char *serial);
	/*
	 * A PIN, asked or from a configured source.  RC_PIN when there is
	 * nobody to ask, or on the last try without a yes.  With pad, and no
	 * source that has it, *ret stays empty: it is typed there, which
	 * notice() says.  A stored one is on record as tried from here on.
	 */
	enum rc (*pin)(void *ctx, const struct ask_pin *what,
	    struct secret *ret, struct err *e);
	/* What became of it, once; e: the sentence, given its next step. */
	void (*pin_result)(void *ctx, const struct ask_pin *what,
	    enum pin_verdict verdict, struct err *e);
	/* Something to do on the device itself; NULL text: it is done. */
	void (*notice)(void *ctx, const char *text);
	/* It blinks: said on the terminal and the desktop.  NULL: it is over. */
	void (*touch)(void *ctx, const struct ask_touch *what);
	int touch_seconds; /* how long to wait for a touch; 0: ASK_NOBODY */
	/* Until the whole request is given up; 0 when it should be by now. */
	int64_t (*left_ms)(void *ctx);
	/* True once the request was called off: give up soon. */
	bool (*cancelled)(void *ctx);
	const char *module; /* name or path, where a URI has none; or NULL */
};

#endif

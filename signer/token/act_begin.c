/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "signer/aws/sts.h"
#include "signer/aws/totp.h"
#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/token/acts.h"
#include "signer/token/ask.h"
#include "signer/token/holds.h"
#include "signer/token/name.h"
#include "signer/token/policy.h"
#include "signer/token/state.h"
#include "signer/token/steps.h"

enum { TOUCH_MOST = 300 };

/* A copy that lives as long as what begin said; NULL: not given. */
static const char *
kept(struct state *s, const struct message *m, const char *name)
{
	const char *value = message_str(m, name);

	return value == NULL || value[0] == '\0'
	           ? NULL
	           : pool_add(&s->strings, BYTES_STR(value));
}

static int
touch_seconds(const struct message *request, const char *prompt)
{
	int64_t n = message_int(request, "touch_seconds");

	if (prompt != NULL && strcmp(prompt, "none") == 0)
		return 0;
	return n > 0 && n <= TOUCH_MOST ? (int)n : ASK_TOUCH_SECONDS;
}

enum rc
act_begin(struct helper *h, const struct message *request,
    struct message **reply, [[maybe_unused]] struct err *e)
{
	struct state *s = state_get();

	pool_done(&s->strings);
	s->h = h;
	s->profile = kept(s, request, "profile");
	s->caller = kept(s, request, "caller");
	s->role = kept(s, request, "role");
	s->pin_source = kept(s, request, "pin_source");
	s->pin_source_default = kept(s, request, "pin_source_default");
	s->module = kept(s, request, "module");
	s->pinentry = kept(s, request, "pinentry");
	s->prompt = kept(s, request, "prompt");
	s->retry_pin = message_bool(request, "retry_pin");
	s->has_stdin = message_bool(request, "stdin");
	s->ask.module = s->module;
	s->ask.touch_seconds = touch_seconds(request, s->prompt);
	s->patience = (struct patience){
		.deadline_ms = message_int(request, "deadline_ms"),
		.cancelled = h != NULL ? helper_cancelled : NULL,
		.ctx = h,
	};
	*reply = message_new("ok");
	return RC_OK;
}

/* The lock of the device is held, so nobody else hands out its codes. */
static enum rc
wait_for_step(struct state *s, const char *serial, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	int64_t present = totp_step(clock_now() + s->skew), begins;
	struct steps_last last;
	enum rc rc = steps_read(serial, present, s->skew != 0, &last, e);

	if (rc != RC_OK)
		return rc;
	if (last.damaged)
		rc = steps_repair(serial, present, e);
	if (rc != RC_OK)
		return rc;
	if (last.damaged)
		state_say(s,
		    "the record of the last MFA code was damaged, so the "
		    "present one counts as used",
		    0);
	if (present > last.step)
		return RC_OK;
	begins = totp_step_begins(last.step + 1) - s->skew;
	state_say(s,
	    pool_fmt(&p, "%s: waiting for the next MFA code of '%s'",
		s->profile != NULL ? s->profile : "stskey", serial),
	    begins);
	rc = patience_until(&s->patience, begins, "the next MFA code", e);
	state_say(s, "", 0);
	return rc;
}

/* Of an OATH key, as it says itself: each use of such an entry is a touch. */
static bool
wants_touch(const char *uri)
{
	AUTO_POOL struct pool p = POOL_INIT;

	return strncmp(uri, "oath:", strlen("oath:")) == 0 &&
	       name_attribute(&p, uri, "touch") == NULL;
}

static enum rc
hold_tokens(struct state *s, const struct message *request, struct err *e)
{
	size_t n = message_count(request, "tokens");
	const char **uris = mem_new(n, sizeof(*uris));
	enum rc rc;

	s->touches = s->touches_of = 0;
	for (size_t i = 0; i < n; i++) {
		uris[i] = message_at(request, "tokens", i);
		s->touches_of += wants_touch(uris[i]);
	}
	rc = holds_tokens(s, uris, n, e);
	mem_free((void *)uris);
	return rc;
}

/* What the conductor has from the service; far away only once, and said. */
static enum rc
take_skew(struct state *s, int64_t skew, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const struct policy_skew known = { s->skew, s->skew_taken };
	enum rc rc = policy_skew(skew, &known, e);
	bool far = skew > POLICY_SKEW_SECONDS || skew < -POLICY_SKEW_SECONDS;

	if (rc != RC_OK)
		return rc;
	if (far && skew != s->skew) {
		/* The first: a minute more each time would lead anywhere. */
		if (s->skew_taken == 0)
			s->skew_taken = skew;
		state_say(s,
		    pool_fmt(&p,
			"MFA codes are made for a clock %" PRId64
			" seconds %s this one",
			skew > 0 ? skew : -skew,
			skew > 0 ? "ahead of" : "behind"),
		    0);
	}
	s->skew = skew;
	return RC_OK;
}

enum rc
act_hold(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	const char *serial = message_str(request, "serial");
	struct state *s = state_get();
	enum rc rc;

	s->h = h;
	rc = take_skew(s, message_int(request, "skew"), e);
	if (rc != RC_OK)
		return rc;
	/* No token is kept from others while we wait for the clock. */
	holds_release_tokens();
	if (serial != NULL)
		rc = sts_check_serial(BYTES_STR(serial), e);
	if (rc == RC_OK && serial != NULL)
		rc = holds_device(s, serial, e);
	/* Not told: what the last code of the device was made by. */
	if (rc == RC_OK && serial != NULL && !message_has(request, "skew"))
		s->skew = steps_skew(serial, clock_now());
	if (rc == RC_OK && serial != NULL)
		rc = wait_for_step(s, serial, e);
	if (rc == RC_OK)
		rc = hold_tokens(s, request, e);
	if (rc != RC_OK)
		return rc;
	*reply = message_new("held");
	message_set_int(*reply, "skew", s->skew);
	return RC_OK;
}

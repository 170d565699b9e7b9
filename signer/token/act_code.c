/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "signer/aws/sts.h"
#include "signer/aws/totp.h"
#include "signer/base/clock.h"
#include "signer/token/acts.h"
#include "signer/token/holds.h"
#include "signer/token/keychain.h"
#include "signer/token/policy.h"
#include "signer/token/prompt.h"
#include "signer/token/spawn.h"
#include "signer/token/steps.h"

enum {
	OUTPUT_MAX = 4096, /* of a command */
	TYPED_TRIES = 3,   /* of something that is not six digits */
};

/* What is asked for; ahead is the corrected clock less ours. */
struct wanted {
	const char *entry, *serial;
	int64_t ahead;
};

struct made {
	char code[TOTP_CODE_SIZE];
	int64_t step;
};

static int64_t
present_step(const struct wanted *w)
{
	return totp_step(clock_now() + w->ahead);
}

static enum rc
make_one(struct key *k, struct made *m, struct err *e)
{
	AUTO_SECRET struct secret mac = { 0 };
	uint8_t msg[TOTP_MESSAGE];
	enum rc rc;

	totp_message(m->step, msg);
	rc = keychain_mac(k, MAC_HMAC_SHA1, BYTES(msg, sizeof(msg)), &mac, e);
	if (rc == RC_OK)
		totp_code(secret_bytes(&mac), m->code);
	return rc;
}

/* Each code is a touch: of what is opened by one, any number are made. */
static bool
costs_touch(struct key *k)
{
	struct token_item item = { 0 };
	struct err ignored;

	return keychain_held(k, &item, &ignored) == RC_OK && item.touch &&
	       item.held == HELD_HMAC;
}

/*
 * While a PIN was typed the step may have gone by: then once more.  Not for
 * another touch, as AWS takes the code of the step before as well.
 */
static enum rc
on_token(struct state *s, const struct wanted *w, struct made *m, struct err *e)
{
	AUTO_KEY struct key k = KEY_INIT;
	enum rc rc = keychain_open(s, w->entry, &k, e);

	if (rc == RC_OK)
		rc = make_one(&k, m, e);
	if (rc != RC_OK || present_step(w) == m->step ||
	    (present_step(w) == m->step + 1 && costs_touch(&k)))
		return rc;
	m->step = present_step(w);
	return make_one(&k, m, e);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The first line, without blanks around it; exactly six digits. */
static enum rc
take_code(
    const struct secret *s, const char *from, struct made *m, struct err *e)
{
	struct bytes line = secret_bytes(s);
	const uint8_t *end =
	    line.len > 0 ? memchr(line.p, '\n', line.len) : NULL;

	if (end != NULL)
		line.len = (size_t)(end - line.p);
	while (line.len > 0 && is_blank(line.p[0]))
		line = BYTES(line.p + 1, line.len - 1);
	while (line.len > 0 && is_blank(line.p[line.len - 1]))
		line.len--;
	if (!totp_is_code(line))
		return err_set(e, RC_MFA,
		    "an MFA code is six digits, and %s gave something else",
		    from);
	memcpy(m->code, line.p, TOTP_CODE_SIZE - 1);
	m->code[TOTP_CODE_SIZE - 1] = '\0';
	return RC_OK;
}

static enum rc
by_person(
    struct state *s, const struct wanted *w, struct made *m, struct err *e)
{
	AUTO_POOL struct pool p = POOL_INIT;
	struct prompt q = {
		.text = pool_fmt(&p, "stskey: MFA device %s, for %s", w->serial,
		    state_for_whom(s, &p)),
		.label = "MFA code (six digits)",
		.echo = true,
		.nobody = RC_MFA,
		.instead = "run `stskey login` in a terminal first, or set "
			   "stskey_mfa to a token's URI or command:CMD",
	};
	enum rc rc = RC_MFA;

	for (int i = 0; i < TYPED_TRIES && rc == RC_MFA; i++) {
		AUTO_SECRET struct secret typed = { 0 };

		rc = prompt_ask(s, &q, &typed, e);
		if (rc != RC_OK)
			return rc;
		rc = take_code(&typed, "what was typed", m, e);
		q.text = "stskey: that was not six digits";
	}
	m->step = present_step(w);
	return rc;
}

static enum rc
by_command(
    struct state *s, const struct wanted *w, struct made *m, struct err *e)
{
	AUTO_SECRET struct secret out = { 0 };
	enum rc rc = spawn_output(&s->patience, w->entry + strlen("command:"),
	    OUTPUT_MAX, "the command of stskey_mfa", &out, e);

	if (rc == RC_CONFIG)
		return err_in(e, RC_MFA, "there is no MFA code");
	if (rc == RC_OK)
		rc = take_code(&out, "the command of stskey_mfa", m, e);
	m->step = present_step(w);
	return rc;
}

static enum rc
make(struct state *s, const struct wanted *w, struct made *m, struct err *e)
{
	if (strcmp(w->entry, "prompt") == 0)
		return by_person(s, w, m, e);
	if (strncmp(w->entry, "command:", strlen("command:")) == 0)
		return by_command(s, w, m, e);
	return on_token(s, w, m, e);
}

/* Looked at before anybody is troubled, and again when it is written. */
static enum rc
read_last(struct state *s, const struct wanted *w, struct steps_last *last,
    struct err *e)
{
	enum rc rc =
	    steps_read(w->serial, present_step(w), s->skew != 0, last, e);

	if (rc == RC_OK)
		rc = steps_check(w->serial, present_step(w), last, e);
	return rc;
}

enum rc
act_code(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	int64_t now = clock_now(), time = message_int(request, "time");
	struct wanted w = { message_str(request, "entry"),
		message_str(request, "serial"), 0 };
	struct state *s = state_get();
	struct made m = { 0 };
	struct steps_last last;
	enum rc rc = policy_code(time, now + s->skew, s->codes, e);

	s->h = h;
	if (rc == RC_OK)
		rc = sts_check_serial(BYTES_STR(w.serial), e);
	if (rc == RC_OK)
		rc = holds_device(s, w.serial, e);
	w.ahead = rc == RC_OK ? time - now : 0;
	m.step = present_step(&w);
	if (rc == RC_OK)
		rc = read_last(s, &w, &last, e);
	s->first_of_two = s->touches_of == 2;
	if (rc == RC_OK)
		rc = make(s, &w, &m, e);
	s->first_of_two = false;
	if (rc == RC_OK)
		rc = steps_reserve(w.serial, m.step, s->skew, &last, e);
	if (rc == RC_OK) {
		s->codes++;
		*reply = message_new("code_made");
		message_set_str(*reply, "code", m.code);
		message_set_int(*reply, "step", m.step);
	}
	explicit_bzero(&m, sizeof(m));
	return rc;
}

enum rc
act_unused(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	const char *serial = message_str(request, "serial");
	struct state *s = state_get();
	enum rc rc = sts_check_serial(BYTES_STR(serial), e);

	s->h = h;
	if (rc == RC_OK)
		rc = holds_device(s, serial, e);
	if (rc == RC_OK)
		rc = steps_release(serial, message_int(request, "step"), e);
	if (rc == RC_OK)
		*reply = message_new("ok");
	return rc;
}

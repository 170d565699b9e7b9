/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/crew.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/uri.h"
#include "signer/cmd/audit.h"
#include "signer/host/interrupt.h"
#include "signer/store/file.h"

void
crew_plan(struct crew *c, const struct plan *p, const char *pin_source,
    bool retry_pin)
{
	c->profile = p->profile;
	c->role = p->links[p->n - 1].role_arn;
	c->touch_seconds = p->touch_seconds;
	c->pin_source = pin_source != NULL ? pin_source : p->pin_source;
	c->pin_source_default = p->pin_source_default;
	c->module = p->module;
	c->pinentry = p->pinentry;
	c->prompt = p->prompt;
	c->ca_bundle = p->ca_bundle;
	c->retry_pin = retry_pin;
}

void
crew_begin(struct crew *c, int64_t timeout_seconds)
{
	AUTO_BUF struct buf comm = BUF_INIT(64);
	char path[32];
	struct err ignored;
	const char *name = "";

	interrupt_catch();
	c->deadline_ms = clock_monotonic_ms() + timeout_seconds * 1000;
	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)getppid());
	if (file_read(path, FILE_THEIRS, &comm, &ignored) == RC_OK &&
	    comm.len > 1) {
		comm.len--; /* the newline */
		name = buf_cstr(&comm);
	}
	(void)snprintf(c->program, sizeof(c->program), "%.40s", name);
	(void)snprintf(c->caller, sizeof(c->caller), "%s (pid %d)",
	    name[0] != '\0' ? c->program : "a program", (int)getppid());
}

static enum rc
start(struct crew *c, struct child *child, const char *name, bool with_stdin,
    struct err *e)
{
	child->term = &c->term;
	child->deadline_ms = c->deadline_ms;
	term_step("starting %s", name);
	return child_start(child, name, with_stdin, e);
}

/* More than it can note nobody is asked for. */
static void
note_touch(void *ctx, const char *device)
{
	struct crew *c = ctx;

	if (c->ntouches < CREW_TOUCHES)
		c->touches[c->ntouches++] =
		    pool_add(&c->noted, BYTES_STR(device));
}

static bool
is_stdin(const char *pin_source)
{
	return pin_source != NULL && strcmp(pin_source, "fd:0") == 0;
}

enum rc
crew_token(struct crew *c, bool with_stdin, struct err *e)
{
	enum rc rc;

	if (c->token.name != NULL)
		return RC_OK;
	c->with_stdin = with_stdin || is_stdin(c->pin_source);
	c->token.blinks = note_touch;
	c->token.ctx = c;
	/* It may be killed while nothing that is typed is shown. */
	term_save(&c->term);
	rc = start(c, &c->token, "stskey-token", c->with_stdin, e);
	return rc == RC_OK ? crew_person(c, e) : rc;
}

enum rc
crew_person(struct crew *c, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("begin");

	message_set_str(m, "profile", c->profile);
	message_set_str(m, "caller", c->caller);
	message_set_str(m, "pin_source", c->pin_source);
	message_set_str(m, "pin_source_default", c->pin_source_default);
	message_set_str(m, "module", c->module);
	message_set_str(m, "pinentry", c->pinentry);
	message_set_str(m, "prompt", c->prompt);
	message_set_bool(m, "retry_pin", c->retry_pin);
	message_set_bool(m, "stdin", c->with_stdin);
	message_set_str(m, "role", c->role);
	if (c->touch_seconds > 0)
		message_set_int(m, "touch_seconds", c->touch_seconds);
	message_set_int(m, "deadline_ms", c->deadline_ms);
	return child_post(&c->token, m, e);
}

enum rc
crew_net(struct crew *c, const char *url, struct err *e)
{
	AUTO_MESSAGE struct message *m = NULL;
	enum rc rc;

	if (c->net.name != NULL)
		return RC_OK;
	rc = start(c, &c->net, "stskey-net", false, e);
	if (rc != RC_OK)
		return rc;
	term_step("connecting to %s", url);
	m = message_new("warm");
	message_set_str(m, "url", url);
	message_set_str(m, "ca_bundle", c->ca_bundle);
	message_set_int(m, "deadline_ms", c->deadline_ms);
	return child_send(&c->net, m, e);
}

void
crew_hang_up(struct crew *c)
{
	child_hang_up(&c->net);
	child_hang_up(&c->token);
}

void
crew_done(struct crew *c)
{
	audit_touches(c);
	pool_done(&c->noted);
	/* Both end side by side. */
	crew_hang_up(c);
	child_stop(&c->net);
	child_stop(&c->token);
	term_done(&c->term);
}

enum rc
crew_hold(struct crew *c, struct hold *h, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("hold");
	AUTO_MESSAGE struct message *held = NULL;
	enum rc rc;

	for (size_t i = 0; i < 2 && h->tokens[i] != NULL; i++)
		message_add_str(m, "tokens", h->tokens[i]);
	message_set_str(m, "serial", h->serial);
	if (h->exact || h->skew != 0)
		message_set_int(m, "skew", h->skew);
	rc = child_call(&c->token, m, "held", &held, e);
	if (rc == RC_OK)
		h->skew = message_int(held, "skew");
	return rc;
}

/* What follows is to be done by then. */
static enum rc
hurry(struct crew *c, int64_t deadline_ms, struct err *e)
{
	int64_t whole = c->deadline_ms;
	enum rc rc;

	if (deadline_ms < whole)
		c->deadline_ms = deadline_ms;
	rc = crew_person(c, e);
	c->deadline_ms = whole;
	return rc;
}

static enum rc
choose(struct crew *c, const struct choice *choice, size_t *ret, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("choose");
	AUTO_MESSAGE struct message *chosen = NULL;
	int64_t index;
	enum rc rc;

	for (size_t i = 0; i < choice->n; i++)
		message_add_str(m, "entries", choice->entries[i]);
	rc = child_call(&c->token, m, "chosen", &chosen, e);
	if (rc != RC_OK)
		return rc;
	index = message_int(chosen, "index");
	if (index < 0 || (uint64_t)index >= choice->n)
		return err_set(e, RC_HELPER,
		    "stskey-token chose an MFA device that it was not offered");
	*ret = (size_t)index;
	return RC_OK;
}

enum rc
crew_choose(
    struct crew *c, const struct choice *choice, size_t *ret, struct err *e)
{
	struct err after;
	enum rc rc, back;

	if (choice->patience_ms == 0)
		return choose(c, choice, ret, e);
	rc = hurry(c, clock_monotonic_ms() + choice->patience_ms, e);
	if (rc != RC_OK)
		return rc;
	rc = choose(c, choice, ret, e);
	back = crew_person(c, &after);
	if (rc == RC_OK && back != RC_OK)
		return err_set(e, back, "%s", after.msg);
	return rc;
}

enum rc
crew_code(struct crew *c, struct code *code, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("code");
	AUTO_MESSAGE struct message *made = NULL;
	struct bytes scheme = uri_scheme(code->entry);
	enum rc rc;

	/* Of a command, which may hold anything, no more than that. */
	term_step("MFA code of %s, from %.*s", code->serial,
	    scheme.len > 0 ? (int)scheme.len : (int)strlen(code->entry),
	    code->entry);
	message_set_str(m, "entry", code->entry);
	message_set_str(m, "serial", code->serial);
	message_set_int(m, "time", code->now);
	rc = child_call(&c->token, m, "code_made", &made, e);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(code->digits, sizeof(code->digits), "%s",
	    message_str(made, "code"));
	code->step = message_int(made, "step");
	return RC_OK;
}

void
crew_unused(struct crew *c, const char *serial, int64_t step)
{
	AUTO_MESSAGE struct message *m = message_new("unused");
	struct err ignored;

	message_set_str(m, "serial", serial);
	message_set_int(m, "step", step);
	(void)child_call(&c->token, m, "ok", NULL, &ignored);
}

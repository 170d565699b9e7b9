/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/helper/helper.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "signer/base/buf.h"
#include "signer/base/fd.h"
#include "signer/base/harden.h"
#include "signer/base/mem.h"
#include "signer/helper/inbox.h"
#include "signer/helper/watch.h"
#include "signer/wire/frame.h"
#include "signer/wire/schema.h"

/* Above what modules and libraries are likely to close or reuse blindly. */
enum { WIRE_FD = 10 };

struct helper {
	const struct helper_program *program;
	int in, out;
	struct inbox *inbox;
	struct watch *watch;
	pthread_mutex_t writing;
};

/* A module that prints, or reads what it takes for a terminal, gets nothing. */
static enum rc
move_wire(struct helper *h, struct err *e)
{
	AUTO_FD int null = -1;

	h->in = fcntl(0, F_DUPFD_CLOEXEC, WIRE_FD);
	h->out = fcntl(1, F_DUPFD_CLOEXEC, WIRE_FD);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (h->in < 0 || h->out < 0 || null < 0 || dup2(null, 0) < 0 ||
	    dup2(null, 1) < 0)
		return err_sys(e, "moving the wire away from descriptor 0");
	return RC_OK;
}

static enum rc
send_message(struct helper *h, const struct message *m, struct err *e)
{
	AUTO_BUF struct buf json = BUF_INIT(FRAME_MAX);
	AUTO_BUF struct buf frame = BUF_INIT(FRAME_HEAD + FRAME_MAX);
	struct err gone;
	enum rc rc;

	if ((rc = message_encode(m, &json, e)) != RC_OK ||
	    (rc = frame_put(&frame, buf_bytes(&json), e)) != RC_OK)
		return rc;
	/* That the other end is gone is for the watcher to hear, and to end. */
	(void)pthread_mutex_lock(&h->writing);
	(void)fd_write(h->out, buf_bytes(&frame), &gone);
	(void)pthread_mutex_unlock(&h->writing);
	return RC_OK;
}

static enum rc
send_error(struct helper *h, enum rc rc, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_error(rc, e);

	return send_message(h, m, e);
}

/* Agrees the highest version that both ends speak. */
static enum rc
welcome(struct helper *h, const struct message *hello, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("welcome");
	int64_t min = message_int(hello, "min");
	int64_t max = message_int(hello, "max");
	int64_t version = max < WIRE_VERSION_MAX ? max : WIRE_VERSION_MAX;

	if (min > max || min > WIRE_VERSION_MAX || max < WIRE_VERSION_MIN)
		return err_set(e, RC_HELPER,
		    "%s speaks version %d to %d of the wire, and was asked for "
		    "%lld to %lld: install stskey and its helpers from one "
		    "version",
		    h->program->name, WIRE_VERSION_MIN, WIRE_VERSION_MAX,
		    (long long)min, (long long)max);
	message_set_int(m, "version", version);
	message_set_str(m, "program", h->program->name);
	return send_message(h, m, e);
}

static enum rc
greet(struct helper *h, bool *over, struct err *e)
{
	AUTO_MESSAGE struct message *m = NULL;
	enum rc rc = inbox_take(h->inbox, &m, e);

	if (rc != RC_OK)
		return rc;
	*over = m == NULL;
	if (m == NULL)
		return RC_OK;
	if (!message_is(m, "hello"))
		return err_set(e, RC_HELPER,
		    "%s was sent '%s' before 'hello': it is started by stskey, "
		    "not by hand",
		    h->program->name, message_type(m));
	return welcome(h, m, e);
}

static const struct act *
find_act(const struct helper *h, const char *type)
{
	for (const struct act *a = h->program->acts; a->type != NULL; a++)
		if (strcmp(a->type, type) == 0)
			return a;
	return NULL;
}

/* A failure of the act is an answer; what comes back broke the wire. */
static enum rc
answer(struct helper *h, const struct message *request, struct err *e)
{
	const struct act *act = find_act(h, message_type(request));
	AUTO_MESSAGE struct message *reply = NULL;
	struct err why = { 0 };
	enum rc rc;

	if (act == NULL)
		return err_set(e, RC_HELPER,
		    "%s does not take '%s' there: install stskey and its "
		    "helpers from one version",
		    h->program->name, message_type(request));
	rc = act->run(h, request, &reply, &why);
	if (rc == RC_OK && reply == NULL)
		return RC_OK;
	if (reply == NULL)
		return send_error(h, rc, &why);
	return send_message(h, reply, e);
}

static enum rc
serve(struct helper *h, struct err *e)
{
	bool over = false;
	enum rc rc = greet(h, &over, e);

	while (rc == RC_OK && !over) {
		AUTO_MESSAGE struct message *m = NULL;

		rc = inbox_take(h->inbox, &m, e);
		over = m == NULL;
		if (m != NULL)
			rc = answer(h, m, e);
	}
	return rc;
}

/*
 * One a process, and never freed, since the watcher thread outlives
 * helper_main(); named here so that a leak checker reaches it.
 */
static struct helper *the_helper;

int
helper_main(const struct helper_program *p)
{
	struct helper *h = the_helper = mem_new(1, sizeof(*h));
	struct err e = { 0 };
	enum rc rc;

	h->program = p;
	message_wipes();
	h->inbox = inbox_new();
	(void)pthread_mutex_init(&h->writing, NULL);
	harden_self();
	harden_signals();
	if ((rc = move_wire(h, &e)) != RC_OK ||
	    (rc = watch_start(h->in, h->inbox, p->cancel, &h->watch, &e)) !=
		RC_OK ||
	    (rc = serve(h, &e)) != RC_OK)
		(void)send_error(h, rc, &e);
	watch_close(h->watch);
	if (p->end != NULL)
		p->end();
	return (int)rc;
}

bool
helper_cancelled(void *h)
{
	struct helper *helper = h;

	return inbox_ended(helper->inbox);
}

void
helper_progress(struct helper *h, const char *text, int64_t until)
{
	helper_blinks(h, NULL, text, until);
}

void
helper_blinks(
    struct helper *h, const char *device, const char *text, int64_t until)
{
	AUTO_MESSAGE struct message *m = message_new("progress");
	struct err unheard;

	message_set_str(m, "text", text);
	if (until != 0)
		message_set_int(m, "until", until);
	message_set_str(m, "device", device);
	(void)send_message(h, m, &unheard);
}

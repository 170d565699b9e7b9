/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/card.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "signer/base/text.h"

enum { PIECES_MAX = 128 };

/* "Yubico YubiKey CCID" of "Yubico YubiKey CCID 00 00". */
static void
name_of(struct card *c)
{
	size_t n = strlen(c->reader);

	memcpy(c->name, c->reader, sizeof(c->name));
	text_printable(c->name);
	while (n > 3 && c->name[n - 3] == ' ' &&
	       isxdigit((unsigned char)c->name[n - 2]) &&
	       isxdigit((unsigned char)c->name[n - 1]))
		c->name[n -= 3] = '\0';
}

/* It waits as well, where another program has an answer of the card to come. */
static enum rc
connect_to(struct card *c, struct call_wait *w, struct err *e)
{
	struct call connect = {
		.kind = CALL_CONNECT,
		.place = c->reader,
		.reader = c->name,
	};
	LONG rv = SCARD_S_SUCCESS;
	enum rc rc = call_run(&connect, w, &rv, e);

	if (rc != RC_OK)
		return rc;
	if (rv == SCARD_E_NO_SMARTCARD || rv == SCARD_W_REMOVED_CARD)
		return err_set(e, RC_NOTFOUND, "'%s' is empty", c->name);
	c->handle = connect.card;
	c->protocol = connect.protocol;
	c->is_open = rv == SCARD_S_SUCCESS;
	return pcsc_err(e, rv, c->name);
}

static enum rc
reconnect(struct card *c, struct err *e)
{
	const struct pcsc *pcsc;
	SCARDCONTEXT context;
	enum rc rc = pcsc_begin(&pcsc, &context, e);

	if (rc != RC_OK)
		return rc;
	return pcsc_err(e,
	    pcsc->reconnect(c->handle, SCARD_SHARE_SHARED,
		SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD,
		&c->protocol),
	    c->name);
}

/* The lock of pcscd; another program's reset shows here first. */
static enum rc
lock(struct card *c, struct call_wait *w, struct err *e)
{
	struct call begin = {
		.kind = CALL_BEGIN,
		.card = c->handle,
		.protocol = c->protocol,
		.reader = c->name,
	};
	LONG rv = SCARD_S_SUCCESS;
	enum rc rc = call_run(&begin, w, &rv, e);

	if (rc == RC_OK && rv == SCARD_W_RESET_CARD) {
		rc = reconnect(c, e);
		if (rc == RC_OK)
			rc = call_run(&begin, w, &rv, e);
	}
	if (rc == RC_OK)
		rc = pcsc_err(e, rv, c->name);
	c->in_act = rc == RC_OK;
	return rc;
}

void
card_end(struct card *c)
{
	const struct pcsc *pcsc;
	SCARDCONTEXT context;
	struct err ignored;

	if (c->in_act && !pcsc_is_abandoned() &&
	    pcsc_begin(&pcsc, &context, &ignored) == RC_OK)
		(void)pcsc->end(c->handle, SCARD_LEAVE_CARD);
	/* What it answered has been copied by whom it was for. */
	if (c->in.p != NULL && !pcsc_is_abandoned())
		explicit_bzero(c->in.p, c->in.cap);
	c->in_act = false;
}

enum rc
card_nonsense(const struct card *c, struct err *e)
{
	return err_set(e, RC_TOKEN,
	    "'%s' gave an answer that is none of a YKOATH applet: use another "
	    "key",
	    c->name);
}

enum rc
card_refused(const struct card *c, unsigned int sw, struct err *e)
{
	switch (sw) {
	case SW_OK:
		return RC_OK;
	case SW_NO_SUCH:
		return err_set(e, RC_NOTFOUND,
		    "'%s' (serial %s) has no such entry", c->name, c->serial);
	case SW_NO_SPACE:
		return err_set(e, RC_TOKEN,
		    "'%s' (serial %s) is full: remove an entry of another "
		    "service (`ykman oath accounts delete NAME`) and run it "
		    "again",
		    c->name, c->serial);
	case SW_DENIED:
		return err_set(e, RC_PIN,
		    "'%s' (serial %s) is locked: set or change its access code "
		    "(`ykman oath access change`), then run it again",
		    c->name, c->serial);
	default:
		return err_set(e, RC_TOKEN,
		    "'%s' (serial %s) refused it with status %04x: use another "
		    "key, or update this one",
		    c->name, c->serial, sw);
	}
}

/* One command and one answer; the last two bytes of that are the status. */
static enum rc
exchange(struct card *c, struct apdu *a, struct call_wait *w, size_t at,
    size_t *len, struct err *e)
{
	struct call call = {
		.kind = CALL_TRANSMIT,
		.card = c->handle,
		.protocol = c->protocol,
		.reader = c->name,
		.out = apdu_bytes(a),
		.in = c->in.p + at,
		.room = c->in.cap - at,
	};
	LONG rv = SCARD_S_SUCCESS;
	enum rc rc;

	if (call.out.len == 0)
		return err_set(e, RC_UNSUPPORTED,
		    "that is too long for the key in '%s'", c->name);
	rc = call_run(&call, w, &rv, e);
	if (rc == RC_OK)
		rc = pcsc_err(e, rv, c->name);
	if (rc == RC_OK && call.len < 2)
		rc = err_set(e, RC_TOKEN,
		    "'%s' was pulled out, or gave no answer: put the key in "
		    "again and run it again",
		    c->name);
	if (rc == RC_OK && !w->touch && call.took_ms > c->slowest_ms)
		c->slowest_ms = call.took_ms;
	c->last_ms = call.took_ms;
	*len = call.len;
	return rc;
}

enum rc
card_send(struct card *c, struct apdu *a, struct call_wait *w, unsigned int *sw,
    struct bytes *answer, struct err *e)
{
	size_t len = 0, all = 0;
	struct apdu more;
	enum rc rc = exchange(c, a, w, 0, &len, e);

	for (int i = 0; rc == RC_OK; i++) {
		all += len - 2;
		*sw = apdu_status(BYTES(c->in.p + all, 2));
		if (*sw >> 8 != SW_MORE)
			break;
		if (i == PIECES_MAX || c->in.cap - all < APDU_MAX + 2)
			return card_nonsense(c, e);
		applet_more(&more, c->out.p);
		rc = exchange(c, &more, w, all, &len, e);
	}
	*answer = BYTES(c->in.p, all);
	return rc;
}

static enum rc
select_applet(struct card *c, struct call_wait *w, struct err *e)
{
	struct applet_info info;
	struct bytes answer;
	unsigned int sw = 0;
	struct apdu a;
	enum rc rc;

	applet_select(&a, c->out.p);
	rc = card_send(c, &a, w, &sw, &answer, e);
	if (rc != RC_OK)
		return rc;
	if (sw != SW_OK)
		return err_set(e, RC_NOTFOUND,
		    "the card in '%s' has no OATH applet", c->name);
	if (!applet_is_info(answer, &info))
		return card_nonsense(c, e);
	memcpy(c->id, info.id.p, sizeof(c->id));
	memcpy(c->version, info.version, sizeof(c->version));
	c->locked = info.challenge.len > 0;
	if (c->locked)
		memcpy(c->challenge, info.challenge.p, sizeof(c->challenge));
	return RC_OK;
}

enum rc
card_begin(struct card *c, struct call_wait *w, struct err *e)
{
	uint8_t id[OATH_ID];
	enum rc rc = lock(c, w, e);

	if (rc != RC_OK)
		return rc;
	memcpy(id, c->id, sizeof(id));
	rc = select_applet(c, w, e);
	if (rc == RC_OK && memcmp(id, c->id, sizeof(id)) != 0)
		rc = err_set(e, RC_TOKEN,
		    "the key in '%s' is another one by now, or was reset: put "
		    "the one with serial %s in and run it again",
		    c->name, c->serial);
	if (rc != RC_OK)
		card_end(c);
	return rc;
}

static void
serial_of_id(struct card *c)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(c->id); i++)
		n += (size_t)snprintf(
		    c->serial + n, sizeof(c->serial) - n, "%02x", c->id[i]);
}

/* The number that is printed on the key: the management applet knows it. */
static enum rc
read_serial(struct card *c, struct call_wait *w, struct err *e)
{
	struct bytes answer;
	unsigned int sw = 0;
	uint32_t serial = 0;
	struct apdu a;
	enum rc rc;

	applet_select_management(&a, c->out.p);
	rc = card_send(c, &a, w, &sw, &answer, e);
	if (rc != RC_OK || sw != SW_OK)
		return rc;
	applet_read_config(&a, c->out.p);
	rc = card_send(c, &a, w, &sw, &answer, e);
	if (rc == RC_OK && sw == SW_OK && applet_is_serial(answer, &serial))
		(void)snprintf(
		    c->serial, sizeof(c->serial), "%" PRIu32, serial);
	return rc;
}

static enum rc
look(struct card *c, struct call_wait *w, struct err *e)
{
	enum rc rc = lock(c, w, e);

	if (rc != RC_OK)
		return rc;
	rc = read_serial(c, w, e);
	if (rc == RC_OK)
		rc = select_applet(c, w, e);
	card_end(c);
	if (rc != RC_OK)
		return rc;
	if (c->serial[0] == '\0')
		serial_of_id(c);
	(void)snprintf(c->model, sizeof(c->model), "firmware %d.%d.%d",
	    c->version[0], c->version[1], c->version[2]);
	return RC_OK;
}

enum rc
card_open(
    struct card *c, const char *reader, struct call_wait *w, struct err *e)
{
	enum rc rc;

	*c = (struct card){ 0 };
	(void)snprintf(c->reader, sizeof(c->reader), "%s", reader);
	name_of(c);
	rc = connect_to(c, w, e);
	if (rc != RC_OK)
		return rc;
	secret_new(&c->out, APDU_MAX);
	secret_new(&c->in, CARD_ANSWER);
	rc = look(c, w, e);
	if (rc != RC_OK)
		card_close(c);
	return rc;
}

void
card_close(struct card *c)
{
	const struct pcsc *pcsc;
	SCARDCONTEXT context;
	struct err ignored;

	card_end(c);
	/* A thread left behind may still write there. */
	if (pcsc_is_abandoned()) {
		*c = (struct card){ 0 };
		return;
	}
	if (c->is_open && pcsc_begin(&pcsc, &context, &ignored) == RC_OK)
		(void)pcsc->disconnect(c->handle, SCARD_LEAVE_CARD);
	secret_done(&c->out);
	secret_done(&c->in);
	c->is_open = false;
}

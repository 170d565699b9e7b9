/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_CARD_H
#define OATH_CARD_H

#include "oath/applet.h"
#include "oath/call.h"
#include "signer/base/secret.h"

/*
 * A card with a YKOATH applet in a reader.  An act is one transaction: begin,
 * which selects the applet anew, whatever other programs selected since; the
 * commands; end.
 */
enum { CARD_NAME = 128, CARD_SERIAL = 24, CARD_ANSWER = 16 * 1024 };

struct card {
	SCARDHANDLE handle;
	DWORD protocol;
	bool is_open, in_act;
	char reader[CARD_NAME]; /* as pcscd names it */
	char name[CARD_NAME];   /* for the person: without the slot's numbers */
	/* What is printed on the key; where it tells none, its id in hex. */
	char serial[CARD_SERIAL];
	char model[32]; /* "firmware 5.4.3" */
	uint8_t version[3];
	uint8_t id[OATH_ID], challenge[OATH_CHALLENGE];
	bool locked; /* an access code is wanted in this act */
	/* Of the commands: the slowest that waits for nobody, and the last. */
	int64_t slowest_ms, last_ms;
	struct secret out, in; /* an APDU, and the whole answer */
};

/*
 * Opens the card in that reader.  RC_NOTFOUND: there is none, or it has no
 * such applet; RC_TOKEN: it is held by another program, or failed.
 */
enum rc card_open(
    struct card *c, const char *reader, struct call_wait *w, struct err *e);
void card_close(struct card *c); /* accepts one zeroed */

/* RC_TOKEN also where it is another card by now. */
enum rc card_begin(struct card *c, struct call_wait *w, struct err *e);
void card_end(struct card *c);

/*
 * One command made in c->out, and its answer with all that remained of it,
 * without the status word, which is *sw.
 */
enum rc card_send(struct card *c, struct apdu *a, struct call_wait *w,
    unsigned int *sw, struct bytes *answer, struct err *e);
/* "the card in 'Yubico YubiKey' says …": what a status word means. */
enum rc card_refused(const struct card *c, unsigned int sw, struct err *e);
/* An answer that is none. */
enum rc card_nonsense(const struct card *c, struct err *e);

#endif

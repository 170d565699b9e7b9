/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_CALL_H
#define OATH_CALL_H

#include <stdatomic.h>

#include "oath/pcsc.h"
#include "signer/base/buf.h"
#include "signer/token/token.h"

/*
 * A call of libpcsclite that may take as long as a person or another program
 * does, and that nothing can take back: it runs in a thread of its own, which
 * is left behind when the request is called off.
 */
enum call_kind { CALL_CONNECT, CALL_BEGIN, CALL_TRANSMIT };

struct call {
	enum call_kind kind;
	SCARDHANDLE card; /* CALL_CONNECT fills these two */
	DWORD protocol;
	const char *place;  /* CALL_CONNECT: the reader, as pcscd names it */
	const char *reader; /* for the person */
	struct bytes out;   /* CALL_TRANSMIT: an APDU */
	uint8_t *in;        /* room for the answer */
	size_t room, len;   /* of that; how much came */
	int64_t took_ms;
};

/* Who waits, and for what. */
struct call_wait {
	const struct ask *ask;
	const atomic_bool *cancelled;
	const char *why; /* of a touch: see struct ask_touch */
	bool touch;      /* the answer may come after a touch */
	int quiet_ms;    /* how long nothing is said of it */
	bool said;       /* whether something was */
};

/* The memory of *c stays the callee's after RC_CANCELLED and RC_TIMEOUT. */
enum rc call_run(struct call *c, struct call_wait *w, LONG *rv, struct err *e);

#endif

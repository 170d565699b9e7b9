/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_PCSC_H
#define OATH_PCSC_H

#include <stdbool.h>
#include <winscard.h>

#include "signer/base/err.h"

/*
 * pcscd, by libpcsclite, which is loaded by the first call that needs it, and
 * one context with it for the process.
 */
struct pcsc {
	typeof(SCardEstablishContext) *establish;
	typeof(SCardReleaseContext) *release;
	typeof(SCardListReaders) *list_readers;
	typeof(SCardConnect) *connect;
	typeof(SCardReconnect) *reconnect;
	typeof(SCardDisconnect) *disconnect;
	typeof(SCardBeginTransaction) *begin;
	typeof(SCardEndTransaction) *end;
	typeof(SCardTransmit) *transmit;
	typeof(pcsc_stringify_error) *text;
};

/* RC_TOKEN: pcscd does not run; RC_SYS: the library is not installed. */
enum rc pcsc_begin(
    const struct pcsc **ret, SCARDCONTEXT *context, struct err *e);
/* A call is left behind in the library: nothing of it may be freed. */
void pcsc_abandon(void);
bool pcsc_is_abandoned(void);
void pcsc_end(void);

/* RC_OK, or the sentence of what went wrong with that reader. */
enum rc pcsc_err(struct err *e, LONG rv, const char *reader);

#endif

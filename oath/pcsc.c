/* SPDX-License-Identifier: Apache-2.0 */
#include "oath/pcsc.h"

#include "signer/base/late.h"

static struct {
	struct pcsc calls;
	SCARDCONTEXT context;
	bool loaded, is_open, abandoned;
} mine;

static enum rc
load(struct err *e)
{
	const struct late functions[] = {
		{ "SCardEstablishContext", &mine.calls.establish },
		{ "SCardReleaseContext", &mine.calls.release },
		{ "SCardListReaders", &mine.calls.list_readers },
		{ "SCardConnect", &mine.calls.connect },
		{ "SCardReconnect", &mine.calls.reconnect },
		{ "SCardDisconnect", &mine.calls.disconnect },
		{ "SCardBeginTransaction", &mine.calls.begin },
		{ "SCardEndTransaction", &mine.calls.end },
		{ "SCardTransmit", &mine.calls.transmit },
		{ "pcsc_stringify_error", &mine.calls.text },
	};

	return late_load("libpcsclite.so.1", functions,
	    sizeof(functions) / sizeof(functions[0]), e);
}

enum rc
pcsc_begin(const struct pcsc **ret, SCARDCONTEXT *context, struct err *e)
{
	enum rc rc = mine.loaded ? RC_OK : load(e);
	LONG rv;

	if (rc != RC_OK)
		return rc;
	mine.loaded = true;
	if (!mine.is_open) {
		rv = mine.calls.establish(
		    SCARD_SCOPE_SYSTEM, NULL, NULL, &mine.context);
		if (rv != SCARD_S_SUCCESS)
			return pcsc_err(e, rv, "smart cards");
		mine.is_open = true;
	}
	*ret = &mine.calls;
	*context = mine.context;
	return RC_OK;
}

void
pcsc_abandon(void)
{
	mine.abandoned = true;
}

bool
pcsc_is_abandoned(void)
{
	return mine.abandoned;
}

void
pcsc_end(void)
{
	if (mine.is_open && !mine.abandoned)
		(void)mine.calls.release(mine.context);
	mine.is_open = false;
}

static const char gone[] = "was pulled out: put the key in again and run it "
			   "again";

/* What follows the name of the reader. */
static const struct meaning {
	LONG rv;
	enum rc rc;
	const char *sentence;
} meanings[] = {
	{ SCARD_E_SHARING_VIOLATION, RC_TOKEN,
	    "is held by another program for itself, mostly gpg's scdaemon: "
	    "`gpgconf --kill scdaemon` ends that one (the line pcsc-shared in "
	    "~/.gnupg/scdaemon.conf keeps it from doing so again), then run "
	    "it again" },
	{ SCARD_W_REMOVED_CARD, RC_TOKEN, gone },
	{ SCARD_E_NO_SMARTCARD, RC_TOKEN, gone },
	{ SCARD_E_READER_UNAVAILABLE, RC_TOKEN, gone },
	{ SCARD_E_UNKNOWN_READER, RC_TOKEN, gone },
	{ SCARD_E_INVALID_HANDLE, RC_TOKEN, gone },
	{ SCARD_E_NOT_TRANSACTED, RC_TOKEN, gone },
	{ SCARD_E_COMM_DATA_LOST, RC_TOKEN, gone },
	{ SCARD_W_UNRESPONSIVE_CARD, RC_TOKEN,
	    "does not answer: put the key in again and run it again" },
	{ SCARD_W_UNPOWERED_CARD, RC_TOKEN,
	    "has no power: put the key in again and run it again" },
	{ SCARD_W_RESET_CARD, RC_TOKEN,
	    "was reset by another program: end that, and run it again" },
	{ SCARD_W_SECURITY_VIOLATION, RC_TOKEN,
	    "may not be used by this user: pcscd's rule (polkit) lets in who "
	    "is logged in at the machine itself; log in there, or allow it "
	    "by a rule of polkit" },
};

static enum rc
no_service(struct err *e)
{
	return err_set(e, RC_TOKEN,
	    "pcscd, through which smart cards are reached, does not run: "
	    "`sudo apt-get install pcscd` and `sudo systemctl start "
	    "pcscd.socket`, then run it again");
}

enum rc
pcsc_err(struct err *e, LONG rv, const char *reader)
{
	if (rv == SCARD_S_SUCCESS)
		return RC_OK;
	if (rv == SCARD_E_NO_SERVICE || rv == SCARD_E_SERVICE_STOPPED)
		return no_service(e);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].rv == rv)
			return err_set(e, meanings[i].rc, "'%s' %s", reader,
			    meanings[i].sentence);
	return err_set(e, RC_TOKEN,
	    "'%s' failed (%s): put the key in again and run it again", reader,
	    mine.calls.text(rv));
}

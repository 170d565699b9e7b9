/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/offer.h"

#include "signer/token/acts.h"
#include "signer/token/sealed_store.h"
#include "signer/token/state.h"

static struct secret private_key;

void
offer_make(uint8_t public_key[static BOX_KEY])
{
	box_pair(&private_key, public_key);
}

enum rc
offer_open(struct bytes closed, struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret key = { 0 };
	enum rc rc;

	if (private_key.p == NULL)
		return err_set(e, RC_HELPER,
		    "there is no key to open what AWS handed out: begin the "
		    "enrolment again");
	secret_move(&key, &private_key);
	rc = box_open_from(&key, closed, ret, e);
	if (rc != RC_OK)
		return err_in(e, rc,
		    "what AWS handed out is lost: begin the enrolment again");
	return RC_OK;
}

void
offer_done(void)
{
	secret_done(&private_key);
}

enum rc
act_offer(struct helper *h, const struct message *request,
    struct message **reply, struct err *e)
{
	uint8_t public_key[BOX_KEY];
	/* What comes for it is sealed, and IAM makes it only once. */
	enum rc rc = sealed_store_ready(e);

	(void)request;
	if (rc != RC_OK)
		return rc;
	state_get()->h = h;
	offer_make(public_key);
	*reply = message_new("offered");
	message_set_bytes(
	    *reply, "public_key", BYTES(public_key, sizeof(public_key)));
	return RC_OK;
}

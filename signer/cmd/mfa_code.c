/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "signer/aws/totp.h"
#include "signer/base/clock.h"
#include "signer/cmd/audit.h"
#include "signer/cmd/choose.h"
#include "signer/cmd/cmd.h"
#include "signer/cmd/device.h"
#include "signer/cmd/session.h"
#include "signer/host/term.h"

/* Six digits for another program: on record as used, as any other code. */

struct request {
	struct device device;
};

const struct option mfa_code_options[] = {
	DEVICE_PROFILE_OPTION(struct request),
	DEVICE_SERIAL_OPTION(struct request),
	DEVICE_PIN_OPTIONS(struct request),
	{ 0 },
};

/* The one asked for by name, else the one that is plugged in. */
static enum rc
choose(struct device *d, const struct link_mfa **ret, struct err *e)
{
	const struct link *l = &d->plan.links[0];

	if (d->serial != NULL || l->nmfa < 2)
		return device_only(d, ret, e);
	return choose_mfa(&d->crew, l, ret, e);
}

enum rc
cmd_mfa_code(const struct verb *v, char **argv, struct err *e)
{
	AUTO(device_done) struct device d = DEVICE_INIT;
	const struct link_mfa *mfa = NULL;
	struct code code = { 0 };
	char line[TOTP_CODE_SIZE + 1];
	enum rc rc;

	if ((rc = device_begin(&d, v, argv, e)) != RC_OK ||
	    (rc = crew_token(&d.crew, false, e)) != RC_OK ||
	    (rc = choose(&d, &mfa, e)) != RC_OK ||
	    (rc = device_code(&d, mfa, &code, e)) != RC_OK)
		return rc;
	/* It has time to end while the code is printed. */
	crew_hang_up(&d.crew);
	(void)snprintf(line, sizeof(line), "%s\n", code.digits);
	rc = session_print(BYTES_STR(line), e);
	audit_event(&d.crew,
	    &(struct event){
		.action = "code", .outcome = "ok", .mfa_serial = mfa->serial });
	if (rc == RC_OK)
		term_say("a code of '%s', for %lld more seconds", mfa->serial,
		    (long long)(totp_step_begins(code.step + 1) - clock_now() -
				code.skew));
	explicit_bzero(line, sizeof(line));
	explicit_bzero(&code, sizeof(code));
	return rc;
}

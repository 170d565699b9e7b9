/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_DEVICE_H
#define CMD_DEVICE_H

#include "signer/aws/credentials.h"
#include "signer/aws/plan.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/grant.h"
#include "signer/cmd/iam.h"
#include "signer/cmd/option.h"
#include "signer/cmd/world.h"

/* What the verbs of the life of an MFA device share. */

struct device {
	const char *profile, *pin_source, *serial; /* options, or NULL */
	bool retry_pin;
	struct world world;
	struct plan plan; /* of the profile that names the key */
	struct crew crew;
	struct grant grant; /* the session that IAM is asked with */
	struct credentials session;
	struct iam iam;
	struct pool strings;
};

#define DEVICE_INIT ((struct device){ .crew = CREW_INIT, .grant = GRANT_INIT })

/* Options that the verbs share; their request begins with a struct device. */
#define DEVICE_PROFILE_OPTION(type) \
	{ \
		OPTION_STR, "profile", offsetof(type, device.profile), "NAME", \
		    "a profile of ~/.aws/config (default: $AWS_PROFILE)" \
	}
#define DEVICE_SERIAL_OPTION(type) \
	{ \
		OPTION_STR, "serial-number", offsetof(type, device.serial), \
		    "ARN", "which device, where the profile has several" \
	}
#define DEVICE_PIN_OPTIONS(type) \
	{ OPTION_STR, "pin-source", offsetof(type, device.pin_source), \
		"SOURCE", \
		"file:PATH, command:CMD, prompt, fd:N, credential:NAME" }, \
	{ \
		OPTION_FLAG, "retry-pin", offsetof(type, device.retry_pin), \
		    "", "try a stored PIN that was refused once more" \
	}

/* Options read, files read, the plan of the session made. */
enum rc device_begin(
    struct device *d, const struct verb *v, char **argv, struct err *e);
/* The files and the plan once more: others may have written since. */
enum rc device_again(struct device *d, struct err *e);
void device_done(struct device *d);

/* The one device of the profile, or the one that --serial-number names. */
enum rc device_only(
    const struct device *d, const struct link_mfa **ret, struct err *e);

/*
 * Ready to ask IAM: with a session that MFA was given for where the profile
 * has a device, else with the key; both helpers run, the user is known.
 */
enum rc device_iam(struct device *d, bool by_key, struct err *e);

/* A code of the present step, or of the next one that was not used. */
enum rc device_code(struct device *d, const struct link_mfa *of,
    struct code *ret, struct err *e);
/*
 * Sends IAM codes of two steps, one right after the other, each on record as
 * used: it waits for the second, and before the first if that was used
 * already.  Where the service was busy, once more with two new ones.
 */
typedef enum rc device_send(struct iam *i, const char *serial,
    const struct iam_pair *pair, struct err *e);
enum rc device_pair(struct device *d, const struct link_mfa *of,
    device_send *send, struct err *e);

#endif

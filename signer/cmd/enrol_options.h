/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_ENROL_OPTIONS_H
#define CMD_ENROL_OPTIONS_H

#include <stddef.h>

#include "signer/cmd/enrol.h"
#include "signer/cmd/option.h"

/*
 * Options that the verbs share; the type is the verb's request, which begins
 * with a struct enrol of that name.
 */
#define ENROL_PIN_OPTIONS(type) \
	{ OPTION_STR, "pin-source", offsetof(type, enrol.pin_source), \
		"SOURCE", \
		"file:PATH, command:CMD, prompt, fd:N, credential:NAME" }, \
	{ \
		OPTION_FLAG, "retry-pin", offsetof(type, enrol.retry_pin), "", \
		    "try a stored PIN that was refused once more" \
	}
#define ENROL_REGION_OPTION(type) \
	{ \
		OPTION_STR, "region", offsetof(type, enrol.region), "REGION", \
		    "where to ask whether AWS knows the key" \
	}
#define ENROL_PROFILE_OPTION(type) \
	{ \
		OPTION_STR, "profile", offsetof(type, enrol.profile), "NAME", \
		    "write the lines into ~/.aws/config (default: print them)" \
	}
#define ENROL_OATH_OPTIONS(type) \
	{ OPTION_STR, "serial", offsetof(type, serial), "NUMBER", \
		"with --to oath:, which key is meant" }, \
	{ \
		OPTION_FLAG, "no-touch", offsetof(type, no_touch), "", \
		    "with --to oath:, any program may use it unasked" \
	}
#define ENROL_SEALED_OPTIONS(type) \
	{ OPTION_STR, "name", offsetof(type, name), "NAME", \
		"of the sealed secret, with --to fido:" }, \
	{ \
		OPTION_FLAG, "pin", offsetof(type, pin), "", \
		    "with --to fido:, every use wants the key's PIN" \
	}

#endif

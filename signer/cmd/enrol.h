/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_ENROL_H
#define CMD_ENROL_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/aws/endpoint.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/cmd/crew.h"
#include "signer/cmd/world.h"

/*
 * What the verbs of the life of a key share: a token process with its locks,
 * the proof by AWS, and the lines in ~/.aws/config.
 */

struct enrol {
	const char *profile, *pin_source,
	    *region; /* options; NULL: not given */
	bool retry_pin;
	bool serves; /* done soon, so that alone it waits no longer than any */
	int64_t timeout_seconds; /* of the settler; 0: not set */
	const char *settler;     /* the profile whose settings count */
	struct world world;
	struct crew crew;
	struct endpoint endpoint;
	struct pool strings;
	const char *uri, *access_key_id, *user; /* what came of it */
};

#define ENROL_INIT ((struct enrol){ .crew = CREW_INIT })
#define AUTO_ENROL AUTO(enrol_done)

/*
 * Reads the files and settles pin source, module and endpoint: those of
 * --profile, else of the profile that names uri (or NULL), else of $AWS_PROFILE.
 */
enum rc enrol_begin(struct enrol *n, const char *uri, struct err *e);
/* The settings again, for the next of several tokens. */
enum rc enrol_settle(struct enrol *n, const char *uri, struct err *e);
/* RC_USAGE for a --to, and --pin with it, of which something would be lost. */
enum rc enrol_check_to(const char *to, bool pin, struct err *e);
/*
 * *to is "oath:" with --serial: the URI of that key.  RC_USAGE: one of its
 * options is given with a token of another kind.
 */
enum rc enrol_to(struct enrol *n, const char **to, const char *serial,
    bool no_touch, struct err *e);
/* Starts the token process and takes the lock of the token of uri. */
enum rc enrol_hold(
    struct enrol *n, const char *uri, bool with_stdin, struct err *e);
/*
 * A GetCallerIdentity signed with n->uri shows that AWS knows the key: prints
 * the ARN and sets n->user.
 */
enum rc enrol_prove(struct enrol *n, struct err *e);
void enrol_done(struct enrol *n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_PLACE_H
#define OATH_PLACE_H

#include "oath/applet.h"
#include "signer/base/auto.h"
#include "signer/base/err.h"

/*
 * oath:serial=1234567;name=NAME?touch=no&pin-source=SOURCE, with the
 * escapes of RFC 3986, each part at most once and all of them optional.  touch=no
 * says that the entry was put there without: for people to be warned by.
 */
struct place {
	char *serial;     /* as struct card has it; NULL: whichever is there */
	char *name;       /* of an entry; NULL: the key alone */
	char *pin_source; /* of the access code; or NULL */
	bool no_touch;
};

#define AUTO_PLACE AUTO(place_done)

/* RC_CONFIG: it is no such URI. */
enum rc place_parse(const char *uri, struct place *ret, struct err *e);
/* The canonical one; name NULL: of the key alone. */
void place_uri(
    const char *serial, const char *name, bool no_touch, struct buf *ret);
void place_done(struct place *p); /* accepts one zeroed */

#endif

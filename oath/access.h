/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_ACCESS_H
#define OATH_ACCESS_H

#include "oath/card.h"

/*
 * The access code of an applet: asked for once in a process, kept as what is
 * derived from it (PBKDF2-HMAC-SHA1, 1000 rounds, 16 bytes, salted with the
 * applet's id, as ykman does) in locked memory, and stored nowhere.
 */

/*
 * Within an act on a card that is locked: VALIDATE; where the code has to be
 * asked for, the act is ended meanwhile and begun anew.  RC_PIN.
 */
enum rc access_open(
    struct card *c, struct call_wait *w, const char *pin_source, struct err *e);
void access_forget(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_PROBE_H
#define PKCS11_PROBE_H

#include "pkcs11/registered.h"
#include "pkcs11/slot.h"

/*
 * Looking for a token in every module that p11-kit knows.  Modules crash and
 * hang, and none may run between fork(2) and exec(2): each is tried in a
 * process of its own, this program executed again, killed after two seconds.
 */

/*
 * The token of a URI that names no module, found and bound.  RC_NOTFOUND;
 * RC_CONFIG: several modules show one; RC_CANCELLED.
 */
enum rc probe_search(const struct uri *u, const struct ask *ask,
    struct slot **ret, struct err *e);

/* Whether a module starts and tells its tokens, in a process of its own. */
bool probe_works(const struct registered *r);

/*
 * main() of that process, for argv: program "probe" MODULE-NAME URI.  Prints
 * nothing; the exit status is 0, or an enum rc (4: no such token).
 */
int pkcs11_probe_main(int argc, char **argv);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_MODULE_H
#define PKCS11_MODULE_H

#include <p11-kit/pkcs11.h>

#include "pkcs11/uri.h"
#include "signer/base/err.h"
#include "signer/token/person.h"

/*
 * PKCS#11 modules.  Cryptoki's state belongs to the process, so the loaded
 * ones do as well: each is started once, however often it is asked for, and
 * stays until module_end().  One thread calls all of this room.
 */
struct module {
	struct module *next;
	CK_FUNCTION_LIST *fn;
	char *query;        /* "module-name=softhsm2": for canonical URIs */
	char *say;          /* name or path, for the person */
	char *path;         /* the library, for other tools */
	char *reserved;     /* what C_Initialize reads as long as it lives */
	void *dl;           /* dlopen(3)'s handle; never closed */
	bool ours;          /* we started it, and shall stop it */
	struct slot *slots; /* slot.c's */
};

/*
 * The module of the URI, else the one of ask, loaded and started.  RC_CONFIG:
 * no such module, or it does not load; RC_TOKEN: it does not start.
 */
enum rc module_get(const struct uri *u, const struct ask *ask,
    struct module **ret, struct err *e);
/* True where module_get() knows what to load. */
bool module_named(const struct uri *u, const struct ask *ask);
/* By its registered name alone. */
enum rc module_get_name(const char *name, const struct ask *ask,
    struct module **ret, struct err *e);
void module_end(void); /* C_Finalize, all of them */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_SLOT_H
#define PKCS11_SLOT_H

#include <stdint.h>

#include "pkcs11/module.h"

/*
 * A token in a slot, and this process's one session and one login on it,
 * which all who open the token share.  Slot numbers are never kept beyond
 * the process: SoftHSM2 makes them up, readers renumber.
 */
struct slot {
	struct slot *next;
	struct module *module;
	CK_SLOT_ID id;
	CK_TOKEN_INFO info;
	bool present;
	int64_t read_ms; /* when info was read, clock_monotonic_ms() */
	/* Terminated, printable, without the padding of info. */
	char label[33], serial[17], model[50];

	CK_SESSION_HANDLE session; /* CK_INVALID_HANDLE: none */
	bool writable;             /* the session is */
	bool logged_in;
	enum rc refused; /* a login was refused: never tried again */
	struct err why;
};

/* The one token that the URI means.  RC_NOTFOUND, RC_CONFIG: several do. */
enum rc slot_find(
    struct module *m, const struct uri *u, struct slot **ret, struct err *e);
/* As slot_find(), but only whether there is one: for probes. */
enum rc slot_any(struct module *m, const struct uri *u, struct err *e);
/* Whether it holds a token that slot_any() found, and that is set up. */
bool slot_holds(const struct slot *s);
/* Reads info anew. */
enum rc slot_read(struct slot *s, struct err *e);
/* Another token of the module has this label: the serial must be named. */
bool slot_ambiguous(const struct slot *s);
/* A session, one that can write where asked; keeps the login. */
enum rc slot_session(struct slot *s, bool writable, struct err *e);
/* Another session for this one, in which a failed operation may be stuck. */
void slot_renew(struct slot *s);
void slot_free_all(struct module *m);

#endif

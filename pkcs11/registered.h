/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_REGISTERED_H
#define PKCS11_REGISTERED_H

#include <stdbool.h>
#include <stddef.h>

#include "signer/base/auto.h"

/*
 * The modules that p11-kit knows: small files NAME.module (pkcs11.conf(5)) in
 * the distribution's folder, the administrator's and the person's own, each
 * overriding the one before it.  They are read here and not by p11-kit, which
 * would load every module to answer for one: that takes seconds and can hang.
 */
struct registered {
	struct registered *next;
	char *name;     /* of the file, without .module */
	char *path;     /* absolute; NULL for what is not a file here */
	char *reserved; /* x-init-reserved, or NULL */
	bool searched;  /* holds keys, and is not switched off for us */
};

#define AUTO_REGISTERED AUTO(registered_freep)

/* All of them, by name; files that cannot be read are passed over. */
struct registered *registered_all(void);
/* One by its name; NULL when there is none. */
struct registered *registered_name(const char *name);
void registered_free(struct registered *r); /* and all that follow; or NULL */

static inline void
registered_freep(struct registered **r)
{
	registered_free(*r);
}

/* "NAME" as a file in p11-kit's module folder, for mem_free(), or NULL. */
char *registered_library(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_FIND_H
#define PKCS11_FIND_H

#include "pkcs11/slot.h"

/*
 * Looking for secret keys, by class, label and id alone: a YubiHSM2 answers a
 * search by CKA_KEY_TYPE with CKR_FUNCTION_FAILED.  What is private shows only
 * after the login.
 */

enum { FIND_MAX = 1024 };

/* The attributes of one object that matter here. */
struct found {
	CK_OBJECT_HANDLE handle;
	char label[256]; /* terminated, as bytes; "" when it has none */
	CK_BYTE id[64];
	CK_ULONG idlen;
	bool extractable;
};

/* Handles to fill: room for max of them, n are there. */
struct handles {
	CK_OBJECT_HANDLE *p;
	CK_ULONG max, n;
};

/* Up to max objects of a template, of all there are. */
enum rc find_objects(struct slot *s, CK_ATTRIBUTE *attrs, CK_ULONG nattrs,
    struct handles *ret, struct err *e);
/* Secret keys that the URI means (all, where it names no object). */
enum rc find_keys(
    struct slot *s, const struct uri *u, struct handles *ret, struct err *e);
/* The one of the URI.  RC_NOTFOUND; RC_CONFIG: several, or none is named. */
enum rc find_key(
    struct slot *s, const struct uri *u, CK_OBJECT_HANDLE *ret, struct err *e);
/* RC_OK: no secret key has this label.  RC_CONFIG: one has. */
enum rc find_none(struct slot *s, const char *label, struct err *e);
/* Reads what the module is willing to tell. */
void find_describe(struct slot *s, CK_OBJECT_HANDLE handle, struct found *ret);

/*
 * The canonical URI of a token (o NULL) or of a key on it: no pin-*, the
 * serial only where another token has the same label, the id only where asked
 * for or where there is no label.
 */
void find_uri(
    const struct slot *s, const struct found *o, bool id, struct buf *ret);

#endif

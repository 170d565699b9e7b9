/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_TEMPLATE_H
#define PKCS11_TEMPLATE_H

#include "pkcs11/key.h"

/* A key that is about to be put on a token. */
struct fresh {
	enum mac mac;
	const char *label;
	struct secret value; /* padded with zeros to the size of the hash */
	CK_BYTE id[16];      /* random: NSS replaces a key of an equal id */
};

enum { TEMPLATE_MAX = 10 };

/* Points into itself and into the key: neither may move while it is used. */
struct template
{
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE type;
	CK_BBOOL yes, no;
	CK_ATTRIBUTE attrs[TEMPLATE_MAX];
	CK_ULONG n;
};

/* The key types to try, the most portable first: GENERIC_SECRET, then HMAC. */
enum { FRESH_TYPES = 2 };
CK_KEY_TYPE fresh_type(const struct fresh *k, size_t i);
/* All but CKA_ID and CKA_VALUE: nothing a token might not know. */
void template_init(struct template *t, const struct fresh *k, CK_KEY_TYPE type);
void template_add(
    struct template *t, CK_ATTRIBUTE_TYPE type, void *p, CK_ULONG len);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PKCS11_URI_H
#define PKCS11_URI_H

#include <p11-kit/pkcs11.h>

#include <p11-kit/uri.h>

#include <stdbool.h>

#include "signer/base/auto.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * A PKCS#11 URI (RFC 7512) that names a token, perhaps a key on it, perhaps a
 * module.  Stricter than p11-kit, which drops what it does not know: an
 * attribute dropped would widen what the URI means.
 */
struct uri {
	P11KitUri *p11;
	char *text;
	/* NULL, or until uri_done() */
	const char *module_path, *module_name, *pin_source;
	bool object; /* names a key: object=, id= or both */
	bool any;    /* may mean any token */
};

#define AUTO_URI AUTO(uri_done)

/* RC_CONFIG; the sentence never repeats a URI that holds a PIN. */
enum rc uri_parse(const char *text, struct uri *ret, struct err *e);
/* The same of one that may mean every token: to look at them, no more. */
enum rc uri_parse_any(const char *text, struct uri *ret, struct err *e);
bool uri_matches(const struct uri *u, const CK_TOKEN_INFO *info);
/* The attribute of the key that the URI names, or NULL. */
const CK_ATTRIBUTE *uri_wants(const struct uri *u, CK_ATTRIBUTE_TYPE type);
void uri_done(struct uri *u); /* accepts one zeroed */

#endif

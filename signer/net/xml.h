/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_XML_H
#define NET_XML_H

#include "signer/base/auto.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * XML as AWS's query protocol answers it, read whole and flattened: the texts
 * of the elements without children, by the names from below the root down,
 * joined with '.' ("GetSessionTokenResult.Credentials.AccessKeyId").  Items of
 * a list are counted, as in requests: "MFADevices.member.2.SerialNumber".
 * Attributes, comments and white space around elements are passed over.
 */
struct xml; /* wiped when freed */

#define AUTO_XML AUTO(xml_freep)

enum {
	XML_MAX_DEPTH = 16,
	XML_MAX_LEAVES = 256,
	XML_MAX_BYTES = 512 * 1024, /* paths and texts: a message holds all */
};

/*
 * RC_FORMAT: not XML or cut off, a document type (so there are no entities
 * but XML's own five), deeper than XML_MAX_DEPTH or too much of it.
 */
enum rc xml_parse(struct bytes text, struct xml **ret, struct err *e);
void xml_free(struct xml *x); /* accepts NULL */
void xml_freep(struct xml **x);

const char *xml_root(const struct xml *x);
/* The first of that path, or NULL. */
const char *xml_get(const struct xml *x, const char *path);
/* The leaves in the order of the document; NULL past the last. */
const char *xml_path(const struct xml *x, size_t i);
const char *xml_text(const struct xml *x, size_t i);
/* The text of a leaf is "" from then on. */
void xml_wipe(struct xml *x, size_t i);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/uri.h"

#include <string.h>

struct bytes
uri_scheme(const char *uri)
{
	const char *colon = strchr(uri, ':');

	return BYTES(uri, colon != NULL ? (size_t)(colon - uri) : 0);
}

struct bytes
uri_attribute(const char *uri, const char *name)
{
	size_t want = strlen(name);
	const char *p = strchr(uri, ':');

	while (p != NULL && *p != '\0' && *p != '?') {
		size_t len = strcspn(++p, ";?");

		if (len > want && p[want] == '=' && strncmp(p, name, want) == 0)
			return BYTES(p + want + 1, len - want - 1);
		p += len;
	}
	return BYTES(NULL, 0);
}

/* Past the ID of an entry like AKIA…=pkcs11:… */
static const char *
past_id(const char *entry)
{
	const char *equals = strchr(entry, '=');
	const char *colon = strchr(entry, ':');

	if (strncmp(entry, "arn:", 4) == 0 && equals != NULL)
		return equals + 1;
	return equals != NULL && colon != NULL && equals < colon ? equals + 1
	                                                         : entry;
}

/* The NAME of sealed:NAME?…; len 0 when it is another URI. */
static struct bytes
sealed_name(const char *uri)
{
	if (!bytes_is(uri_scheme(uri), "sealed"))
		return BYTES(NULL, 0);
	uri += strlen("sealed:");
	return BYTES(uri, strcspn(uri, "?"));
}

bool
uri_same_device(const char *a, const char *b)
{
	static const char *const names[] = { "token", "serial", "model",
		"manufacturer" };
	bool any = false;

	a = past_id(a);
	b = past_id(b);
	if (!bytes_eq(uri_scheme(a), uri_scheme(b)))
		return false;
	if (sealed_name(a).len > 0)
		return bytes_eq(sealed_name(a), sealed_name(b));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes x = uri_attribute(a, names[i]);
		struct bytes y = uri_attribute(b, names[i]);

		if (x.len > 0 && y.len > 0) {
			if (!bytes_eq(x, y))
				return false;
			any = true;
		}
	}
	return any;
}

/*
 * Whether every attribute of a, of path and query, stands in b as well.  What
 * serves here is a secret key, whether the URI has a type= to say so or not.
 */
static bool
is_within(const char *a, const char *b)
{
	const char *p = strchr(a, ':');

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(++p, ";?&");
		const char *q = strchr(b, ':');
		bool found = len == 0 || (strncmp(p, "type=", 5) == 0 &&
					     uri_attribute(b, "type").len == 0);

		while (!found && q != NULL && *q != '\0') {
			size_t n = strcspn(++q, ";?&");

			found = n == len && strncmp(p, q, len) == 0;
			q += n;
		}
		if (!found)
			return false;
		p += len;
	}
	return true;
}

bool
uri_same(const char *a, const char *b)
{
	a = past_id(a);
	b = past_id(b);
	if (sealed_name(a).len > 0)
		return bytes_eq(sealed_name(a), sealed_name(b));
	return uri_scheme(a).len > 0 &&
	       bytes_eq(uri_scheme(a), uri_scheme(b)) && is_within(a, b) &&
	       is_within(b, a);
}

bool
uri_alike(const char *a, const char *b)
{
	static const char *const names[] = { "object", "id", "token", "serial",
		"model", "manufacturer", "type" };
	bool any = false;

	a = past_id(a);
	b = past_id(b);
	if (!bytes_eq(uri_scheme(a), uri_scheme(b)))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes x = uri_attribute(a, names[i]);
		struct bytes y = uri_attribute(b, names[i]);
		bool both = x.len > 0 && y.len > 0;

		if (both && !bytes_eq(x, y))
			return false;
		any = any || (both && i < 2);
	}
	return any;
}

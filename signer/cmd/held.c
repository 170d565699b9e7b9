/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/held.h"

#include <string.h>

#include "signer/base/uri.h"

const char *
held_by_uri(const char *uri)
{
	struct bytes scheme = uri_scheme(uri);

	if (bytes_is(scheme, "pkcs11") || bytes_is(scheme, "oath"))
		return "hmac";
	return bytes_is(scheme, "sealed") ? "sealed" : "unknown";
}

const char *
held_words(const char *held, const char *id)
{
	if (strcmp(held, "sealed") != 0)
		return held;
	return id != NULL && strncmp(id, "arn:", 4) == 0
	           ? "sealed: the seed is in memory for the time of one code"
	           : "sealed: the secret is in memory for the time of one "
	             "signature";
}

bool
held_no_touch(const char *uri)
{
	const char *query = strchr(uri, '?');

	return bytes_is(uri_scheme(uri), "oath") && query != NULL &&
	       strstr(query, "touch=no") != NULL;
}

const char *
held_where(const char *uri)
{
	return bytes_is(uri_scheme(uri), "sealed") ? "sealed to" : "on token";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/described.h"

#include <string.h>

#include "signer/base/uri.h"

enum rc
describe(struct crew *c, const char *uri, struct pool *strings,
    struct described *ret, struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("describe");
	AUTO_MESSAGE struct message *d = NULL;
	enum rc rc = crew_token(c, false, e);

	*ret = (struct described){
		.uri = pool_add(strings, BYTES_STR(uri)),
	};
	message_set_str(m, "key", uri);
	if (rc == RC_OK)
		rc = child_call(&c->token, m, "described", &d, e);
	if (rc != RC_OK)
		return rc;
	ret->token = pool_add(strings, BYTES_STR(message_str(d, "token")));
	ret->model = pool_add(strings, BYTES_STR(message_str(d, "model")));
	ret->serial = pool_add(strings, BYTES_STR(message_str(d, "serial")));
	ret->touch = message_bool(d, "touch");
	ret->known = true;
	return RC_OK;
}

/* All databases of NSS have one label, and this number: 0000000000000000. */
static bool
has_number(const struct described *d)
{
	return d->known && d->serial[strspn(d->serial, "0 ")] != '\0';
}

bool
described_same(const struct described *a, const struct described *b)
{
	if (has_number(a) && has_number(b))
		return strcmp(a->serial, b->serial) == 0 &&
		       strcmp(a->token, b->token) == 0;
	return uri_same_device(a->uri, b->uri);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/probe.h"

#include <string.h>

#include "signer/base/uri.h"

bool
probe_is_for(const char *uri)
{
	return bytes_is(uri_scheme(uri), "sealed");
}

enum rc
probe_look(struct crew *c, const char *uri, struct pool *p, struct probe *ret,
    struct err *e)
{
	AUTO_MESSAGE struct message *m = message_new("survey");
	AUTO_MESSAGE struct message *found = NULL;
	const char *grade, *device;
	enum rc rc = crew_token(c, false, e);

	*ret = (struct probe){ 0 };
	message_set_str(m, "uri", uri);
	if (rc == RC_OK)
		rc = child_call(&c->token, m, "surveyed", &found, e);
	if (rc != RC_OK || message_count(found, "items") == 0)
		return rc;
	grade = message_item(found, "items", 0, "grade");
	device = message_item(found, "items", 0, "device");
	ret->there = grade != NULL && strcmp(grade, "ok") == 0;
	if (device != NULL)
		ret->device = pool_add(p, BYTES_STR(device));
	return RC_OK;
}

bool
probe_is_one(const struct probe *a, const struct probe *b)
{
	return a->there && b->there && a->device != NULL && b->device != NULL &&
	       strcmp(a->device, b->device) == 0;
}

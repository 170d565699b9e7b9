/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "signer/base/uri.h"
#include "signer/cmd/complete.h"
#include "signer/cmd/crew.h"

/*
 * A module of an HSM may take its time, and a person is typing: of several,
 * those that a profile uses are loaded, and what is late is left out.
 */
enum { SECONDS = 2, MAX_MODULES = 4 };

/* Those that begin with head, and what comes after it is offered. */
static void
survey(struct offers *o, const char *uri, const char *head)
{
	size_t len = strlen(head);
	AUTO_CREW struct crew crew = CREW_INIT;
	AUTO_MESSAGE struct message *m = message_new("survey");
	AUTO_MESSAGE struct message *found = NULL;
	struct err ignored;

	crew_begin(&crew, SECONDS);
	message_set_str(m, "uri", uri);
	if (crew_token(&crew, false, &ignored) != RC_OK ||
	    child_call(&crew.token, m, "surveyed", &found, &ignored) != RC_OK)
		return;
	for (size_t i = 0; i < message_count(found, "items"); i++) {
		const char *token = message_item(found, "items", i, "uri");

		if (token != NULL && strncmp(token, head, len) == 0)
			offer(o, token + len, NULL);
	}
}

/* "module-name=softhsm2", of the part behind the '?'; len 0: none. */
static struct bytes
module_of(const char *uri)
{
	static const char *const names[] = { "module-name=", "module-path=" };
	const char *p = strchr(uri, '?');

	while (p != NULL && bytes_is(uri_scheme(uri), "pkcs11")) {
		size_t len = strcspn(++p, "&");

		for (size_t i = 0; i < 2; i++)
			if (strncmp(p, names[i], strlen(names[i])) == 0)
				return BYTES(p, len);
		p = strchr(p, '&');
	}
	return BYTES(NULL, 0);
}

void
complete_tokens(struct offers *o, const char *const *uris, size_t n)
{
	struct bytes modules[MAX_MODULES];
	size_t count = 0;

	for (size_t i = 0; i < n && count < MAX_MODULES; i++) {
		struct bytes module = module_of(uris[i]);
		bool known = module.len == 0;

		for (size_t k = 0; k < count; k++)
			known = known || bytes_eq(modules[k], module);
		if (!known)
			modules[count++] = module;
	}
	for (size_t i = 0; i < count; i++)
		survey(o,
		    pool_fmt(&o->strings, "pkcs11:?%.*s", (int)modules[i].len,
			(const char *)modules[i].p),
		    "");
	if (count == 0)
		survey(o, "pkcs11:", "");
	survey(o, "oath:", "");
}

void
complete_serials(struct offers *o)
{
	survey(o, "oath:", "oath:serial=");
}

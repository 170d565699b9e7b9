/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/schema.h"

#include <string.h>

#define STR(name) \
	{ \
		name, KIND_STR, true \
	}
#define INT(name) \
	{ \
		name, KIND_INT, true \
	}
#define BOOL(name) \
	{ \
		name, KIND_BOOL, true \
	}
#define DATA(name) \
	{ \
		name, KIND_BYTES, true \
	}
#define STRS(name) \
	{ \
		name, KIND_STRS, true \
	}
#define PAIRS(name) \
	{ \
		name, KIND_PAIRS, true \
	}
#define ITEMS(name) \
	{ \
		name, KIND_ITEMS, true \
	}
#define MAY_STR(name) \
	{ \
		name, KIND_STR, false \
	}
#define MAY_INT(name) \
	{ \
		name, KIND_INT, false \
	}
#define MAY_BOOL(name) \
	{ \
		name, KIND_BOOL, false \
	}
#define MAY_DATA(name) \
	{ \
		name, KIND_BYTES, false \
	}

static const struct schema schemas[] = {
	/* Both helpers */
	{ "hello", { INT("min"), INT("max") } },
	{ "welcome", { INT("version"), STR("program") } },
	{ "cancel", { { "", KIND_STR, false } } },
	{ "ok", { { "", KIND_STR, false } } },
	{ "error", { INT("rc"), STR("message") } },
	{ "progress", { STR("text"), MAY_INT("until"), MAY_STR("device") } },

	/* stskey-token: requests */
	{ "begin",
	    { MAY_STR("profile"), MAY_STR("caller"), MAY_STR("pin_source"),
		MAY_STR("pin_source_default"), MAY_BOOL("retry_pin"),
		MAY_STR("module"), MAY_STR("pinentry"), MAY_STR("prompt"),
		MAY_BOOL("stdin"), MAY_STR("role"), MAY_INT("touch_seconds"),
		INT("deadline_ms") } },
	{ "hold", { STRS("tokens"), MAY_STR("serial"), MAY_INT("skew") } },
	{ "choose", { STRS("entries") } },
	{ "code", { STR("entry"), STR("serial"), INT("time") } },
	{ "unused", { STR("serial"), INT("step") } },
	{ "sign", { STR("key"), STR("access_key_id"), STR("method"),
		      STR("host"), STR("path"), MAY_STR("query"),
		      PAIRS("headers"), DATA("body"), STR("region"),
		      STR("service"), INT("time"), MAY_BOOL("skewed") } },
	{ "describe", { STR("key") } },
	{ "import",
	    { STR("what"), STR("to"), STR("from"), MAY_STR("path"),
		MAY_STR("profile"), MAY_STR("access_key_id"),
		MAY_STR("serial_number"), MAY_STR("label"), MAY_BOOL("pin"),
		MAY_DATA("offered"), MAY_BOOL("show"), MAY_BOOL("no_touch") } },
	{ "offer", { { "", KIND_STR, false } } },
	{ "copy", { STR("key"), STR("to"), MAY_BOOL("pin") } },
	{ "list", { STR("uri") } },
	{ "survey", { STR("uri") } },
	{ "remove", { STR("key") } },
	{ "credentials-edit",
	    { STR("action"), STR("path"), STR("profile"), STR("access_key_id"),
		MAY_STR("secret_access_key"), MAY_STR("session_token") } },

	/* stskey-token: replies */
	{ "held", { INT("skew") } },
	{ "chosen", { INT("index") } },
	{ "code_made", { STR("code"), INT("step") } },
	{ "signed", { PAIRS("headers") } },
	{ "described",
	    { STR("algorithm"), STR("held"), STR("uri"), STR("token"),
		STR("model"), STR("serial"), STR("object"), BOOL("touch"),
		BOOL("extractable"), INT("seals") } },
	{ "imported", { STR("uri"), STR("held"), STR("token"), STR("serial"),
			  MAY_STR("access_key_id"), MAY_STR("warning") } },
	{ "offered", { DATA("public_key") } },
	{ "listed", { ITEMS("items") } },
	{ "surveyed", { ITEMS("items") } },

	/* stskey-net: requests */
	{ "warm", { STR("url"), MAY_STR("ca_bundle"), INT("deadline_ms") } },
	{ "send",
	    { STR("url"), STR("method"), PAIRS("headers"), DATA("body"),
		BOOL("once"), MAY_STR("ca_bundle"), INT("deadline_ms"),
		MAY_STR("access_key_id"), MAY_STR("secret_access_key"),
		MAY_STR("session_token"), MAY_STR("region"), MAY_STR("service"),
		MAY_INT("time"), MAY_DATA("seal_to") } },

	/* stskey-net: replies */
	{ "answer",
	    { INT("status"), BOOL("sent"), MAY_INT("date"), MAY_STR("code"),
		MAY_STR("message"), MAY_STR("request_id"), PAIRS("values"),
		MAY_DATA("sealed") } },
	{ "unsent", { INT("rc"), STR("message"), BOOL("sent") } },
};

enum { NSCHEMAS = sizeof(schemas) / sizeof(schemas[0]) };

const struct schema *
schema_find(const char *type)
{
	for (size_t i = 0; i < NSCHEMAS; i++)
		if (strcmp(schemas[i].type, type) == 0)
			return &schemas[i];
	return NULL;
}

const struct member *
schema_member(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < SCHEMA_MEMBERS; i++) {
		if (s->member[i].name[0] == '\0')
			return NULL;
		if (strcmp(s->member[i].name, name) == 0)
			return &s->member[i];
	}
	return NULL;
}

const struct schema *
schema_at(size_t i)
{
	return i < NSCHEMAS ? &schemas[i] : NULL;
}

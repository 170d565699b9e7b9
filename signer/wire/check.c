/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/check.h"

#include <string.h>

#include "signer/base/enc.h"

static bool
are_strings(json_t *object)
{
	void *at = json_object_iter(object);

	while (at != NULL && json_is_string(json_object_iter_value(at)))
		at = json_object_iter_next(object, at);
	return json_is_object(object) && at == NULL;
}

static bool
is_base64(const json_t *value)
{
	AUTO_BUF struct buf bytes = BUF_INIT(json_string_length(value));
	struct err e;

	return json_is_string(value) &&
	       enc_unbase64(&bytes,
		   BYTES(json_string_value(value), json_string_length(value)),
		   &e) == RC_OK;
}

static bool
is_list_of(json_t *list, bool (*fits)(json_t *))
{
	if (!json_is_array(list))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!fits(json_array_get(list, i)))
			return false;
	return true;
}

static bool
is_string(json_t *value)
{
	return json_is_string(value);
}

static bool
is_kind(json_t *value, enum kind kind)
{
	switch (kind) {
	case KIND_STR:
		return json_is_string(value);
	case KIND_INT:
		return json_is_integer(value);
	case KIND_BOOL:
		return json_is_boolean(value);
	case KIND_BYTES:
		return is_base64(value);
	case KIND_STRS:
		return is_list_of(value, is_string);
	case KIND_PAIRS:
		return are_strings(value);
	case KIND_ITEMS:
		return is_list_of(value, are_strings);
	}
	return false;
}

/* How many of its members the object has; each must be of its kind. */
static enum rc
count_members(
    const json_t *root, const struct schema *schema, size_t *ret, struct err *e)
{
	size_t n = 0;

	for (const struct member *m = schema->member;
	     m < schema->member + SCHEMA_MEMBERS && m->name[0] != '\0'; m++) {
		json_t *value = json_object_get(root, m->name);

		if (value == NULL && m->required)
			return err_set(e, RC_HELPER,
			    "a message '%s' of the wire lacks its member '%s'",
			    schema->type, m->name);
		if (value != NULL && !is_kind(value, m->kind))
			return err_set(e, RC_HELPER,
			    "a message '%s' of the wire has a member '%s' of a "
			    "wrong kind",
			    schema->type, m->name);
		n += value != NULL;
	}
	*ret = n;
	return RC_OK;
}

enum rc
check_message(const json_t *root, const struct schema **ret, struct err *e)
{
	const char *type = json_string_value(json_object_get(root, "type"));
	const struct schema *schema = type != NULL ? schema_find(type) : NULL;
	size_t n = 0;
	enum rc rc;

	if (schema == NULL)
		return err_set(e, RC_HELPER,
		    "a message of the wire has no known type: install stskey "
		    "and its helpers from one version");
	rc = count_members(root, schema, &n, e);
	if (rc != RC_OK)
		return rc;
	if (json_object_size(root) != n + 1)
		return err_set(e, RC_HELPER,
		    "a message '%s' of the wire has a member that it must not "
		    "have: install stskey and its helpers from one version",
		    schema->type);
	*ret = schema;
	return RC_OK;
}

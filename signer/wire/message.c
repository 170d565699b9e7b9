/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/message.h"

#include <jansson.h>

#include "signer/base/enc.h"
#include "signer/base/mem.h"
#include "signer/base/text.h"
#include "signer/base/utf8.h"
#include "signer/wire/check.h"
#include "signer/wire/frame.h"
#include "signer/wire/schema.h"

struct message {
	json_t *root;
};

static void *
allocate(size_t n)
{
	return mem_new(1, n);
}

/* Session credentials pass here. */
void
message_wipes(void)
{
	static bool done;

	if (!done)
		json_set_alloc_funcs(allocate, mem_free);
	done = true;
}

static struct message *
message_of(json_t *root)
{
	struct message *m = mem_new(1, sizeof(*m));

	m->root = root;
	return m;
}

static json_t *
text(const char *s)
{
	json_t *ret = json_string(s);

	if (ret == NULL) {
		AUTO_MEM char *repaired = utf8_repair(s);

		ret = json_string(repaired);
	}
	return ret;
}

/* Members of an object take a name that may be no UTF-8 either. */
static void
put(json_t *object, const char *name, json_t *value)
{
	AUTO_MEM char *repaired = utf8_repair(name);

	/* Fails only on what text() and repair rule out, or out of memory. */
	(void)json_object_set_new(object, repaired, value);
}

struct message *
message_new(const char *type)
{
	const struct schema *schema = schema_find(type);
	struct message *m;

	message_wipes();
	m = message_of(json_object());
	put(m->root, "type", text(type));
	/* What may be empty is there even if nothing is ever added to it. */
	for (size_t i = 0; schema != NULL && i < SCHEMA_MEMBERS; i++) {
		const struct member *member = &schema->member[i];

		if (member->name[0] == '\0' || !member->required)
			continue;
		if (member->kind == KIND_PAIRS)
			put(m->root, member->name, json_object());
		if (member->kind == KIND_STRS || member->kind == KIND_ITEMS)
			put(m->root, member->name, json_array());
	}
	return m;
}

void
message_free(struct message *m)
{
	if (m == NULL)
		return;
	json_decref(m->root);
	mem_free(m);
}

void
message_freep(struct message **m)
{
	message_free(*m);
}

void
message_move(struct message **to, struct message **from)
{
	message_free(*to);
	*to = TAKE(*from);
}

const char *
message_type(const struct message *m)
{
	return json_string_value(json_object_get(m->root, "type"));
}

bool
message_is(const struct message *m, const char *type)
{
	return strcmp(message_type(m), type) == 0;
}

void
message_set_str(struct message *m, const char *name, const char *value)
{
	if (value != NULL)
		put(m->root, name, text(value));
}

void
message_set_int(struct message *m, const char *name, int64_t value)
{
	put(m->root, name, json_integer(value));
}

void
message_set_bool(struct message *m, const char *name, bool value)
{
	put(m->root, name, json_boolean(value));
}

void
message_set_bytes(struct message *m, const char *name, struct bytes v)
{
	AUTO_BUF struct buf coded = BUF_INIT((v.len / 3 + 1) * 4 + 1);

	enc_base64(&coded, v);
	put(m->root, name, json_string(buf_cstr(&coded)));
}

/* The member, made with json_array() or json_object() if it is not there. */
static json_t *
container(struct message *m, const char *name, json_t *(*make)(void))
{
	json_t *ret = json_object_get(m->root, name);

	if (ret != NULL)
		return ret;
	put(m->root, name, make());
	return json_object_get(m->root, name);
}

void
message_add_str(struct message *m, const char *name, const char *value)
{
	if (value != NULL)
		(void)json_array_append_new(
		    container(m, name, json_array), text(value));
}

void
message_set_pair(
    struct message *m, const char *name, const char *key, const char *value)
{
	if (value != NULL)
		put(container(m, name, json_object), key, text(value));
}

void
message_add_item(struct message *m, const char *name)
{
	(void)json_array_append_new(
	    container(m, name, json_array), json_object());
}

void
message_set_item(
    struct message *m, const char *name, const char *key, const char *value)
{
	json_t *list = json_object_get(m->root, name);
	size_t n = json_array_size(list);

	if (value != NULL && n > 0)
		put(json_array_get(list, n - 1), key, text(value));
}

const char *
message_str(const struct message *m, const char *name)
{
	return json_string_value(json_object_get(m->root, name));
}

int64_t
message_int(const struct message *m, const char *name)
{
	return json_integer_value(json_object_get(m->root, name));
}

bool
message_bool(const struct message *m, const char *name)
{
	return json_is_true(json_object_get(m->root, name));
}

bool
message_has(const struct message *m, const char *name)
{
	return json_object_get(m->root, name) != NULL;
}

enum rc
message_bytes(
    const struct message *m, const char *name, struct buf *ret, struct err *e)
{
	const char *coded = message_str(m, name);
	enum rc rc;

	if (coded == NULL)
		return RC_OK;
	rc = enc_unbase64(ret, BYTES_STR(coded), e);
	return rc == RC_OK ? RC_OK : err_in(e, RC_HELPER, "member '%s'", name);
}

size_t
message_count(const struct message *m, const char *name)
{
	return json_array_size(json_object_get(m->root, name));
}

const char *
message_at(const struct message *m, const char *name, size_t i)
{
	return json_string_value(
	    json_array_get(json_object_get(m->root, name), i));
}

void
message_pairs(const struct message *m, const char *name,
    void (*each)(void *ctx, const char *key, const char *value), void *ctx)
{
	json_t *object = json_object_get(m->root, name);

	for (void *at = json_object_iter(object); at != NULL;
	     at = json_object_iter_next(object, at))
		each(ctx, json_object_iter_key(at),
		    json_string_value(json_object_iter_value(at)));
}

const char *
message_pair(const struct message *m, const char *name, const char *key)
{
	return json_string_value(
	    json_object_get(json_object_get(m->root, name), key));
}

const char *
message_item(
    const struct message *m, const char *name, size_t i, const char *key)
{
	const json_t *list = json_object_get(m->root, name);

	return json_string_value(json_object_get(json_array_get(list, i), key));
}

static int
append(const char *piece, size_t len, void *buf)
{
	buf_add(buf, BYTES(piece, len));
	return buf_ok(buf) ? 0 : -1;
}

enum rc
message_encode(const struct message *m, struct buf *ret, struct err *e)
{
	const struct schema *schema;
	enum rc rc = check_message(m->root, &schema, e);

	if (rc != RC_OK)
		return rc;
	if (json_dump_callback(m->root, append, ret, JSON_COMPACT) != 0)
		return err_set(e, RC_HELPER,
		    "a message '%s' is too long for the wire", schema->type);
	return RC_OK;
}

/*
 * Jansson refuses duplicates, NUL in strings, what is not UTF-8, integers
 * beyond 64 bits, and nesting beyond 2048, and allows white space at the end.
 */
enum rc
message_decode(struct bytes json, struct message **ret, struct err *e)
{
	AUTO_MESSAGE struct message *m = NULL;
	const struct schema *schema;
	json_error_t where;
	json_t *root;
	enum rc rc;

	message_wipes();
	if (json.len < 2 || json.p[0] != '{' || json.p[json.len - 1] != '}')
		return err_set(
		    e, RC_HELPER, "a message of the wire is no JSON object");
	root = json_loadb(
	    (const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &where);
	if (root == NULL) {
		int at = where.position;

		/* Its text quotes what it read, which may be a secret. */
		explicit_bzero(&where, sizeof(where));
		return err_set(e, RC_HELPER,
		    "a message of the wire is not JSON near byte %d", at);
	}
	m = message_of(root);
	rc = check_message(m->root, &schema, e);
	if (rc == RC_OK)
		*ret = TAKE(m);
	return rc;
}

struct message *
message_error(enum rc rc, const struct err *e)
{
	struct message *m = message_new("error");

	message_set_int(m, "rc", rc);
	message_set_str(m, "message", e->msg);
	return m;
}

enum rc
message_to_error(const struct message *m, struct err *e)
{
	int64_t rc = message_int(m, "rc");
	const char *sentence = message_str(m, "message");

	if (sentence == NULL || !message_has(m, "rc"))
		return err_set(e, RC_HELPER,
		    "a message '%s' came instead of an answer",
		    message_type(m));
	(void)err_set(e, RC_HELPER, "%s", sentence);
	text_printable(e->msg);
	return rc > RC_OK && rc <= RC_CANCELLED ? (enum rc)rc : RC_HELPER;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/event.h"

#include <jansson.h>
#include <stddef.h>

#include "signer/base/clock.h"
#include "signer/base/mem.h"
#include "signer/base/utf8.h"

/* The members that are strings, in their order. */
static const struct {
	const char *name;
	size_t offset;
} strings[] = {
	{ "profile", offsetof(struct event, profile) },
	{ "action", offsetof(struct event, action) },
	{ "outcome", offsetof(struct event, outcome) },
	{ "service", offsetof(struct event, service) },
	{ "role_arn", offsetof(struct event, role_arn) },
	{ "mfa_serial", offsetof(struct event, mfa_serial) },
	{ "signed_by", offsetof(struct event, signed_by) },
	{ "request_id", offsetof(struct event, request_id) },
	{ "access_key_id", offsetof(struct event, access_key_id) },
};

enum { NSTRINGS = sizeof(strings) / sizeof(strings[0]) };

static json_t *
text(const char *s)
{
	AUTO_MEM char *repaired = utf8_repair(s);

	return json_string(repaired);
}

static void
put(json_t *root, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		(void)json_object_set_new(root, name, text(value));
}

static const char **
member(struct event *ev, size_t i)
{
	return (const char **)(void *)((char *)ev + strings[i].offset);
}

static json_t *
object_of(const struct event *ev)
{
	struct event copy = *ev;
	json_t *root = json_object(), *touched = json_array();
	char when[CLOCK_ISO_SIZE];

	clock_iso(ev->time, when);
	put(root, "time", when);
	put(root, "program", ev->program);
	if (ev->pid > 0)
		(void)json_object_set_new(root, "pid", json_integer(ev->pid));
	for (size_t i = 0; i < NSTRINGS; i++)
		put(root, strings[i].name, *member(&copy, i));
	for (size_t i = 0; i < ev->ntouched; i++)
		(void)json_array_append_new(touched, text(ev->touched[i]));
	(void)json_object_set_new(root, "touched", touched);
	return root;
}

static int
append(const char *piece, size_t len, void *buf)
{
	buf_add(buf, BYTES(piece, len));
	return buf_ok(buf) ? 0 : -1;
}

enum rc
event_encode(const struct event *ev, struct buf *ret, struct err *e)
{
	AUTO_BUF struct buf line = BUF_INIT(EVENT_MAX);
	json_t *root = object_of(ev);
	int failed = json_dump_callback(root, append, &line, JSON_COMPACT);

	json_decref(root);
	buf_chr(&line, '\n');
	if (failed != 0 || !buf_ok(&line))
		return err_set(e, RC_FORMAT, "an entry too long for the log");
	buf_add(ret, buf_bytes(&line));
	return RC_OK;
}

static const char *
kept(const json_t *value, struct pool *p)
{
	const char *s = json_string_value(value);

	return s != NULL ? pool_add(p, BYTES_STR(s)) : NULL;
}

static enum rc
read_object(
    const json_t *root, struct pool *p, struct event *ret, struct err *e)
{
	const json_t *touched = json_object_get(root, "touched");
	const char *when = json_string_value(json_object_get(root, "time"));
	enum rc rc;

	if (when == NULL)
		return err_set(e, RC_FORMAT, "an entry without its time");
	rc = clock_parse_iso(BYTES_STR(when), &ret->time, e);
	ret->program = kept(json_object_get(root, "program"), p);
	ret->pid = json_integer_value(json_object_get(root, "pid"));
	for (size_t i = 0; i < NSTRINGS; i++)
		*member(ret, i) =
		    kept(json_object_get(root, strings[i].name), p);
	for (size_t i = 0; i < json_array_size(touched); i++) {
		const char *s = kept(json_array_get(touched, i), p);

		if (s != NULL && ret->ntouched < EVENT_TOUCHES)
			ret->touched[ret->ntouched++] = s;
	}
	if (rc == RC_OK && (ret->action == NULL || ret->outcome == NULL))
		return err_set(e, RC_FORMAT, "an entry that says not what");
	return rc;
}

enum rc
event_decode(
    struct bytes line, struct pool *p, struct event *ret, struct err *e)
{
	json_error_t where;
	json_t *root = json_loadb((const char *)line.p, line.len, 0, &where);
	enum rc rc;

	*ret = (struct event){ 0 };
	if (root == NULL)
		return err_set(e, RC_FORMAT, "a line of the log is not JSON");
	rc = read_object(root, p, ret, e);
	json_decref(root);
	return rc;
}

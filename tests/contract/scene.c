/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/scene.h"

#include "signer/base/mem.h"
#include "tests/check.h"

void
scene_init(struct scene *s, const struct contract *c)
{
	*s = (struct scene){ .c = c, .person = { .pin = c->pin } };
	s->ask = person_ask(&s->person);
}

/* The URI of a key on the token, or of the token where label is NULL. */
static char *
uri_of(const struct contract *c, const char *label)
{
	AUTO_BUF struct buf b = BUF_INIT(4096);

	buf_str(&b, c->before);
	if (label != NULL)
		buf_str(&b, c->joint != NULL ? c->joint : ";object=");
	buf_str(&b, label != NULL ? label : "");
	buf_str(&b, c->after);
	return mem_str(buf_cstr(&b));
}

struct token *
scene_open(struct scene *s, const char *uri)
{
	struct token *t = NULL;
	enum rc rc = s->c->ops->open(uri, &s->ask, &t, &s->e);

	if (rc != RC_OK)
		(void)fprintf(stderr, "open %s: %s\n", uri, s->e.msg);
	CHECK_EQ(rc, RC_OK);
	CHECK(t != NULL);
	return t;
}

struct token *
scene_open_label(struct scene *s, const char *label)
{
	AUTO_MEM char *uri = uri_of(s->c, label);

	return scene_open(s, uri);
}

enum rc
scene_mac(struct scene *s, struct token *t, enum mac alg, struct bytes msg,
    struct secret *ret)
{
	return s->c->ops->mac(t, alg, &msg, 1, ret, &s->e);
}

enum rc
scene_import(struct scene *s, const char *label, enum mac alg,
    struct bytes value, char **uri)
{
	const struct token_import what = {
		.label = label,
		.mac = alg,
		.value = value,
		.pin = s->c->each,
	};
	struct token *t = scene_open_label(s, NULL);
	enum rc rc = s->c->ops->import(t, &what, uri, &s->e);

	s->c->ops->close(t);
	return rc;
}

void
scene_import_ok(
    struct scene *s, const char *label, enum mac alg, struct bytes value)
{
	AUTO_MEM char *uri = NULL;
	enum rc rc = scene_import(s, label, alg, value, &uri);

	if (rc != RC_OK)
		(void)fprintf(stderr, "import: %s\n", s->e.msg);
	CHECK_EQ(rc, RC_OK);
	CHECK(uri != NULL);
}

enum rc
scene_remove(struct scene *s, const char *label)
{
	struct token *t = scene_open_label(s, label);
	enum rc rc = s->c->ops->remove(t, &s->e);

	s->c->ops->close(t);
	return rc;
}

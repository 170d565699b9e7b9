/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/xml.h"

#include <expat.h>
#include <limits.h>

#include "signer/base/mem.h"
#include "signer/base/pool.h"
#include "signer/base/wiped.h"

enum {
	MAX_PATH = 1024,
	MAX_TEXT = 256 * 1024, /* of one leaf */
	MAX_DOCUMENT = 2 * 1024 * 1024,
};

struct leaf {
	const char *path;
	char *text;
};

struct xml {
	struct pool strings;
	const char *root;
	struct leaf leaves[XML_MAX_LEAVES];
	size_t n;
};

/* What the handlers need beside the document. */
struct reading {
	XML_Parser parser;
	struct xml *xml;
	struct buf path, text;
	size_t depth;
	/* Of the open elements: the path above them, and the members so far. */
	size_t above[XML_MAX_DEPTH + 1];
	unsigned int members[XML_MAX_DEPTH + 1];
	size_t total;      /* bytes of paths and texts kept so far */
	bool closed;       /* the last tag was an end: not a leaf above it */
	const char *wrong; /* why the parser was stopped */
};

void
xml_free(struct xml *x)
{
	if (x != NULL)
		pool_done(&x->strings);
	mem_free(x);
}

void
xml_freep(struct xml **x)
{
	xml_free(*x);
}

static void
stop(struct reading *r, const char *why)
{
	if (r->wrong == NULL)
		r->wrong = why;
	(void)XML_StopParser(r->parser, XML_FALSE);
}

static void
enter(struct reading *r, const char *name)
{
	r->above[r->depth] = r->path.len;
	r->members[r->depth + 1] = 0;
	if (r->path.len > 0)
		buf_chr(&r->path, '.');
	buf_str(&r->path, name);
	/* What would be one name for all items of a list. */
	if (strcmp(name, "member") == 0)
		buf_fmt(&r->path, ".%u", ++r->members[r->depth]);
}

static void XMLCALL
on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *r = ctx;

	(void)attributes;
	r->closed = false;
	buf_clear(&r->text);
	if (r->depth == 0) {
		r->xml->root = pool_add(&r->xml->strings, BYTES_STR(name));
		r->depth++;
		return;
	}
	if (r->depth < XML_MAX_DEPTH)
		enter(r, name);
	if (++r->depth > XML_MAX_DEPTH || !buf_ok(&r->path))
		stop(r, "it is nested too deep");
}

static void
keep_leaf(struct reading *r)
{
	struct xml *x = r->xml;

	r->total += r->path.len + r->text.len;
	if (x->n == XML_MAX_LEAVES || !buf_ok(&r->text) ||
	    r->total > XML_MAX_BYTES) {
		stop(r, "there is too much of it");
		return;
	}
	x->leaves[x->n++] = (struct leaf){
		pool_add(&x->strings, buf_bytes(&r->path)),
		pool_add(&x->strings, buf_bytes(&r->text)),
	};
}

static void XMLCALL
on_end(void *ctx, const XML_Char *name)
{
	struct reading *r = ctx;

	(void)name;
	r->depth--;
	/* After a stop expat may still end an empty element: <a/>. */
	if (r->wrong != NULL || r->depth == 0)
		return;
	if (!r->closed)
		keep_leaf(r);
	r->closed = true;
	r->path.len = r->above[r->depth];
}

static void XMLCALL
on_text(void *ctx, const XML_Char *s, int len)
{
	struct reading *r = ctx;

	if (!r->closed && r->depth > 1 && len > 0)
		buf_add(&r->text, BYTES(s, (size_t)len));
}

static void XMLCALL
on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_internal)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal;
	stop(ctx, "it has a document type, which answers of AWS never do");
}

static void
reading_done(struct reading *r)
{
	XML_ParserFree(r->parser); /* accepts NULL */
	xml_free(r->xml);
	buf_done(&r->path);
	buf_done(&r->text);
}

static enum rc
explain(const struct reading *r, struct err *e)
{
	enum XML_Error code = XML_GetErrorCode(r->parser);

	if (r->wrong != NULL)
		return err_set(e, RC_FORMAT, "%s", r->wrong);
	if (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
	    code == XML_ERROR_PARTIAL_CHAR)
		return err_set(e, RC_FORMAT, "it is cut off");
	return err_set(e, RC_FORMAT, "it is not XML: line %lu: %s",
	    (unsigned long)XML_GetCurrentLineNumber(r->parser),
	    XML_ErrorString(code));
}

static enum rc
read_all(struct reading *r, struct bytes text, struct err *e)
{
	if (text.len > MAX_DOCUMENT)
		return err_set(e, RC_FORMAT, "there is too much of it");
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	if (XML_Parse(r->parser, (const char *)text.p, (int)text.len,
		XML_TRUE) != XML_STATUS_OK)
		return explain(r, e);
	return RC_OK;
}

enum rc
xml_parse(struct bytes text, struct xml **ret, struct err *e)
{
	static const XML_Memory_Handling_Suite memory = { wiped_malloc,
		wiped_realloc, wiped_free };
	AUTO(reading_done)
	struct reading r = {
		.parser = XML_ParserCreate_MM(NULL, &memory, NULL),
		.xml = mem_new(1, sizeof(struct xml)),
		.path = BUF_INIT(MAX_PATH),
		.text = BUF_INIT(MAX_TEXT),
	};
	enum rc rc;

	if (r.parser == NULL)
		return err_set(e, RC_SYS, "cannot start the XML parser");
	rc = read_all(&r, text, e);
	if (rc == RC_OK)
		*ret = TAKE(r.xml);
	return rc;
}

const char *
xml_root(const struct xml *x)
{
	return x->root;
}

const char *
xml_get(const struct xml *x, const char *path)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->leaves[i].path, path) == 0)
			return x->leaves[i].text;
	return NULL;
}

const char *
xml_path(const struct xml *x, size_t i)
{
	return i < x->n ? x->leaves[i].path : NULL;
}

const char *
xml_text(const struct xml *x, size_t i)
{
	return i < x->n ? x->leaves[i].text : NULL;
}

void
xml_wipe(struct xml *x, size_t i)
{
	if (i < x->n)
		explicit_bzero(x->leaves[i].text, strlen(x->leaves[i].text));
}

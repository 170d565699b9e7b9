/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/answer.h"

#include <strings.h>

static bool
starts_with(struct bytes s, const char *head)
{
	size_t n = strlen(head);

	return s.len >= n && strncasecmp((const char *)s.p, head, n) == 0;
}

static bool
ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n > m && strcmp(s + n - m, tail) == 0;
}

static struct bytes
skip_blanks(struct bytes s)
{
	if (starts_with(s, "\xef\xbb\xbf")) /* a byte order mark */
		s = BYTES(s.p + 3, s.len - 3);
	while (s.len > 0 && (s.p[0] == ' ' || (s.p[0] >= 9 && s.p[0] <= 13)))
		s = BYTES(s.p + 1, s.len - 1);
	return s;
}

/* For the person: what stands there instead of an answer. */
static const char *
looks_like(struct bytes body)
{
	struct bytes s = skip_blanks(body);

	if (s.len == 0)
		return "nothing";
	if (starts_with(s, "<!doctype html") || starts_with(s, "<html") ||
	    starts_with(s, "<head"))
		return "an HTML page";
	if (s.p[0] == '{' || s.p[0] == '[')
		return "JSON";
	return s.p[0] == '<' ? NULL : "something that is not XML";
}

static enum rc
not_ours(int64_t status, const char *what, struct err *e)
{
	return err_set(e, RC_FORMAT,
	    "the answer (HTTP %lld) is %s and none of AWS: a proxy, a login "
	    "page of the network or a wrong endpoint_url may have given it; "
	    "open a web page, check HTTPS_PROXY and endpoint_url, and try "
	    "again",
	    (long long)status, what);
}

static const char *
first_of(const struct xml *x, const char *const *paths, size_t n)
{
	const char *ret = NULL;

	for (size_t i = 0; ret == NULL && i < n; i++)
		ret = xml_get(x, paths[i]);
	return ret;
}

#define FIRST_OF(x, list) first_of(x, list, sizeof(list) / sizeof((list)[0]))

/* The children of <Error>, wherever that stands. */
static void
read_error(struct answer *a)
{
	static const char *const codes[] = { "Error.Code", "Errors.Error.Code",
		"Code" };
	static const char *const messages[] = { "Error.Message",
		"Errors.Error.Message", "Message", "Error.message", "message" };
	const char *root = xml_root(a->xml);

	a->code = FIRST_OF(a->xml, codes);
	if (a->code == NULL && ends_with(root, "Exception"))
		a->code = root;
	if (a->code != NULL)
		a->message = FIRST_OF(a->xml, messages);
}

/* "GetSessionToken" of the root <GetSessionTokenResponse>; 0: it is none. */
static size_t
action_len(const struct answer *a)
{
	static const char tail[] = "Response";
	const char *root = xml_root(a->xml);

	return ends_with(root, tail) ? strlen(root) + 1 - sizeof(tail) : 0;
}

/* Where the path of a value goes on below <XResult>; NULL: not below it. */
static const char *
below_result(const struct answer *a, const char *path)
{
	static const char result[] = "Result.";
	size_t n = action_len(a);

	if (n == 0 || strncmp(path, xml_root(a->xml), n) != 0 ||
	    strncmp(path + n, result, sizeof(result) - 1) != 0)
		return NULL;
	return path + n + sizeof(result) - 1;
}

static bool
is_of(const struct answer *a, const char *action)
{
	size_t n = action_len(a);

	return strlen(action) == n && memcmp(action, xml_root(a->xml), n) == 0;
}

/* Of these IAM says no more than that they are done. */
static bool
needs_no_result(const struct answer *a)
{
	static const char *const actions[] = { "DeactivateMFADevice",
		"DeleteVirtualMFADevice", "EnableMFADevice",
		"ResyncMFADevice" };

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (is_of(a, actions[i]))
			return true;
	return false;
}

static bool
has_result(const struct answer *a, const char *action)
{
	if (action != NULL && !is_of(a, action))
		return false;
	if (needs_no_result(a))
		return true;
	for (size_t i = 0; xml_path(a->xml, i) != NULL; i++)
		if (below_result(a, xml_path(a->xml, i)) != NULL)
			return true;
	return false;
}

static enum rc
judge(struct answer *a, const char *action, struct err *e)
{
	static const char *const ids[] = { "ResponseMetadata.RequestId",
		"RequestId", "RequestID", "Error.RequestId" };

	a->request_id = FIRST_OF(a->xml, ids);
	if (a->status >= 200 && a->status < 300 && has_result(a, action))
		return RC_OK;
	read_error(a);
	if (a->code != NULL)
		return RC_OK;
	return not_ours(a->status, "XML of another kind", e);
}

static enum rc
read_body(
    struct answer *a, struct bytes body, const char *action, struct err *e)
{
	const char *what = looks_like(body);

	if (what != NULL)
		return not_ours(a->status, what, e);
	if (xml_parse(body, &a->xml, e) != RC_OK)
		return err_in(e, RC_FORMAT,
		    "the answer (HTTP %lld) cannot be read; try again, and "
		    "check endpoint_url if that does not help",
		    (long long)a->status);
	return judge(a, action, e);
}

enum rc
answer_read(int64_t status, struct bytes body, const char *action,
    struct answer *ret, struct err *e)
{
	AUTO_ANSWER struct answer a = { .status = status };
	enum rc rc = read_body(&a, body, action, e);

	if (rc != RC_OK && status != 429 && status < 500)
		return rc;
	*ret = a;
	a.xml = NULL;
	return RC_OK;
}

void
answer_done(struct answer *a)
{
	xml_free(a->xml);
	*a = (struct answer){ 0 };
}

/* The names of what is worth stealing for longer than a session lasts. */
static const struct hidden {
	const char *name;
	bool sealed; /* or dropped: it shows another one */
} hidden[] = {
	{ "Base32StringSeed", true },
	{ "QRCodePNG", false },
	{ "SecretAccessKey", true },
};

/* Wherever on the path it is, however it is spelt; NULL: it may be shown. */
static const struct hidden *
hidden_by(const char *path)
{
	/* Of a session, which the conductor keeps. */
	if (strcmp(path, "Credentials.SecretAccessKey") == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (strcasestr(path, hidden[i].name) != NULL)
			return &hidden[i];
	return NULL;
}

void
answer_take_secret(struct answer *a, struct secret *ret)
{
	if (a->xml == NULL)
		return;
	for (size_t i = 0; xml_path(a->xml, i) != NULL; i++) {
		const char *name = below_result(a, xml_path(a->xml, i));
		const struct hidden *h = name != NULL ? hidden_by(name) : NULL;
		const char *text = xml_text(a->xml, i);

		if (h == NULL)
			continue;
		if (h->sealed && ret->p == NULL && text[0] != '\0')
			secret_set(ret, BYTES_STR(text));
		xml_wipe(a->xml, i);
	}
}

void
answer_values(const struct answer *a,
    void (*each)(void *ctx, const char *name, const char *value), void *ctx)
{
	if (a->xml == NULL || a->code != NULL)
		return;
	for (size_t i = 0; xml_path(a->xml, i) != NULL; i++) {
		const char *name = below_result(a, xml_path(a->xml, i));

		if (name != NULL && hidden_by(name) == NULL)
			each(ctx, name, xml_text(a->xml, i));
	}
}

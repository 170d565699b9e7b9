/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/entry.h"

#include "signer/aws/sts.h"
#include "signer/aws/text.h"

enum { SEALED_NAME_MAX = 40 };

/* AKIA… or arn:…; anything else before a = is part of a URI. */
static bool
is_id(struct bytes s)
{
	struct err ignored;

	/* A URI is known by its colon: no sentence is made up about it. */
	return text_begins_fold(s, "arn:") ||
	       (memchr(s.p, ':', s.len) == NULL &&
		   sts_check_access_key_id(s, &ignored) == RC_OK);
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
cut(struct bytes *s, size_t n)
{
	*s = BYTES(s->p + n, s->len - n);
}

/* The entry at the front of *rest, which is then past it. */
static struct entry
next(struct bytes *rest)
{
	struct entry ret = { .what = *rest };
	const uint8_t *eq;
	size_t n = 0;

	while (n < rest->len && !is_space(rest->p[n]))
		n++;
	eq = memchr(rest->p, '=', n);
	if (eq != NULL && is_id(BYTES(rest->p, (size_t)(eq - rest->p)))) {
		ret.id = BYTES(rest->p, (size_t)(eq - rest->p));
		cut(&ret.what, ret.id.len + 1);
	}
	if (text_begins_fold(ret.what, "command:"))
		n = rest->len;
	else
		ret.what.len -= rest->len - n;
	cut(rest, n);
	return ret;
}

bool
entry_split(struct bytes line, struct entry_list *ret)
{
	ret->n = 0;
	for (;;) {
		while (line.len > 0 && is_space(line.p[0]))
			cut(&line, 1);
		if (line.len == 0)
			return true;
		if (ret->n == ENTRY_MAX)
			return false;
		ret->at[ret->n++] = next(&line);
	}
}

/* Whether the URI has the attribute in its path or its query. */
static bool
has_attribute(struct bytes uri, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 1; i + n <= uri.len; i++)
		if (text_eq_fold(BYTES(uri.p + i, n), BYTES_STR(name)) &&
		    strchr("?&;:", uri.p[i - 1]) != NULL)
			return true;
	return false;
}

static enum rc
check_pkcs11(struct bytes uri, struct err *e)
{
	if (uri.len > strlen("pkcs11:"))
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "the URI names no token: write one as `stskey key list` "
	    "prints it, pkcs11:token=…;object=…");
}

/* Whether each part of s, split at sep, is one of NAME= and a value, or whole. */
static bool
are_parts(struct bytes s, char sep, const char *const *names, size_t n)
{
	while (s.len > 0) {
		const uint8_t *end = memchr(s.p, sep, s.len);
		struct bytes part =
		    BYTES(s.p, end != NULL ? (size_t)(end - s.p) : s.len);
		bool known = false;

		for (size_t i = 0; i < n; i++)
			known |= text_begins_fold(part, names[i]) &&
			         (part.len > strlen(names[i])) ==
			             (strchr(names[i], '=')[1] == '\0');
		if (!known)
			return false;
		cut(&s, part.len + (end != NULL ? 1 : 0));
	}
	return true;
}

/* oath:serial=…;name=…?touch=no&pin-source=… */
static enum rc
check_oath(struct bytes uri, struct err *e)
{
	static const char *const path[] = { "serial=", "name=" };
	static const char *const query[] = { "touch=no", "pin-source=" };
	struct bytes parts = uri, more = BYTES(uri.p, 0);
	const uint8_t *mark;

	cut(&parts, strlen("oath:"));
	mark = parts.len > 0 ? memchr(parts.p, '?', parts.len) : NULL;
	if (mark != NULL) {
		more = parts;
		parts.len = (size_t)(mark - parts.p);
		cut(&more, parts.len + 1);
	}
	if (has_attribute(uri, "name=") && are_parts(parts, ';', path, 2) &&
	    are_parts(more, '&', query, 2))
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "an entry of an OATH key is written oath:serial=…;name=…, and "
	    "after that ?touch=no or pin-source=… if need be: write it as "
	    "`stskey key list --to oath:` prints it");
}

static bool
is_sealed_name(struct bytes s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '\0' || strchr(allowed, s.p[i]) == NULL)
			return false;
	/* It is the name of a file, and one that is not hidden. */
	return s.len > 0 && s.len <= SEALED_NAME_MAX && s.p[0] != '.';
}

enum rc
entry_check_sealed(struct bytes name, struct err *e)
{
	if (is_sealed_name(name))
		return RC_OK;
	return err_set(e, RC_USAGE,
	    "the name of a sealed secret is up to %d letters, digits and - _ "
	    "., "
	    "such as desk-key: give one with --name",
	    SEALED_NAME_MAX);
}

static enum rc
check_sealed(struct bytes uri, struct err *e)
{
	static const char source[] = "pin-source=";
	struct bytes name = uri, query = { 0 };
	const uint8_t *mark;

	cut(&name, strlen("sealed:"));
	mark = name.len > 0 ? memchr(name.p, '?', name.len) : NULL;
	if (mark != NULL) {
		query = name;
		name.len = (size_t)(mark - name.p);
		cut(&query, name.len + 1);
	}
	if (!is_sealed_name(name))
		return err_set(e, RC_CONFIG,
		    "the name after sealed: is 1 to %d letters, digits and "
		    "- _ .: write it as `stskey key list` prints it",
		    SEALED_NAME_MAX);
	if (mark == NULL ||
	    (text_begins_fold(query, source) && query.len > strlen(source) &&
		memchr(query.p, '&', query.len) == NULL))
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "a sealed: URI takes ?pin-source=… and nothing else after its "
	    "name: take the rest out");
}

static enum rc
check_uri(struct bytes uri, struct err *e)
{
	if (!has_attribute(uri, "pin-value=")) {
		if (text_begins_fold(uri, "oath:"))
			return check_oath(uri, e);
		return text_begins_fold(uri, "pkcs11:") ? check_pkcs11(uri, e)
		                                        : check_sealed(uri, e);
	}
	return err_set(e, RC_CONFIG,
	    "the URI holds a PIN: put it in a file that only you can read and "
	    "write pin-source=file:/path/of/it where pin-value stands, or "
	    "leave it out and be asked; then change the PIN");
}

static bool
is_hardware(struct bytes what)
{
	return text_begins_fold(what, "pkcs11:") ||
	       text_begins_fold(what, "sealed:") ||
	       text_begins_fold(what, "oath:");
}

static enum rc
check_key(struct bytes what, struct err *e)
{
	if (is_hardware(what))
		return check_uri(what, e);
	return err_set(e, RC_CONFIG,
	    "the key is named by a URI that begins with pkcs11:, oath: or "
	    "sealed: and `stskey key list` prints it");
}

static enum rc
check_mfa(struct bytes what, struct err *e)
{
	if (is_hardware(what))
		return check_uri(what, e);
	if (bytes_is(what, "prompt") || (text_begins_fold(what, "command:") &&
					    what.len > strlen("command:")))
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "codes come from a pkcs11:, oath: or sealed: URI, from prompt or "
	    "from command:CMD: write one of these");
}

enum rc
entry_check_device(struct bytes id, struct err *e)
{
	if (id.len >= 4 && memcmp(id.p, "arn:", 4) == 0)
		return sts_check_serial(id, e);
	return err_set(e, RC_CONFIG,
	    "an MFA device is named by its ARN: write "
	    "arn:aws:iam::ACCOUNT:mfa/NAME= before each entry, and a space "
	    "inside a URI as %%20");
}

/* The entry i of several. */
static enum rc
check_device(const struct entry_list *list, size_t i, struct err *e)
{
	enum rc rc = entry_check_device(list->at[i].id, e);

	for (size_t k = 0; k < i && rc == RC_OK; k++)
		if (bytes_eq(list->at[k].id, list->at[i].id))
			rc = err_set(e, RC_CONFIG,
			    "entry %zu is for the same device as entry %zu: "
			    "keep one of them",
			    i + 1, k + 1);
	return rc;
}

static enum rc
check_list(const struct entry_list *list, struct err *e)
{
	enum rc rc = RC_OK;

	if (list->n == 0)
		return check_mfa(BYTES(NULL, 0), e);
	for (size_t i = 0; list->n > 1 && i < list->n && rc == RC_OK; i++)
		rc = check_device(list, i, e);
	for (size_t i = 0; i < list->n && rc == RC_OK; i++)
		rc = check_mfa(list->at[i].what, e);
	return rc;
}

enum rc
entry_key(const struct setting *s, struct entry *ret, struct err *e)
{
	struct entry_list list;
	enum rc rc = setting_check_text(s, e);

	if (rc != RC_OK)
		return rc;
	if (!entry_split(BYTES_STR(s->value), &list) || list.n > 1)
		rc = err_set(e, RC_CONFIG,
		    "this version of stskey takes one entry here: keep one, "
		    "and write a space inside a URI as %%20");
	else
		rc =
		    check_key(list.n > 0 ? list.at[0].what : BYTES(NULL, 0), e);
	if (rc != RC_OK)
		return setting_wrong(s, rc, e);
	*ret = list.at[0];
	return RC_OK;
}

enum rc
entry_mfa(const struct setting *s, struct entry_list *ret, struct err *e)
{
	struct entry_list list;
	enum rc rc = setting_check_text(s, e);

	if (rc != RC_OK)
		return rc;
	if (!entry_split(BYTES_STR(s->value), &list))
		rc = err_set(e, RC_CONFIG,
		    "a user has %d MFA devices at most: keep so many entries, "
		    "and write a space inside a URI as %%20",
		    ENTRY_MAX);
	else
		rc = check_list(&list, e);
	if (rc != RC_OK)
		return setting_wrong(s, rc, e);
	*ret = list;
	return RC_OK;
}

bool
entry_is_hardware(const char *what)
{
	return is_hardware(BYTES_STR(what));
}

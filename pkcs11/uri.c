/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/uri.h"

#include <string.h>

#include "signer/base/late.h"
#include "signer/base/mem.h"

/* p11-kit. */
static struct {
	typeof(p11_kit_uri_any_unrecognized) *any_unrecognized;
	typeof(p11_kit_uri_free) *free;
	typeof(p11_kit_uri_get_attribute) *get_attribute;
	typeof(p11_kit_uri_get_module_name) *get_module_name;
	typeof(p11_kit_uri_get_module_path) *get_module_path;
	typeof(p11_kit_uri_get_pin_source) *get_pin_source;
	typeof(p11_kit_uri_get_token_info) *get_token_info;
	typeof(p11_kit_uri_match_token_info) *match_token_info;
	typeof(p11_kit_uri_message) *message;
	typeof(p11_kit_uri_new) *new;
	typeof(p11_kit_uri_parse) *parse;
} kit;

/* Attributes that are well-formed but must not decide what is opened. */
static const struct {
	const char *name, *why;
} refused[] = {
	{ "slot-id", "slot numbers change from start to start" },
	{ "slot-description", "slots are named differently on every machine" },
	{ "slot-manufacturer", "slots are named differently on every machine" },
	{ "library-description", "module-name= says which module is meant" },
	{ "library-manufacturer", "module-name= says which module is meant" },
	{ "library-version", "it changes with every update" },
};

enum { NREFUSED = sizeof(refused) / sizeof(refused[0]), MAX_NAMES = 32 };

static enum rc
check_name(struct bytes name, struct err *e)
{
	for (size_t i = 0; i < NREFUSED; i++)
		if (bytes_is(name, refused[i].name))
			return err_set(e, RC_CONFIG,
			    "leave '%s' out of the PKCS#11 URI (%s): token= "
			    "and serial= say which token is meant",
			    refused[i].name, refused[i].why);
	return RC_OK;
}

/* The next name=value of at, split at sep; false at the end. */
static bool
next_name(const char **at, char sep, struct bytes *ret)
{
	const char *end = strchrnul(*at, sep);
	const char *equals = memchr(*at, '=', (size_t)(end - *at));

	if (**at == '\0')
		return false;
	*ret = BYTES(*at, (size_t)((equals != NULL ? equals : end) - *at));
	*at = *end == '\0' ? end : end + 1;
	return true;
}

/* p11-kit takes the last of two equal names without a word. */
static enum rc
check_names(const char *list, char sep, struct err *e)
{
	struct bytes seen[MAX_NAMES], name;
	size_t n = 0;
	enum rc rc;

	while (next_name(&list, sep, &name)) {
		if ((rc = check_name(name, e)) != RC_OK)
			return rc;
		for (size_t i = 0; i < n; i++)
			if (bytes_eq(seen[i], name))
				return err_set(e, RC_CONFIG,
				    "the PKCS#11 URI has '%.*s' twice: keep "
				    "one of them",
				    (int)name.len, (const char *)name.p);
		if (n == MAX_NAMES)
			return err_set(e, RC_CONFIG,
			    "the PKCS#11 URI has too many attributes");
		seen[n++] = name;
	}
	return RC_OK;
}

static enum rc
check_characters(const char *text, struct err *e)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return err_set(e, RC_CONFIG,
			    "character %zu of the PKCS#11 URI must be written "
			    "percent-encoded (a space is %%20)",
			    (size_t)(p - text) + 1);
	if (strstr(text, "%00") != NULL)
		return err_set(
		    e, RC_CONFIG, "the PKCS#11 URI holds a zero byte (%%00)");
	return RC_OK;
}

static enum rc
check_text(const char *text, struct err *e)
{
	AUTO_MEM char *path = NULL;
	const char *query;
	enum rc rc;

	if (strncasecmp(text, "pkcs11:", 7) != 0)
		return err_set(e, RC_CONFIG,
		    "not a PKCS#11 URI: it would begin with 'pkcs11:'");
	/* First of all: nothing below may repeat the URI if a PIN is in it. */
	if (strcasestr(text, "pin-value") != NULL)
		return err_set(e, RC_CONFIG,
		    "a PIN in the PKCS#11 URI (pin-value) would be seen by "
		    "everyone who sees the URI: write "
		    "pin-source=file:/path/to/a/file/with/mode/0600 instead");
	if ((rc = check_characters(text, e)) != RC_OK)
		return rc;
	query = strchrnul(text, '?');
	path = mem_strn(text + 7, (size_t)(query - text) - 7);
	if ((rc = check_names(path, ';', e)) != RC_OK || *query == '\0')
		return rc;
	return check_names(query + 1, '&', e);
}

static bool
names_token(struct uri *u)
{
	const CK_TOKEN_INFO *info = kit.get_token_info(u->p11);

	/* p11-kit fills a field that was not named with zero bytes. */
	return info->label[0] != '\0' || info->serialNumber[0] != '\0' ||
	       info->model[0] != '\0' || info->manufacturerID[0] != '\0';
}

static enum rc
check_meaning(struct uri *u, struct err *e)
{
	const CK_ATTRIBUTE *class = uri_wants(u, CKA_CLASS);
	CK_OBJECT_CLASS is = CKO_SECRET_KEY;

	if (kit.any_unrecognized(u->p11))
		return err_set(e, RC_CONFIG,
		    "'%s' has an attribute that is unknown or too long "
		    "(RFC 7512 allows a label of 32 bytes and a serial of 16)",
		    u->text);
	if (!u->any && !names_token(u))
		return err_set(e, RC_CONFIG,
		    "'%s' would mean any token: write pkcs11:token=LABEL",
		    u->text);
	if (class != NULL && class->ulValueLen == sizeof(is))
		memcpy(&is, class->pValue, sizeof(is));
	if (is != CKO_SECRET_KEY)
		return err_set(e, RC_CONFIG,
		    "'%s' names an object of another kind: secrets are "
		    "type=secret-key",
		    u->text);
	return RC_OK;
}

static enum rc
parse(struct uri *u, struct err *e)
{
	int code;

	u->p11 = kit.new();
	code = kit.parse(u->text, P11_KIT_URI_FOR_ANY, u->p11);
	if (code != P11_KIT_URI_OK)
		return err_set(e, RC_CONFIG,
		    "'%s' is not a PKCS#11 URI (RFC 7512): %s", u->text,
		    kit.message(code));
	u->module_path = kit.get_module_path(u->p11);
	u->module_name = kit.get_module_name(u->p11);
	u->pin_source = kit.get_pin_source(u->p11);
	u->object =
	    uri_wants(u, CKA_LABEL) != NULL || uri_wants(u, CKA_ID) != NULL;
	return check_meaning(u, e);
}

static enum rc
load(struct err *e)
{
	static const struct late functions[] = {
		{ "p11_kit_uri_any_unrecognized", &kit.any_unrecognized },
		{ "p11_kit_uri_free", &kit.free },
		{ "p11_kit_uri_get_attribute", &kit.get_attribute },
		{ "p11_kit_uri_get_module_name", &kit.get_module_name },
		{ "p11_kit_uri_get_module_path", &kit.get_module_path },
		{ "p11_kit_uri_get_pin_source", &kit.get_pin_source },
		{ "p11_kit_uri_get_token_info", &kit.get_token_info },
		{ "p11_kit_uri_match_token_info", &kit.match_token_info },
		{ "p11_kit_uri_message", &kit.message },
		{ "p11_kit_uri_new", &kit.new },
		{ "p11_kit_uri_parse", &kit.parse },
	};

	return late_load("libp11-kit.so.0", functions,
	    sizeof(functions) / sizeof(functions[0]), e);
}

static enum rc
take(const char *text, bool any, struct uri *ret, struct err *e)
{
	struct uri u = { .any = any };
	enum rc rc;

	if ((rc = check_text(text, e)) != RC_OK || (rc = load(e)) != RC_OK)
		return rc;
	u.text = mem_str(text);
	if ((rc = parse(&u, e)) != RC_OK) {
		uri_done(&u);
		return rc;
	}
	*ret = u;
	return RC_OK;
}

enum rc
uri_parse(const char *text, struct uri *ret, struct err *e)
{
	return take(text, false, ret, e);
}

enum rc
uri_parse_any(const char *text, struct uri *ret, struct err *e)
{
	return take(text, true, ret, e);
}

bool
uri_matches(const struct uri *u, const CK_TOKEN_INFO *info)
{
	return kit.match_token_info(u->p11, info) == 1;
}

const CK_ATTRIBUTE *
uri_wants(const struct uri *u, CK_ATTRIBUTE_TYPE type)
{
	return kit.get_attribute(u->p11, type);
}

void
uri_done(struct uri *u)
{
	if (u->p11 != NULL)
		kit.free(u->p11);
	mem_free(u->text);
	*u = (struct uri){ 0 };
}

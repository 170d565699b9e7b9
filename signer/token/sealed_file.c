/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/sealed_file.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "signer/base/enc.h"
#include "signer/base/text.h"

enum { VERSION = 1, CLOSED_MAX = 1024 };

static const char kind[] = "fido2";

static void
json_freep(json_t **j)
{
	json_decref(*j);
}

enum rc
sealed_file_check_name(const char *name, struct err *e)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strlen(name);

	if (n > 0 && n <= SEALED_NAME && name[0] != '.' &&
	    strspn(name, fine) == n)
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "the name of a sealed secret is up to %d letters, digits, '-', '_' "
	    "and '.', such as desk-key: give one with --name",
	    SEALED_NAME);
}

static const char *
mac_word(enum mac mac)
{
	return mac == MAC_HMAC_SHA1 ? "HMAC-SHA1" : "HMAC-SHA256";
}

static bool
read_mac(const char *word, enum mac *ret)
{
	*ret = strcmp(word, mac_word(MAC_HMAC_SHA1)) == 0 ? MAC_HMAC_SHA1
	                                                  : MAC_HMAC_SHA256;
	return strcmp(word, mac_word(*ret)) == 0;
}

static bool
unhex(const char *hex, uint8_t *ret, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(hex) != 2 * n)
		return false;
	for (size_t i = 0; i < 2 * n; i++) {
		const char *d = strchr(digits, hex[i]);

		if (d == NULL)
			return false;
		ret[i / 2] = (uint8_t)(ret[i / 2] << 4 | (d - digits));
	}
	return true;
}

/* Base64 of least to most bytes. */
static bool
unbase64(const char *text, size_t least, size_t most, struct buf *ret)
{
	struct err ignored;

	*ret = BUF_INIT(most);
	return enc_unbase64(ret, BYTES_STR(text), &ignored) == RC_OK &&
	       buf_ok(ret) && ret->len >= least;
}

static bool
copy(char *ret, size_t size, const char *s)
{
	int n = snprintf(ret, size, "%s", s);

	return n >= 0 && (size_t)n < size;
}

/* So that what is bound to a secret can be read in one way only. */
static bool
is_one_line(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ')
			return false;
	return true;
}

static bool
read_entry(json_t *j, struct sealed_entry *ret)
{
	const char *what, *id, *salt, *model, *device, *closed;
	AUTO_BUF struct buf salt_bytes = { 0 };
	int pin = 0;

	if (json_unpack(j, "{s:s, s:s, s:s, s:s, s:b, s:s, s:s !}", "kind",
		&what, "credential_id", &id, "salt", &salt, "aaguid", &model,
		"user_verification", &pin, "device", &device, "closed",
		&closed) != 0 ||
	    strcmp(what, kind) != 0 ||
	    !unbase64(id, 1, SEAL_ID_MAX, &ret->seal.id) ||
	    !unbase64(salt, SEAL_SALT, SEAL_SALT, &salt_bytes) ||
	    !unbase64(closed, 1, CLOSED_MAX, &ret->closed) ||
	    !unhex(model, ret->seal.model, SEAL_MODEL) ||
	    !copy(ret->seal.device, sizeof(ret->seal.device), device))
		return false;
	memcpy(ret->seal.salt, salt_bytes.p, SEAL_SALT);
	text_printable(ret->seal.device);
	ret->seal.pin = pin != 0;
	return true;
}

static bool
read_all(json_t *root, struct sealed_file *ret)
{
	const char *what, *name, *mac, *id = "";
	json_t *seals;
	int version = 0;

	if (json_unpack(root, "{s:s, s:i, s:s, s:s, s?s, s:o !}", "stskey",
		&what, "version", &version, "name", &name, "for", &mac, "id",
		&id, "seals", &seals) != 0 ||
	    strcmp(what, "sealed") != 0 || version != VERSION ||
	    !copy(ret->name, sizeof(ret->name), name) ||
	    !read_mac(mac, &ret->mac) || !copy(ret->id, sizeof(ret->id), id) ||
	    !is_one_line(id) || !json_is_array(seals) ||
	    json_array_size(seals) == 0 ||
	    json_array_size(seals) > SEALED_SEALS)
		return false;
	for (; ret->n < json_array_size(seals); ret->n++)
		if (!read_entry(
			json_array_get(seals, ret->n), &ret->at[ret->n]))
			return false;
	return true;
}

/* Of a version that may have other members: only the number is looked at. */
static bool
is_later(json_t *root)
{
	json_t *version = json_object_get(root, "version");

	return json_is_integer(version) &&
	       json_integer_value(version) > VERSION;
}

enum rc
sealed_file_parse(
    struct bytes json, const char *name, struct sealed_file *ret, struct err *e)
{
	json_error_t unused;
	AUTO(json_freep)
	json_t *root = json_loadb(
	    (const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &unused);

	*ret = (struct sealed_file){ 0 };
	if (root != NULL && read_all(root, ret)) {
		if (strcmp(ret->name, name) == 0)
			return RC_OK;
		return err_set(e, RC_FORMAT,
		    "it was made with the name '%.40s', which is bound to it: "
		    "give the file that name again",
		    sealed_file_check_name(ret->name, e) == RC_OK
			? ret->name
			: "of another kind");
	}
	if (root != NULL && is_later(root))
		return err_set(e, RC_FORMAT,
		    "it was made by a later version of stskey: install that "
		    "one here as well");
	return err_set(e, RC_FORMAT,
	    "it is damaged, or no sealed file at all: copy it anew from where "
	    "it came from, or enrol again");
}

static json_t *
entry_json(const struct sealed_entry *entry)
{
	AUTO_BUF struct buf id = BUF_INIT((size_t)2 * SEAL_ID_MAX);
	AUTO_BUF struct buf salt = BUF_INIT(64);
	AUTO_BUF struct buf model = BUF_INIT(64);
	AUTO_BUF struct buf closed = BUF_INIT((size_t)2 * CLOSED_MAX);

	enc_base64(&id, buf_bytes(&entry->seal.id));
	enc_base64(&salt, BYTES(entry->seal.salt, SEAL_SALT));
	buf_hex(&model, BYTES(entry->seal.model, SEAL_MODEL));
	enc_base64(&closed, buf_bytes(&entry->closed));
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "kind", kind,
	    "device", entry->seal.device, "aaguid", buf_cstr(&model),
	    "credential_id", buf_cstr(&id), "user_verification",
	    (int)entry->seal.pin, "salt", buf_cstr(&salt), "closed",
	    buf_cstr(&closed));
}

static int
append(const char *text, size_t len, void *buf)
{
	buf_add(buf, BYTES(text, len));
	return 0;
}

enum rc
sealed_file_format(const struct sealed_file *f, struct buf *ret, struct err *e)
{
	AUTO(json_freep) json_t *seals = json_array();
	AUTO(json_freep) json_t *root = NULL;

	for (size_t i = 0; i < f->n; i++)
		if (json_array_append_new(seals, entry_json(&f->at[i])) != 0)
			return err_set(
			    e, RC_FORMAT, "a name that is not UTF-8");
	root = json_pack("{s:s, s:i, s:s, s:s, s:s*, s:O}", "stskey", "sealed",
	    "version", VERSION, "name", f->name, "for", mac_word(f->mac), "id",
	    f->id[0] != '\0' ? f->id : NULL, "seals", seals);
	if (root == NULL ||
	    json_dump_callback(root, append, ret, JSON_INDENT(2)) != 0)
		return err_set(e, RC_FORMAT, "a name that is not UTF-8");
	buf_chr(ret, '\n');
	return buf_ok(ret)
	           ? RC_OK
	           : err_set(e, RC_FORMAT,
			 "a sealed file of more than %d bytes: use fewer keys",
			 SEALED_FILE_MAX);
}

void
sealed_file_beside(const struct sealed_file *f,
    const struct sealed_entry *entry, struct buf *ret)
{
	const struct seal *s = &entry->seal;

	buf_fmt(ret, "stskey sealed %d\nname %s\nfor %s\nid ", VERSION, f->name,
	    mac_word(f->mac));
	buf_str(ret, f->id);
	buf_fmt(ret, "\nkind %s\nuser_verification %s\naaguid ", kind,
	    s->pin ? "true" : "false");
	buf_hex(ret, BYTES(s->model, SEAL_MODEL));
	buf_str(ret, "\ndevice ");
	buf_str(ret, s->device);
	buf_str(ret, "\nsalt ");
	buf_hex(ret, BYTES(s->salt, SEAL_SALT));
	buf_str(ret, "\ncredential_id ");
	buf_hex(ret, buf_bytes(&s->id));
	buf_chr(ret, '\n');
}

void
sealed_file_done(struct sealed_file *f)
{
	for (size_t i = 0; i < SEALED_SEALS; i++) {
		seal_done(&f->at[i].seal);
		buf_done(&f->at[i].closed);
	}
	*f = (struct sealed_file){ 0 };
}

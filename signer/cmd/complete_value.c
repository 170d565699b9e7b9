/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <string.h>

#include "signer/aws/entry.h"
#include "signer/base/mem.h"
#include "signer/base/uri.h"
#include "signer/cmd/complete.h"
#include "signer/cmd/format.h"
#include "signer/cmd/world.h"
#include "signer/store/file.h"
#include "signer/store/path.h"

enum { MAX_URIS = 64 };

/* What the files say, read once a call. */
struct lore {
	struct offers *offers;
	struct world world;
	const char *uris[MAX_URIS]; /* of keys and seeds; text of the offers */
	size_t nuris;
};

typedef void source(struct lore *l, const char *words);

static source as_words, profiles, plain_profiles, regions, serials, key_ids,
    seals, objects, tokens, serials_of_cards, formats, files, nothing;

/*
 * Which values there are: the first row that fits counts, NULL fits all.
 * An option, or the word that --help has for a value, needs a row here.
 */
static const struct row {
	const char *verb, *option, *value;
	source *source;
	const char *words;
} rows[] = {
	{ NULL, "output", NULL, as_words, "text json" },
	{ NULL, "profile", NULL, profiles, NULL },
	{ "key import", "from-credentials", NULL, plain_profiles, NULL },
	{ "export", "format", NULL, formats, NULL },
	{ "export", "write", NULL, plain_profiles, NULL },
	{ NULL, "serial", NULL, serials_of_cards, NULL },
	{ "mfa copy", "name", NULL, seals, NULL },
	{ NULL, "name", NULL, nothing, NULL },
	{ NULL, "device-name", NULL, nothing, NULL },
	{ "mfa copy", "to", NULL, as_words, "fido:" },
	{ "key list", "to", NULL, tokens, "sealed: oath:" },
	{ NULL, "to", NULL, tokens, "fido: oath:" },
	{ "key adopt", NULL, "URI", tokens, NULL },
	{ NULL, NULL, "URI", objects, NULL },
	{ NULL, NULL, "OLD-URI", objects, NULL },
	{ NULL, NULL, "ARN", serials, NULL },
	{ NULL, NULL, "ID", key_ids, NULL },
	{ NULL, NULL, "REGION", regions, NULL },
	{ NULL, NULL, "TIME", as_words, "15m 1h 4h 8h 12h 1d" },
	{ NULL, NULL, "SOURCE", as_words,
	    "prompt file: command: fd: credential:" },
	{ NULL, NULL, "FILE", files, NULL },
	{ NULL, NULL, "TEXT", nothing, NULL },
};

static void
nothing([[maybe_unused]] struct lore *l, [[maybe_unused]] const char *words)
{
}

static void
files(struct lore *l, [[maybe_unused]] const char *words)
{
	offer_shells(l->offers, "files");
}

static void
as_words(struct lore *l, const char *words)
{
	offer_words(l->offers, words);
}

static void
formats(struct lore *l, [[maybe_unused]] const char *words)
{
	const char *name;

	for (size_t i = 0; (name = format_name(i)) != NULL; i++)
		offer(l->offers, name, NULL);
}

static const char *
text(struct lore *l, struct bytes s)
{
	return pool_add(&l->offers->strings, s);
}

/* The value of a key of a section, where it is one line; else NULL. */
static const char *
value_of(struct lore *l, const struct profile_section *s, const char *key)
{
	const struct profile_entry *v = profile_entry(&l->world.config, s, key);

	return v != NULL && v->value.len > 0 ? text(l, v->value) : NULL;
}

/* What a list is told apart by. */
static const char *
profile_help(struct lore *l, const struct profile_section *s)
{
	static const char *const keys[] = { "stskey_role_arn", "role_arn",
		"stskey_access_key_id" };
	const char *ret = NULL;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (ret == NULL)
			ret = value_of(l, s, keys[i]);
	return ret;
}

static void
profiles(struct lore *l, [[maybe_unused]] const char *words)
{
	const struct profile_file *f = &l->world.config;

	for (size_t i = 0; i < f->nsections; i++)
		offer(l->offers, text(l, profile_name(&f->sections[i])),
		    profile_help(l, &f->sections[i]));
}

/* Of the credentials file nothing but the names of its sections. */
static void
plain_profiles(struct lore *l, [[maybe_unused]] const char *words)
{
	AUTO_SECRET struct secret locked = { 0 };
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	AUTO_MEM char *path = NULL;
	struct err ignored;

	if (world_credentials(&f, &locked, &path, &ignored) != RC_OK)
		return;
	for (size_t i = 0; i < f.nsections; i++)
		offer(l->offers, text(l, f.sections[i].name), NULL);
}

static void
values(struct lore *l, const char *key)
{
	const struct profile_file *f = &l->world.config;

	for (size_t i = 0; i < f->nsections; i++) {
		const char *value = value_of(l, &f->sections[i], key);

		if (value != NULL)
			offer(l->offers, value,
			    text(l, profile_name(&f->sections[i])));
	}
}

static void
regions(struct lore *l, [[maybe_unused]] const char *words)
{
	values(l, "region");
}

static void
key_ids(struct lore *l, [[maybe_unused]] const char *words)
{
	values(l, "stskey_access_key_id");
}

/* Each of a profile's list: its ID, and what is on hardware. */
static void
take_list(struct lore *l, const char *line, bool ids)
{
	struct entry_list list;

	(void)entry_split(BYTES_STR(line), &list);
	for (size_t i = 0; i < list.n; i++) {
		const char *what = text(l, list.at[i].what);

		if (ids && list.at[i].id.len > 0)
			offer(l->offers, text(l, list.at[i].id), NULL);
		if (!ids && entry_is_hardware(what) && l->nuris < MAX_URIS)
			l->uris[l->nuris++] = what;
	}
}

static void
serials(struct lore *l, [[maybe_unused]] const char *words)
{
	const struct profile_file *f = &l->world.config;

	values(l, "mfa_serial");
	for (size_t i = 0; i < f->nsections; i++) {
		const char *mfa = value_of(l, &f->sections[i], "stskey_mfa");

		if (mfa != NULL)
			take_list(l, mfa, true);
	}
}

static void
gather_uris(struct lore *l)
{
	static const char *const keys[] = { "stskey_key", "stskey_mfa" };
	const struct profile_file *f = &l->world.config;

	for (size_t i = 0; i < 2 * f->nsections; i++) {
		const char *line =
		    value_of(l, &f->sections[i / 2], keys[i % 2]);

		if (line != NULL)
			take_list(l, line, false);
	}
}

static void
each_seal(struct lore *l, const char *scheme)
{
	AUTO_MEM char *data = NULL, *folder = NULL;
	struct err ignored;
	const struct dirent *entry;
	DIR *d;

	if (file_xdg(XDG_DATA, &data, &ignored) != RC_OK)
		return;
	folder = path_join(data, "sealed");
	d = opendir(folder);
	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL) {
		struct bytes name = BYTES_STR(entry->d_name);

		if (entry_check_sealed(name, &ignored) == RC_OK)
			offer(l->offers,
			    pool_fmt(&l->offers->strings, "%s%s", scheme,
				entry->d_name),
			    NULL);
	}
	(void)closedir(d);
}

static void
seals(struct lore *l, [[maybe_unused]] const char *words)
{
	each_seal(l, "");
}

static void
objects(struct lore *l, [[maybe_unused]] const char *words)
{
	gather_uris(l);
	for (size_t i = 0; i < l->nuris; i++)
		offer(l->offers, l->uris[i], NULL);
	each_seal(l, "sealed:");
}

static void
tokens(struct lore *l, const char *words)
{
	gather_uris(l);
	if (words != NULL)
		offer_words(l->offers, words);
	complete_tokens(l->offers, l->uris, l->nuris);
}

static void
serials_of_cards(struct lore *l, [[maybe_unused]] const char *words)
{
	complete_serials(l->offers);
}

static bool
fits(const struct row *r, const struct verb *v, const struct option *o)
{
	const char *value = o->kind == OPTION_PLACE ? o->name : o->value;

	return (r->verb == NULL || strcmp(r->verb, v->name) == 0) &&
	       (r->option == NULL || strcmp(r->option, o->name) == 0) &&
	       (r->value == NULL || strcmp(r->value, value) == 0);
}

void
complete_value(
    struct offers *o, const struct verb *v, const struct option *option)
{
	struct lore l = { .offers = o };
	struct err ignored;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!fits(&rows[i], v, option))
			continue;
		/* A file that cannot be read says nothing. */
		(void)!world_load(&l.world, &ignored);
		rows[i].source(&l, rows[i].words);
		world_done(&l.world);
		return;
	}
	offer_shells(o, "unknown");
}

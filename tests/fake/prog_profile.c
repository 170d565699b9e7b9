/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prog_profile: what aws/profile reads in files, as JSON, one line a file.
 * prog_profile --edit FILE SECTION KEY=VALUE|KEY…: the edited text.
 * The oracle of the test that calls it is botocore.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signer/aws/profile.h"
#include "signer/aws/profile_block.h"
#include "signer/base/mem.h"

enum { SETS_MAX = 16, TEXT_MAX = 2 * PROFILE_MAX };

static json_t *
string_of(struct bytes s)
{
	return json_stringn(s.len > 0 ? (const char *)s.p : "", s.len);
}

/* The key as configparser has it; the test's are lower case beyond ASCII. */
static char *
lower(struct bytes key)
{
	char *s = mem_strn(key.p, key.len);

	for (size_t i = 0; i < key.len; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			s[i] = (char)(s[i] + 32);
	return s;
}

static json_t *
value_of(const struct profile_entry *v)
{
	AUTO_BUF struct buf text = BUF_INIT(PROFILE_MAX);
	struct profile_block b = profile_block(v);
	struct bytes key, value;
	json_t *block;

	if (!v->nested) {
		profile_value(v, &text);
		return string_of(buf_bytes(&text));
	}
	block = json_object();
	while (profile_block_next(&b, &key, &value)) {
		AUTO_MEM char *name = mem_strn(key.p, key.len);

		(void)json_object_set_new(block, name, string_of(value));
	}
	return block;
}

static json_t *
section_of(const struct profile_file *f, const struct profile_section *s)
{
	json_t *ret = json_object();

	for (size_t i = 0; i < f->nentries; i++) {
		AUTO_MEM char *key = lower(f->entries[i].key);
		const struct profile_entry *v = profile_entry(f, s, key);

		if (v != NULL)
			(void)json_object_set_new(ret, key, value_of(v));
	}
	return ret;
}

static json_t *
file_of(const struct profile_file *f)
{
	json_t *ret = json_object(), *sections = json_object();
	json_t *profiles = json_object();

	for (size_t i = 0; i < f->nsections; i++) {
		const struct profile_section *s = &f->sections[i];
		AUTO_MEM char *name = mem_strn(s->name.p, s->name.len);
		struct bytes of = profile_name(s);
		AUTO_MEM char *profile = mem_strn(of.p, of.len);

		if (strcmp(name, "DEFAULT") != 0)
			(void)json_object_set_new(
			    sections, name, section_of(f, s));
		if (of.len > 0)
			(void)json_object_set_new(profiles, profile,
			    section_of(f, profile_find(f, profile, true)));
	}
	(void)json_object_set_new(ret, "sections", sections);
	(void)json_object_set_new(ret, "profiles", profiles);
	return ret;
}

static void
read_file(const char *path, struct buf *ret)
{
	FILE *in = fopen(path, "rb");
	char piece[1024];
	size_t n;

	if (in == NULL) {
		perror(path);
		exit(1);
	}
	buf_clear(ret);
	while ((n = fread(piece, 1, sizeof(piece), in)) > 0)
		buf_add(ret, BYTES(piece, n));
	(void)fclose(in);
}

static void
show(const char *path, struct bytes text)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	struct err e = { "" };
	json_t *out;

	if (profile_read(&f, path, text, &e) == RC_OK)
		out = file_of(&f);
	else
		out = json_pack("{s:s}", "error", e.msg);
	(void)json_dumpf(out, stdout, JSON_COMPACT);
	(void)fputc('\n', stdout);
	json_decref(out);
}

static int
edit(char **args, struct bytes text)
{
	AUTO_PROFILE struct profile_file f = PROFILE_FILE_INIT;
	AUTO_BUF struct buf ret = BUF_INIT(TEXT_MAX);
	struct profile_set sets[SETS_MAX];
	struct err e = { "" };
	enum rc rc = profile_read(&f, args[0], text, &e);
	size_t n = 0;

	for (char **arg = args + 2; *arg != NULL && n < SETS_MAX; arg++) {
		char *eq = strchr(*arg, '=');

		if (eq != NULL)
			*eq++ = '\0';
		sets[n++] = (struct profile_set){ *arg, eq };
	}
	if (rc == RC_OK)
		rc = profile_edit(&f, args[1], sets, n, &ret, &e);
	if (rc == RC_OK)
		(void)fwrite(ret.p, 1, ret.len, stdout);
	else
		(void)fprintf(stderr, "%s\n", e.msg);
	return (int)rc;
}

int
main(int argc, char **argv)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);

	if (argc >= 4 && strcmp(argv[1], "--edit") == 0) {
		read_file(argv[2], &text);
		return edit(argv + 2, buf_bytes(&text));
	}
	for (int i = 1; i < argc; i++) {
		read_file(argv[i], &text);
		show(argv[i], buf_bytes(&text));
	}
	return 0;
}

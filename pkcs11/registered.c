/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/registered.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signer/base/buf.h"
#include "signer/base/mem.h"

enum { MAX_FILE = 64 * 1024, MAX_NAME = 128 };

/* The later overrides the earlier; the last word is the person's. */
static const char *const system_folders[] = { P11_MODULE_CONFIGS,
	"/etc/pkcs11/modules" };

static char *
join(const char *folder, const char *name, const char *suffix)
{
	AUTO_BUF struct buf b = BUF_INIT(4096);

	buf_str(&b, folder);
	buf_chr(&b, '/');
	buf_str(&b, name);
	buf_str(&b, suffix);
	return mem_str(buf_cstr(&b));
}

/* As p11-kit does, root has no folder of its own. */
static char *
own_folder(void)
{
	const char *config = secure_getenv("XDG_CONFIG_HOME");
	const char *home = secure_getenv("HOME");

	if (getuid() == 0)
		return NULL;
	if (config != NULL && config[0] == '/')
		return join(config, "pkcs11/modules", "");
	if (home == NULL || home[0] != '/')
		return NULL;
	return join(home, ".config/pkcs11/modules", "");
}

static bool
read_file(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "re");
	char chunk[512];
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(ret, BYTES(chunk, n));
	(void)fclose(f);
	return buf_ok(ret);
}

/* Is program among the names of a list like "p11-kit-proxy, firefox"? */
static bool
lists(const char *list, const char *program)
{
	static const char between[] = ", \t";
	size_t n;

	for (list += strspn(list, between); *list != '\0';
	     list += n + strspn(list + n, between)) {
		n = strcspn(list, between);
		if (n == strlen(program) && memcmp(list, program, n) == 0)
			return true;
	}
	return false;
}

static void
replace(char **field, char *value)
{
	mem_free(*field);
	*field = value;
}

static void
set(struct registered *r, const char *key, const char *value)
{
	if (strcmp(key, "module") == 0)
		replace(&r->path, value[0] == '/'
				      ? mem_str(value)
				      : join(P11_MODULE_PATH, value, ""));
	else if (strcmp(key, "x-init-reserved") == 0)
		replace(&r->reserved, mem_str(value));
	else if (strcmp(key, "trust-policy") == 0)
		r->searched = r->searched && strcmp(value, "yes") != 0;
	else if (strcmp(key, "disable-in") == 0)
		r->searched = r->searched && !lists(value, "stskey-token");
	else if (strcmp(key, "enable-in") == 0)
		r->searched = r->searched && lists(value, "stskey-token");
}

static char *
trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && strchr(" \t\r", end[-1]) != NULL)
		*--end = '\0';
	return s + strspn(s, " \t");
}

static void
parse(struct registered *r, char *text)
{
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *colon = strchr(line, ':');

		line = trim(line);
		if (line[0] == '#' || colon == NULL)
			continue;
		*colon = '\0';
		set(r, trim(line), trim(colon + 1));
	}
}

static void
read_into(struct registered *r, const char *folder)
{
	AUTO_MEM char *path = join(folder, r->name, ".module");
	AUTO_BUF struct buf b = BUF_INIT(MAX_FILE);
	AUTO_MEM char *text = NULL;

	if (!read_file(path, &b))
		return;
	text = mem_str(buf_cstr(&b));
	parse(r, text);
}

struct registered *
registered_name(const char *name)
{
	AUTO_REGISTERED struct registered *r = NULL;
	AUTO_MEM char *own = NULL;

	if (name[0] == '\0' || strlen(name) > MAX_NAME ||
	    strchr(name, '/') != NULL)
		return NULL;
	own = own_folder();
	r = mem_new(1, sizeof(*r));
	r->name = mem_str(name);
	r->searched = true;
	for (size_t i = 0; i < 2; i++)
		read_into(r, system_folders[i]);
	if (own != NULL)
		read_into(r, own);
	return r->path != NULL ? TAKE(r) : NULL;
}

static bool
has(const struct registered *all, const char *name)
{
	for (; all != NULL; all = all->next)
		if (strcmp(all->name, name) == 0)
			return true;
	return false;
}

/* In order of the names, whatever the folder's own order is. */
static void
insert(struct registered **all, struct registered *r)
{
	while (*all != NULL && strcmp((*all)->name, r->name) < 0)
		all = &(*all)->next;
	r->next = *all;
	*all = r;
}

static void
add_folder(struct registered **all, const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;

	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL) {
		size_t len = strlen(entry->d_name);
		AUTO_MEM char *name = NULL;
		struct registered *r;

		if (len <= 7 || strcmp(entry->d_name + len - 7, ".module") != 0)
			continue;
		name = mem_strn(entry->d_name, len - 7);
		r = has(*all, name) ? NULL : registered_name(name);
		if (r != NULL)
			insert(all, r);
	}
	(void)closedir(d);
}

struct registered *
registered_all(void)
{
	AUTO_MEM char *own = own_folder();
	struct registered *all = NULL;

	for (size_t i = 0; i < 2; i++)
		add_folder(&all, system_folders[i]);
	if (own != NULL)
		add_folder(&all, own);
	return all;
}

void
registered_free(struct registered *r)
{
	while (r != NULL) {
		struct registered *next = r->next;

		mem_free(r->name);
		mem_free(r->path);
		mem_free(r->reserved);
		mem_free(r);
		r = next;
	}
}

char *
registered_library(const char *name)
{
	AUTO_MEM char *prefixed = join(P11_MODULE_PATH "/lib", name, ".so");
	AUTO_MEM char *plain = join(P11_MODULE_PATH, name, ".so");

	if (strchr(name, '/') != NULL)
		return NULL;
	if (access(prefixed, F_OK) == 0)
		return TAKE(prefixed);
	return access(plain, F_OK) == 0 ? TAKE(plain) : NULL;
}

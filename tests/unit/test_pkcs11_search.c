/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules registered with p11-kit, in a folder of the test's own: found by
 * name, and searched by an import whatever some of them do.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "pkcs11/probe.h"
#include "tests/unit/pkcs11_world.h"

enum { NOBODY = 65534 };

static char folder[64];

static void
register_module(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "%s/pkcs11/modules/%s.module", folder, name);
	f = fopen(path, "we");
	CHECK(f != NULL);
	(void)fputs(text, f);
	CHECK_EQ(fclose(f), 0);
}

static void
unregister(const char *name)
{
	char path[256];

	(void)snprintf(
	    path, sizeof(path), "%s/pkcs11/modules/%s.module", folder, name);
	CHECK_EQ(unlink(path), 0);
}

/* p11-kit gives root no folder of its own, so this is somebody else. */
static void
become_somebody(void)
{
	char path[256];

	if (getuid() == 0)
		CHECK(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
	(void)snprintf(folder, sizeof(folder), "/tmp/stskey-modules-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/pkcs11", folder);
	CHECK_EQ(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/pkcs11/modules", folder);
	CHECK_EQ(mkdir(path, 0700), 0);
	CHECK_EQ(setenv("XDG_CONFIG_HOME", folder, 1), 0);
	/* Only what this test registers: no module of this machine. */
	register_module("opensc-pkcs11", "disable-in: stskey-token\n");
	register_module("softhsm2", "disable-in: x, stskey-token\n");
}

static void
forget_modules(void)
{
	char path[256];

	unregister("opensc-pkcs11");
	unregister("softhsm2");
	(void)snprintf(path, sizeof(path), "%s/pkcs11/modules", folder);
	CHECK_EQ(rmdir(path), 0);
	(void)snprintf(path, sizeof(path), "%s/pkcs11", folder);
	CHECK_EQ(rmdir(path), 0);
	CHECK_EQ(rmdir(folder), 0);
}

static enum rc
search(struct world *w, const char *uri, char **made)
{
	const struct token_import what = {
		.label = "found",
		.mac = MAC_HMAC_SHA256,
		.value = BYTES_STR(WORLD_VALUE),
		.search = true,
	};
	struct token *t = world_open(w, uri);
	enum rc rc = pkcs11_token.import(t, &what, made, &w->e);

	pkcs11_token.close(t);
	return rc;
}

/* "module: mod_lie.so", with a line more. */
static void
register_lie(struct world *w, const char *name, const char *more)
{
	register_module(name,
	    pool_fmt(&w->strings, "# a module that lies\n module :  %s \r\n%s",
		world_module(w, "mod_lie"), more));
}

static void
finds_by_name(struct world *w)
{
	register_lie(w, "liar", "");
	CHECK_EQ(setenv("STSKEY_TEST_LIE", "", 1), 0);
	CHECK_EQ(world_import(w, "pkcs11:token=work?module-name=liar", "key"),
	    RC_OK);
	CHECK_EQ(
	    world_remove(w, "pkcs11:token=work;object=key?module-name=liar"),
	    RC_OK);
	unregister("liar");
}

static void
passes_the_settings(struct world *w)
{
	register_lie(w, "liar", "x-init-reserved: reserved\n");
	CHECK_EQ(setenv("STSKEY_TEST_LIE", "needs-reserved", 1), 0);
	CHECK_EQ(world_import(w, "pkcs11:token=work?module-name=liar", "key"),
	    RC_OK);
	pkcs11_token.end();
	/* By its path it is the same module, and has its settings. */
	CHECK_EQ(
	    world_remove(w, pool_fmt(&w->strings,
				"pkcs11:token=work;object=key?module-path=%s",
				world_module(w, "mod_lie"))),
	    RC_OK);
	unregister("liar");
}

static void
searches(struct world *w)
{
	AUTO_MEM char *uri = NULL;

	register_module("aaa-broken", "module: /nonesuch.so\n");
	register_module("bbb-noise", "\n\n:::\nmodule\n#module: x\n");
	register_lie(w, "liar", "");
	register_lie(w, "zzz-trust", "trust-policy: yes\n");
	register_lie(w, "zzz-other", "enable-in: firefox p11-kit-proxy\n");
	CHECK_EQ(setenv("STSKEY_TEST_LIE", "print", 1), 0);
	CHECK_EQ(search(w, "pkcs11:token=work", &uri), RC_OK);
	CHECK(strcmp(uri, "pkcs11:token=work;object=found;type=secret-key"
			  "?module-name=liar") == 0);
	CHECK_EQ(world_remove(w, uri), RC_OK);
	CHECK_EQ(search(w, "pkcs11:token=absent", &uri), RC_NOTFOUND);
	world_said(w, "asked: liar");
	world_said(w, "failed or hung: aaa-broken");
	CHECK(strstr(w->e.msg, "zzz") == NULL);
}

static void
several_modules(struct world *w)
{
	char *uri = NULL;

	register_lie(w, "twin", "");
	CHECK_EQ(search(w, "pkcs11:token=work", &uri), RC_CONFIG);
	world_said(w, "liar, twin");
	world_said(w, "?module-name=");
	unregister("twin");
}

static void
survives(struct world *w, const char *lie)
{
	char *uri = NULL;

	CHECK_EQ(setenv("STSKEY_TEST_LIE", lie, 1), 0);
	CHECK_EQ(search(w, "pkcs11:token=work", &uri), RC_NOTFOUND);
	world_said(w, "failed or hung: aaa-broken, liar");
	CHECK(uri == NULL);
}

static void
survives_all(struct world *w)
{
	survives(w, "crash-init");
	survives(w, "no-function-list");
	survives(w, "hang-init");
	w->person.gone = true;
	w->e = (struct err){ 0 };
	CHECK_EQ(search(w, "pkcs11:token=work", NULL), RC_CANCELLED);
}

typedef void scene(struct world *w);

int
main(int argc, char **argv)
{
	static scene *const scenes[] = { finds_by_name, passes_the_settings,
		searches, several_modules, survives_all };
	struct world w;

	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		return pkcs11_probe_main(argc, argv);
	become_somebody();
	softhsm_init();
	softhsm_token("work");
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		world_init(&w);
		if (i == 0 && access(world_module(&w, "mod_lie"), R_OK) != 0) {
			(void)puts("the build folder is not for everyone");
			return SKIP;
		}
		scenes[i](&w);
		world_done(&w);
	}
	unregister("aaa-broken");
	unregister("bbb-noise");
	unregister("liar");
	unregister("zzz-trust");
	unregister("zzz-other");
	forget_modules();
	return 0;
}

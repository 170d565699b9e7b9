/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pkcs11/registered.h"
#include "pkcs11/rv.h"
#include "pkcs11/slot.h"
#include "signer/base/enc.h"
#include "signer/base/mem.h"

enum { MAX_QUERY = 3 * PATH_MAX + 16 }; /* every byte escaped */

static struct module *loaded;

static void
module_free(struct module *m)
{
	slot_free_all(m);
	mem_free(m->query);
	mem_free(m->say);
	mem_free(m->path);
	mem_free(m->reserved);
	mem_free(m);
}

static void
module_freep(struct module **m)
{
	if (*m != NULL)
		module_free(*m);
}

static char *
query_of(const char *attribute, const char *value)
{
	AUTO_BUF struct buf b = BUF_INIT(MAX_QUERY);

	buf_str(&b, attribute);
	buf_chr(&b, '=');
	enc_percent(&b, BYTES_STR(value), "/");
	return mem_str(buf_cstr(&b));
}

static void
wait_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static CK_RV
initialize(struct module *m, CK_FLAGS flags)
{
	/*
	 * NSS's struct has one pointer more than the standard's: the second
	 * element is the zeroed memory that it reads there.
	 */
	CK_C_INITIALIZE_ARGS args[2] = { 0 };

	args[0].flags = flags;
	args[0].pReserved = m->reserved;
	return m->fn->C_Initialize(args);
}

/*
 * NSS and opencryptoki answer CKR_GENERAL_ERROR while another process writes
 * to the token: a few tries, 1.2 s in all.
 */
static enum rc
start(struct module *m, const struct ask *ask, struct err *e)
{
	static const long pause_ms[] = { 40, 80, 160, 320, 600 };
	CK_RV rv = initialize(m, CKF_OS_LOCKING_OK);

	if (rv == CKR_CANT_LOCK)
		rv = initialize(m, 0);
	for (size_t i = 0; i < 5 && rv == CKR_GENERAL_ERROR; i++) {
		if (ask->cancelled(ask->ctx))
			return err_set(e, RC_CANCELLED, "called off");
		wait_ms(pause_ms[i]);
		rv = initialize(m, CKF_OS_LOCKING_OK);
	}
	m->ours = rv == CKR_OK;
	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return RC_OK;
	return rv_err(e, rv, "starting module '%s'", m->say);
}

static struct module *
same(const void *dl)
{
	for (struct module *m = loaded; m != NULL; m = m->next)
		if (m->dl == dl)
			return m;
	return NULL;
}

static enum rc
functions(struct module *m, struct err *e)
{
	CK_C_GetFunctionList get = NULL;
	void *symbol = dlsym(m->dl, "C_GetFunctionList");
	CK_RV rv;

	if (symbol == NULL)
		return err_set(e, RC_CONFIG,
		    "'%s' is a library, but not a PKCS#11 module "
		    "(it has no C_GetFunctionList)",
		    m->say);
	/* POSIX promises that this works; ISO C has no cast for it. */
	memcpy(&get, &symbol, sizeof(get));
	rv = get(&m->fn);
	if (rv != CKR_OK || m->fn == NULL)
		return err_set(e, RC_CONFIG,
		    "module '%s' does not give its functions (%s)", m->say,
		    rv_name(rv));
	return RC_OK;
}

/* What is to be loaded: a registered module, or just a file. */
static enum rc
load(struct registered *r, const char *path, const struct ask *ask,
    struct module **ret, struct err *e)
{
	AUTO(module_freep) struct module *m = mem_new(1, sizeof(*m));
	enum rc rc;

	m->say = mem_str(r != NULL ? r->name : path);
	m->path = mem_str(path);
	m->query = r != NULL ? query_of("module-name", r->name)
	                     : query_of("module-path", path);
	m->reserved = r != NULL ? TAKE(r->reserved) : NULL;
	m->dl = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (m->dl == NULL)
		return err_set(e, RC_CONFIG,
		    "module '%s' cannot be loaded: %s: name another file, or "
		    "install what it lacks, which `ldd %s` shows",
		    m->say, dlerror(), path);
	*ret = same(m->dl);
	if (*ret != NULL)
		return RC_OK;
	if ((rc = functions(m, e)) != RC_OK || (rc = start(m, ask, e)) != RC_OK)
		return rc;
	m->next = loaded;
	loaded = m;
	*ret = TAKE(m);
	return RC_OK;
}

static enum rc
no_module(const char *name, struct err *e)
{
	AUTO_REGISTERED struct registered *all = registered_all();
	AUTO_BUF struct buf b = BUF_INIT(512);

	for (const struct registered *r = all; r != NULL; r = r->next)
		buf_fmt(&b, "%s%s", b.len > 0 ? ", " : "", r->name);
	if (name == NULL)
		return err_set(e, RC_CONFIG,
		    "no PKCS#11 module is named: append ?module-name=NAME "
		    "(p11-kit knows: %s) or ?module-path=/path/to/module.so to "
		    "the URI, or set stskey_pkcs11_module",
		    buf_cstr(&b));
	return err_set(e, RC_CONFIG,
	    "no PKCS#11 module '%s' is registered with p11-kit (it knows: %s): "
	    "correct the name, or use module-path=",
	    name, buf_cstr(&b));
}

static enum rc
get_name(
    const char *name, const struct ask *ask, struct module **ret, struct err *e)
{
	AUTO_REGISTERED struct registered *r = registered_name(name);
	AUTO_MEM char *path = r == NULL ? registered_library(name) : NULL;

	if (r == NULL && path == NULL)
		return no_module(name, e);
	return load(r, r != NULL ? r->path : path, ask, ret, e);
}

static bool
same_file(const char *path, const char *want)
{
	AUTO_MEM char *have = realpath(path, NULL);

	return have != NULL && strcmp(have, want) == 0;
}

/*
 * A path to a registered module is that module, whose settings it needs and
 * whose name is the canonical one.
 */
static enum rc
get_path(
    const char *path, const struct ask *ask, struct module **ret, struct err *e)
{
	AUTO_REGISTERED struct registered *all = registered_all();
	AUTO_MEM char *want = realpath(path, NULL);

	if (path[0] != '/')
		return err_set(e, RC_CONFIG,
		    "the path of a PKCS#11 module is not absolute: '%s'", path);
	if (want == NULL)
		return err_set(e, RC_CONFIG,
		    "there is no PKCS#11 module '%s': correct the path", path);
	for (struct registered *r = all; r != NULL; r = r->next)
		if (same_file(r->path, want))
			return load(r, r->path, ask, ret, e);
	return load(NULL, path, ask, ret, e);
}

bool
module_named(const struct uri *u, const struct ask *ask)
{
	return u->module_path != NULL || u->module_name != NULL ||
	       (ask->module != NULL && ask->module[0] != '\0');
}

enum rc
module_get(const struct uri *u, const struct ask *ask, struct module **ret,
    struct err *e)
{
	enum rc rc;

	if (u->module_path != NULL)
		return get_path(u->module_path, ask, ret, e);
	if (u->module_name != NULL)
		return get_name(u->module_name, ask, ret, e);
	if (!module_named(u, ask))
		return no_module(NULL, e);
	rc = ask->module[0] == '/' ? get_path(ask->module, ask, ret, e)
	                           : get_name(ask->module, ask, ret, e);
	return rc != RC_CONFIG ? rc
	                       : err_in(e, rc,
				     "stskey_pkcs11_module, of the profile, of "
				     "STSKEY_PKCS11_MODULE or of "
				     "/etc/stskey/config (`stskey doctor` says "
				     "which)");
}

enum rc
module_get_name(
    const char *name, const struct ask *ask, struct module **ret, struct err *e)
{
	return get_name(name, ask, ret, e);
}

void
module_end(void)
{
	while (loaded != NULL) {
		struct module *m = loaded;

		loaded = m->next;
		if (m->ours)
			(void)m->fn->C_Finalize(NULL);
		/*
		 * The library stays mapped: many leave threads and exit
		 * handlers behind.
		 */
		module_free(m);
	}
}

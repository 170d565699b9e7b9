/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/trust.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/base/auto.h"

static const char *const system_folders[] = { "/etc/ssl/certs",
	"/etc/pki/tls/certs" };

static void
close_folder(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

/* 5ed36f99.0, as `openssl rehash` names them. */
static bool
is_hashed_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	       name[9] >= '0' && name[9] <= '9';
}

static bool
is_hashed_folder(const char *path)
{
	AUTO(close_folder) DIR *d = opendir(path);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (is_hashed_name(entry->d_name))
			return true;
	return false;
}

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static enum rc
choose_bundle(const char *bundle, struct trust *ret, struct err *e)
{
	struct stat st;

	if (stat(bundle, &st) != 0 || access(bundle, R_OK) != 0)
		return err_set(e, RC_CONFIG,
		    "cannot read the certificates in '%s' (%s): correct "
		    "ca_bundle or AWS_CA_BUNDLE",
		    bundle, strerror(errno));
	if (S_ISDIR(st.st_mode))
		*ret = (struct trust){ .folder = bundle };
	else
		*ret = (struct trust){ .file = bundle };
	return RC_OK;
}

enum rc
trust_choose(const char *bundle, struct trust *ret, struct err *e)
{
	struct trust t = { 0 };

	if (bundle != NULL && bundle[0] != '\0')
		return choose_bundle(bundle, ret, e);
	t.file = variable("SSL_CERT_FILE");
	t.folder = variable("SSL_CERT_DIR");
	for (size_t i = 0; t.folder == NULL && i < 2; i++)
		if (is_hashed_folder(system_folders[i]))
			t.folder = system_folders[i];
	t.usual = t.file == NULL && t.folder == NULL;
	*ret = t;
	return RC_OK;
}

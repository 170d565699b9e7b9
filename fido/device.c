/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "fido/code.h"
#include "signer/base/auto.h"
#include "signer/base/text.h"

/* Of a call that waits for nobody; keys answer within milliseconds. */
enum { CALL_SECONDS = 5 };
/* Of both strings: USB has 126 UTF-16 units for each. */
enum { NAME_MAX_BYTES = 1024 };

static void
info_freep(fido_dev_info_t **l)
{
	fido_dev_info_free(l, DEVICES_MAX);
}

/* "Yubico YubiKey FIDO+CCID", whatever the key wrote there, in any encoding. */
static void
name_of(const fido_dev_info_t *i, struct device *d)
{
	const char *maker = fido_dev_info_manufacturer_string(i);
	const char *product = fido_dev_info_product_string(i);
	char whole[NAME_MAX_BYTES];

	(void)snprintf(whole, sizeof(whole), "%s%s%s",
	    maker != NULL ? maker : "", maker != NULL ? " " : "",
	    product != NULL ? product : "FIDO key");
	text_printable(whole);
	text_cut(whole, sizeof(d->name) - 1);
	memcpy(d->name, whole, strlen(whole) + 1);
}

static struct device *
find(struct device_list *l, const char *path)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->at[i].path, path) == 0)
			return &l->at[i];
	return NULL;
}

static bool
is_listed(const fido_dev_info_t *infos, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fido_dev_info_path(fido_dev_info_ptr(infos, i)),
			path) == 0)
			return true;
	return false;
}

static void
drop_gone(struct device_list *l, const fido_dev_info_t *infos, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (is_listed(infos, n, l->at[i].path))
			l->at[kept++] = l->at[i];
		else
			device_close(&l->at[i]);
	}
	l->n = kept;
}

static void
add(struct device_list *l, const fido_dev_info_t *i)
{
	const char *path = fido_dev_info_path(i);
	struct device *d = &l->at[l->n];

	if (l->n == DEVICES_MAX || strlen(path) >= sizeof(d->path) ||
	    find(l, path) != NULL)
		return;
	*d = (struct device){ .fit = FIT_NEW };
	memcpy(d->path, path, strlen(path) + 1);
	name_of(i, d);
	l->n++;
}

enum rc
device_list_update(struct device_list *l, struct err *e)
{
	AUTO(info_freep)
	fido_dev_info_t *infos = fido_dev_info_new(DEVICES_MAX);
	size_t n = 0;
	int r;

	if (infos == NULL)
		return err_set(e, RC_SYS, "libfido2 has no memory");
	r = fido_dev_info_manifest(infos, DEVICES_MAX, &n);
	if (r != FIDO_OK)
		return err_set(e, RC_TOKEN,
		    "the FIDO keys cannot be listed (%s): is udev running?",
		    fido_strerr(r));
	drop_gone(l, infos, n);
	for (size_t i = 0; i < n; i++)
		add(l, fido_dev_info_ptr(infos, i));
	return RC_OK;
}

void
device_list_done(struct device_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		device_close(&l->at[i]);
	*l = DEVICE_LIST_INIT;
}

/*
 * libfido2 locks hidraw and waits up to 21 s for another program to unlock
 * it, deaf to everything else: so look first.
 */
static bool
is_locked(const char *path)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 &&
	       errno == EWOULDBLOCK;
}

static enum rc
cannot_open(const struct device *d, int r, bool *busy, struct err *e)
{
	struct stat st;

	/* udev's own rules let whoever is logged in there at the keys. */
	if (stat(d->path, &st) == 0 && access(d->path, R_OK | W_OK) != 0)
		return err_set(e, RC_TOKEN,
		    "'%s' (%s) may not be opened by this user: udev lets "
		    "whoever is logged in at the machine itself; log in "
		    "there, or allow it by a rule of udev, then put it in "
		    "again",
		    d->name, d->path);
	*busy = code_may_be_busy(r);
	return code_err(e, r, d->name, d->path, -1);
}

enum rc
device_open(struct device *d, bool *busy, struct err *e)
{
	int r;

	*busy = false;
	if (is_locked(d->path)) {
		*busy = true;
		return err_set(e, RC_TOKEN,
		    "'%s' is in use by another program: end that, or wait",
		    d->name);
	}
	d->dev = fido_dev_new();
	if (d->dev == NULL)
		return err_set(e, RC_SYS, "libfido2 has no memory");
	device_allow(d, CALL_SECONDS);
	r = fido_dev_open(d->dev, d->path);
	if (r != FIDO_OK) {
		fido_dev_free(&d->dev);
		return cannot_open(d, r, busy, e);
	}
	if (fido_dev_is_fido2(d->dev))
		return RC_OK;
	device_close(d);
	return err_set(e, RC_UNSUPPORTED,
	    "'%s' speaks U2F only: use a FIDO2 key", d->name);
}

void
device_close(struct device *d)
{
	if (d->dev == NULL)
		return;
	(void)fido_dev_close(d->dev);
	fido_dev_free(&d->dev);
}

bool
device_has_hmac_secret(struct device *d)
{
	fido_cbor_info_t *info = fido_cbor_info_new();
	bool ret = false;

	if (info != NULL && fido_dev_get_cbor_info(d->dev, info) == FIDO_OK) {
		char **names = fido_cbor_info_extensions_ptr(info);

		for (size_t i = 0; i < fido_cbor_info_extensions_len(info); i++)
			ret = ret || strcmp(names[i], "hmac-secret") == 0;
	}
	fido_cbor_info_free(&info);
	return ret;
}

void
device_allow(struct device *d, int seconds)
{
	(void)fido_dev_set_timeout(d->dev, seconds * 1000);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDO_DEVICE_H
#define FIDO_DEVICE_H

#include <fido.h>
#include <stdbool.h>

#include "signer/base/err.h"

/* The FIDO keys that are plugged in, as far as we have them open. */

enum { DEVICES_MAX = 8 };

/* What a look at a key found out. */
enum fit {
	FIT_NEW,  /* not looked at yet */
	FIT_YES,  /* open, and will do */
	FIT_NO,   /* looked at, and will not do */
	FIT_BUSY, /* another program has it, or it is not ready yet */
};

struct device {
	char path[240], name[64]; /* "/dev/hidraw3", "Yubico YubiKey FIDO" */
	fido_dev_t *dev;          /* NULL: not open */
	enum fit fit;
	size_t which;    /* of the seals, where it holds one of them */
	const char *why; /* it will not do, for the person; or NULL */
	bool broken;     /* what it answers is no CTAP2 */
};

struct device_list {
	struct device at[DEVICES_MAX];
	size_t n;
};

#define DEVICE_LIST_INIT ((struct device_list){ 0 })
#define AUTO_DEVICES AUTO(device_list_done)

/* Adds what was plugged in and drops what is gone since the last time. */
enum rc device_list_update(struct device_list *l, struct err *e);
void device_list_done(struct device_list *l);

/*
 * Opens it.  RC_TOKEN: busy, or it does not answer (*busy); RC_UNSUPPORTED:
 * it speaks U2F and no more.  Does not wait for another program to let go.
 */
enum rc device_open(struct device *d, bool *busy, struct err *e);
void device_close(struct device *d);
/* What it is able to do, as it says itself; it is open. */
bool device_has_hmac_secret(struct device *d);
/* How long the next call may take, the touch included. */
void device_allow(struct device *d, int seconds);

#endif

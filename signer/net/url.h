/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/* A URL taken apart by libcurl, which is also what connects to it. */
struct url {
	char host[300]; /* as in the Host header: the port if not default */
	char name[280]; /* the host alone; IPv6 without brackets */
	char path[512]; /* "/" where there is none */
	char query[1024];
	bool https, loopback;
};

/*
 * RC_CONFIG: https, or http to loopback, and nothing else; no user or
 * password, no fragment.
 */
enum rc url_parse(const char *text, struct url *ret, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_ENDPOINT_URL_H
#define AWS_ENDPOINT_URL_H

#include <stdbool.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/* Inside aws/ only: the parts of a URL that names a host and nothing else. */
struct endpoint_url {
	bool https;
	struct bytes host; /* with the brackets of an IPv6 address */
	long port;         /* 0: not given */
};

/* The parts point into url.  RC_CONFIG. */
enum rc endpoint_url_split(
    const char *url, struct endpoint_url *ret, struct err *e);
bool endpoint_url_is_loopback(struct bytes host);

#endif

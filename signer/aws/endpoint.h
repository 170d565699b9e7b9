/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * Which host serves STS in a region, and IAM (AWS General Reference, "Service
 * endpoints"; the partitions of botocore's endpoint rules).
 */

struct endpoint {
	char url[512];      /* https://sts.eu-central-1.amazonaws.com */
	char host[300];     /* as in the Host header: port if not default */
	char region[64];    /* the one to sign for */
	char partition[16]; /* aws, aws-cn, aws-us-gov, … */
	char kind[520]; /* regional, global or url=… : a part of cache keys */
};

/*
 * The regional endpoint, or the one of url where that is not NULL: https, or
 * http to loopback only; a path, a query or userinfo is refused.  RC_CONFIG.
 */
enum rc endpoint_sts(
    const char *region, const char *url, struct endpoint *ret, struct err *e);
/*
 * The one IAM of the region's partition; at a url as well it is signed for in
 * the partition's region of IAM, where the region is of a known shape: what
 * stands behind a FIPS, VPC or forwarded endpoint takes no other.  RC_CONFIG.
 */
enum rc endpoint_iam(
    const char *region, const char *url, struct endpoint *ret, struct err *e);
/* What a credential scope and a host name can hold.  RC_CONFIG. */
enum rc endpoint_check_region(const char *region, struct err *e);
/* The partition of a region, or NULL for a region of no known shape. */
const char *endpoint_partition(struct bytes region);

#endif

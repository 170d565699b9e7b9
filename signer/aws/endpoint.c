/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/endpoint.h"

#include <stdio.h>

#include "signer/aws/endpoint_url.h"

/*
 * Regions are PREFIX-word-digit.  Two letters that no other partition claims
 * are taken for "aws", as the rules of the SDKs do, so that a new continent
 * needs no new version of this program.
 */
struct partition {
	const char *prefix; /* "" : any two letters */
	const char *name, *suffix;
	/* IAM is one for all regions of a partition, and signed for in this. */
	const char *iam_host, *iam_region;
};

static const struct partition partitions[] = {
	{ "cn", "aws-cn", "amazonaws.com.cn", "iam.cn-north-1.amazonaws.com.cn",
	    "cn-north-1" },
	{ "us-gov", "aws-us-gov", "amazonaws.com", "iam.us-gov.amazonaws.com",
	    "us-gov-west-1" },
	{ "us-iso", "aws-iso", "c2s.ic.gov", "iam.us-iso-east-1.c2s.ic.gov",
	    "us-iso-east-1" },
	{ "us-isob", "aws-iso-b", "sc2s.sgov.gov",
	    "iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ "eu-isoe", "aws-iso-e", "cloud.adc-e.uk",
	    "iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
	{ "us-isof", "aws-iso-f", "csp.hci.ic.gov",
	    "iam.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
	{ "eusc-de", "aws-eusc", "amazonaws.eu",
	    "iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ "", "aws", "amazonaws.com", "iam.amazonaws.com", "us-east-1" },
};

enum { NPARTITIONS = sizeof(partitions) / sizeof(partitions[0]) };

static bool
is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The length of the prefix in front of -word-digits; 0: no such shape. */
static size_t
prefix_of(struct bytes region)
{
	size_t i = region.len, end = region.len;

	while (i > 0 && is_digit(region.p[i - 1]))
		i--;
	if (i == end || i == 0 || region.p[--i] != '-')
		return 0;
	end = i;
	while (i > 0 && is_lower(region.p[i - 1]))
		i--;
	if (i == end || i == 0 || region.p[--i] != '-')
		return 0;
	return i;
}

static const struct partition *
partition_of(struct bytes region)
{
	struct bytes prefix = BYTES(region.p, prefix_of(region));

	if (prefix.len == 0)
		return NULL;
	for (size_t i = 0; i < NPARTITIONS - 1; i++)
		if (bytes_is(prefix, partitions[i].prefix))
			return &partitions[i];
	if (prefix.len != 2 || !is_lower(prefix.p[0]) || !is_lower(prefix.p[1]))
		return NULL;
	return &partitions[NPARTITIONS - 1];
}

const char *
endpoint_partition(struct bytes region)
{
	const struct partition *p = partition_of(region);

	return p != NULL ? p->name : NULL;
}

/*
 * Cut to size.  Not printf(3): each call that is served from the cache comes
 * here, and would have half of libc mapped for it.
 */
static void
append(char *ret, size_t size, const char *s)
{
	size_t n = strlen(ret);

	for (; *s != '\0' && n + 1 < size; s++)
		ret[n++] = *s;
	ret[n] = '\0';
}

/* Of a host of AWS; the rest is filled in already. */
static void
of_aws(const struct partition *p, const char *kind, struct endpoint *ret)
{
	append(ret->url, sizeof(ret->url), "https://");
	append(ret->url, sizeof(ret->url), ret->host);
	append(ret->partition, sizeof(ret->partition), p->name);
	append(ret->kind, sizeof(ret->kind), kind);
}

static enum rc
regional(const char *region, struct endpoint *ret, struct err *e)
{
	const struct partition *p = partition_of(BYTES_STR(region));

	if (p == NULL)
		return err_set(e, RC_CONFIG,
		    "the region is none that AWS has: write one like "
		    "eu-central-1, or set endpoint_url for an STS of your own");
	append(ret->host, sizeof(ret->host), "sts.");
	append(ret->host, sizeof(ret->host), region);
	append(ret->host, sizeof(ret->host), ".");
	append(ret->host, sizeof(ret->host), p->suffix);
	of_aws(p, "regional", ret);
	return RC_OK;
}

static enum rc
global(const struct partition *p, struct endpoint *ret, struct err *e)
{
	if (p == NULL)
		return err_set(e, RC_CONFIG,
		    "the region is none that AWS has: write one like "
		    "eu-central-1, or set AWS_ENDPOINT_URL_IAM for an IAM of "
		    "your own");
	(void)snprintf(ret->host, sizeof(ret->host), "%s", p->iam_host);
	of_aws(p, "global", ret);
	return RC_OK;
}

static void
lower(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s + 32);
}

/* As in the Host header. */
static void
host_of(const struct endpoint_url *parts, struct endpoint *ret)
{
	AUTO_BUF struct buf host = BUF_INIT(sizeof(ret->host));

	buf_add(&host, parts->host);
	if (parts->port != 0) {
		buf_chr(&host, ':');
		buf_dec(&host, parts->port);
	}
	append(ret->host, sizeof(ret->host), buf_cstr(&host));
	lower(ret->host);
}

static enum rc
custom(const char *region, const char *url, struct endpoint *ret, struct err *e)
{
	const char *partition = endpoint_partition(BYTES_STR(region));
	struct endpoint_url parts;
	enum rc rc = endpoint_url_split(url, &parts, e);

	if (rc != RC_OK)
		return rc;
	if (!parts.https && !endpoint_url_is_loopback(parts.host))
		return err_set(e, RC_CONFIG,
		    "an endpoint URL may begin with http:// only for this "
		    "machine (127.0.0.1, [::1] or localhost): write https://");
	if (parts.port == (parts.https ? 443 : 80))
		parts.port = 0;
	host_of(&parts, ret);
	append(
	    ret->url, sizeof(ret->url), parts.https ? "https://" : "http://");
	append(ret->url, sizeof(ret->url), ret->host);
	append(ret->kind, sizeof(ret->kind), "url=");
	append(ret->kind, sizeof(ret->kind), ret->url);
	append(ret->partition, sizeof(ret->partition),
	    partition != NULL ? partition : "aws");
	return RC_OK;
}

enum rc
endpoint_check_region(const char *region, struct err *e)
{
	size_t len = strlen(region);

	for (size_t i = 0; i < len; i++)
		if (!is_lower((uint8_t)region[i]) &&
		    !is_digit((uint8_t)region[i]) && region[i] != '-')
			len = 0;
	if (len > 0 && len < sizeof(((struct endpoint *)0)->region))
		return RC_OK;
	return err_set(e, RC_CONFIG,
	    "a region is made of lower-case letters, digits and -: write one "
	    "like eu-central-1");
}

enum rc
endpoint_sts(
    const char *region, const char *url, struct endpoint *ret, struct err *e)
{
	struct endpoint made = { 0 };
	enum rc rc = endpoint_check_region(region, e);

	if (rc == RC_OK)
		rc = url != NULL ? custom(region, url, &made, e)
		                 : regional(region, &made, e);
	if (rc != RC_OK)
		return rc;
	memcpy(made.region, region, strlen(region) + 1);
	*ret = made;
	return RC_OK;
}

enum rc
endpoint_iam(
    const char *region, const char *url, struct endpoint *ret, struct err *e)
{
	struct endpoint made = { 0 };
	const struct partition *p;
	enum rc rc = endpoint_check_region(region, e);

	if (rc != RC_OK)
		return rc;
	p = partition_of(BYTES_STR(region));
	rc = url != NULL ? custom(region, url, &made, e) : global(p, &made, e);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(made.region, sizeof(made.region), "%s",
	    p != NULL ? p->iam_region : region);
	*ret = made;
	return RC_OK;
}

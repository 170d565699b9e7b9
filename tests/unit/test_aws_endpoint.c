/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/endpoint.h"
#include "tests/check.h"

/* AWS's endpoint rules for STS and IAM, partition by partition. */

static void
is(const char *got, const char *want)
{
	CHECK_MEM(BYTES_STR(got), want);
}

static void
test_regions(void)
{
	static const struct {
		const char *region, *partition, *host;
	} cases[] = {
		{ "eu-central-1", "aws", "sts.eu-central-1.amazonaws.com" },
		{ "us-east-1", "aws", "sts.us-east-1.amazonaws.com" },
		{ "ap-southeast-12", "aws",
		    "sts.ap-southeast-12.amazonaws.com" },
		{ "cn-north-1", "aws-cn", "sts.cn-north-1.amazonaws.com.cn" },
		{ "us-gov-west-1", "aws-us-gov",
		    "sts.us-gov-west-1.amazonaws.com" },
		{ "us-iso-east-1", "aws-iso", "sts.us-iso-east-1.c2s.ic.gov" },
		{ "us-isob-east-1", "aws-iso-b",
		    "sts.us-isob-east-1.sc2s.sgov.gov" },
		{ "eu-isoe-west-1", "aws-iso-e",
		    "sts.eu-isoe-west-1.cloud.adc-e.uk" },
		{ "us-isof-south-1", "aws-iso-f",
		    "sts.us-isof-south-1.csp.hci.ic.gov" },
		{ "eusc-de-east-1", "aws-eusc",
		    "sts.eusc-de-east-1.amazonaws.eu" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint ep;
		struct err e;

		CHECK_EQ(endpoint_sts(cases[i].region, NULL, &ep, &e), RC_OK);
		is(ep.host, cases[i].host);
		is(ep.url + 8, cases[i].host);
		CHECK_EQ(strncmp(ep.url, "https://", 8), 0);
		is(ep.region, cases[i].region);
		is(ep.partition, cases[i].partition);
		is(ep.kind, "regional");
		is(endpoint_partition(BYTES_STR(cases[i].region)),
		    cases[i].partition);
	}
}

/* Of a good shape, and too long for a label of a host name. */
static void
test_long_region(void)
{
	char region[80] = "eu-";
	struct endpoint ep;
	struct err e;

	memset(region + 3, 'a', 60);
	memcpy(region + 63, "-1", 3);
	CHECK_EQ(endpoint_sts(region, NULL, &ep, &e), RC_CONFIG);
	memcpy(region + 61, "-1", 3);
	CHECK_EQ(endpoint_sts(region, NULL, &ep, &e), RC_OK);
}

static void
test_no_regions(void)
{
	static const char *const cases[] = {
		"",
		"eu",
		"eu-central",
		"eu-central-",
		"-central-1",
		"central-1",
		"1",
		"us-gov-iso-west-1",
		"eusc-fr-east-1",
		"EU-central-1",
		"eu-central-1.evil.example",
		"eu-central-1/",
		"eu central 1",
		"a-b-c-d-1",
		"e1-central-1",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint ep;
		struct err e = { "" };

		CHECK_EQ(endpoint_sts(cases[i], NULL, &ep, &e), RC_CONFIG);
		CHECK(strstr(e.msg, "eu-central-1") != NULL);
	}
	test_long_region();
	CHECK(endpoint_partition(BYTES_STR("moon-base-1")) == NULL);
	CHECK(endpoint_partition(BYTES_STR("")) == NULL);
}

static void
test_urls(void)
{
	static const struct {
		const char *url, *want, *host;
	} cases[] = {
		{ "https://sts.example.com", "https://sts.example.com",
		    "sts.example.com" },
		{ "HTTPS://STS.Example.com/", "https://sts.example.com",
		    "sts.example.com" },
		{ "https://sts.example.com:443", "https://sts.example.com",
		    "sts.example.com" },
		{ "https://sts.example.com:8443/",
		    "https://sts.example.com:8443", "sts.example.com:8443" },
		{ "https://127.0.0.1:80", "https://127.0.0.1:80",
		    "127.0.0.1:80" },
		{ "http://127.0.0.1:4566", "http://127.0.0.1:4566",
		    "127.0.0.1:4566" },
		{ "http://127.255.0.9:80/", "http://127.255.0.9",
		    "127.255.0.9" },
		{ "http://LocalHost:1", "http://localhost:1", "localhost:1" },
		{ "http://[::1]:4566", "http://[::1]:4566", "[::1]:4566" },
		{ "http://[::1]", "http://[::1]", "[::1]" },
		{ "https://[2001:DB8::1]:444", "https://[2001:db8::1]:444",
		    "[2001:db8::1]:444" },
		{ "https://vpce-1-a.sts.eu-west-1.vpce.amazonaws.com",
		    "https://vpce-1-a.sts.eu-west-1.vpce.amazonaws.com",
		    "vpce-1-a.sts.eu-west-1.vpce.amazonaws.com" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint ep;
		struct err e = { "" };

		CHECK_EQ(
		    endpoint_sts("cn-north-1", cases[i].url, &ep, &e), RC_OK);
		is(ep.url, cases[i].want);
		is(ep.host, cases[i].host);
		CHECK_EQ(strncmp(ep.kind, "url=", 4), 0);
		is(ep.kind + 4, cases[i].want);
		is(ep.region, "cn-north-1");
		is(ep.partition, "aws-cn");
	}
}

static void
test_bad_urls(void)
{
	static const struct {
		const char *url, *want;
	} cases[] = {
		{ "", "begins with https://" },
		{ "sts.example.com", "begins with https://" },
		{ "ftp://127.0.0.1", "begins with https://" },
		{ "https:/x", "begins with https://" },
		{ "https://", "names a host" },
		{ "https:///", "names a host" },
		{ "https://:443", "names a host" },
		{ "https://a:0", "names a host" },
		{ "https://a:65536", "names a host" },
		{ "https://a:", "names a host" },
		{ "https://a:1:2", "names a host" },
		{ "https://a b", "names a host" },
		{ "https://a\r\nX: y", "names a host" },
		{ "https://[::1", "names a host" },
		{ "https://[::1]x", "names a host" },
		{ "https://[fe80::1%25eth0]", "names a host" },
		{ "https://::1", "names a host" },
		{ "https://me:wJalr@sts.example.com", "user name or password" },
		{ "https://a/b", "a path or a query" },
		{ "https://a?b", "a path or a query" },
		{ "https://a/#b", "a path or a query" },
		{ "https://a//", "a path or a query" },
		{ "http://sts.example.com", "only for this machine" },
		{ "http://127.0.0.1.example.com", "only for this machine" },
		{ "http://127.1", "only for this machine" },
		{ "http://127.0.0.256", "only for this machine" },
		{ "http://127.256.0.1", "only for this machine" },
		{ "http://127.0.0.1.1", "only for this machine" },
		{ "http://127...1", "only for this machine" },
		{ "http://128.0.0.1", "only for this machine" },
		{ "http://localhost.example.com", "only for this machine" },
		{ "http://[::2]", "only for this machine" },
		{ "http://0.0.0.0", "only for this machine" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint ep = { .host = "untouched" };
		struct err e = { "" };

		CHECK_EQ(endpoint_sts("eu-west-1", cases[i].url, &ep, &e),
		    RC_CONFIG);
		if (strstr(e.msg, cases[i].want) == NULL)
			(void)fprintf(stderr, "%s: %s\n", cases[i].url, e.msg);
		CHECK(strstr(e.msg, cases[i].want) != NULL);
		CHECK(strstr(e.msg, "wJalr") == NULL);
		is(ep.host, "untouched");
	}
}

/* A region of no known shape will do where the endpoint is given. */
static void
test_own_region(void)
{
	struct endpoint ep;
	struct err e;

	CHECK_EQ(endpoint_sts("garage", "https://sts.local", &ep, &e), RC_OK);
	is(ep.region, "garage");
	is(ep.partition, "aws");
	CHECK_EQ(
	    endpoint_sts("no/good", "https://sts.local", &ep, &e), RC_CONFIG);
}

/*
 * What botocore 1.29 resolves and signs for; of the last three partitions,
 * which it does not know, botocore 1.43.
 */
static void
test_iam(void)
{
	static const struct {
		const char *region, *partition, *host, *signs;
	} cases[] = {
		{ "eu-central-1", "aws", "iam.amazonaws.com", "us-east-1" },
		{ "us-east-1", "aws", "iam.amazonaws.com", "us-east-1" },
		{ "cn-northwest-1", "aws-cn", "iam.cn-north-1.amazonaws.com.cn",
		    "cn-north-1" },
		{ "us-gov-east-1", "aws-us-gov", "iam.us-gov.amazonaws.com",
		    "us-gov-west-1" },
		{ "us-iso-west-1", "aws-iso", "iam.us-iso-east-1.c2s.ic.gov",
		    "us-iso-east-1" },
		{ "us-isob-east-1", "aws-iso-b",
		    "iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
		{ "eu-isoe-west-1", "aws-iso-e",
		    "iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
		{ "us-isof-east-1", "aws-iso-f",
		    "iam.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
		{ "eusc-de-east-1", "aws-eusc",
		    "iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint ep;
		struct err e;

		CHECK_EQ(endpoint_iam(cases[i].region, NULL, &ep, &e), RC_OK);
		is(ep.host, cases[i].host);
		is(ep.url + 8, cases[i].host);
		CHECK_EQ(strncmp(ep.url, "https://", 8), 0);
		is(ep.region, cases[i].signs);
		is(ep.partition, cases[i].partition);
		is(ep.kind, "global");
	}
}

static void
test_iam_urls(void)
{
	struct endpoint ep = { .host = "untouched" };
	struct err e;

	CHECK_EQ(endpoint_iam("moon-base-1", NULL, &ep, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "AWS_ENDPOINT_URL_IAM") != NULL);
	CHECK_EQ(endpoint_iam("no/good", "https://a", &ep, &e), RC_CONFIG);
	CHECK_EQ(endpoint_iam("eu-west-1", "http://a", &ep, &e), RC_CONFIG);
	is(ep.host, "untouched");
	CHECK_EQ(endpoint_iam(
		     "eu-west-1", "https://iam-fips.amazonaws.com/", &ep, &e),
	    RC_OK);
	is(ep.url, "https://iam-fips.amazonaws.com");
	is(ep.kind, "url=https://iam-fips.amazonaws.com");
	is(ep.region, "us-east-1");
	CHECK_EQ(
	    endpoint_iam("us-gov-east-1", "http://127.0.0.1:4566", &ep, &e),
	    RC_OK);
	is(ep.host, "127.0.0.1:4566");
	is(ep.region, "us-gov-west-1");
	CHECK_EQ(endpoint_iam("garage", "https://iam.local", &ep, &e), RC_OK);
	is(ep.region, "garage");
	is(ep.partition, "aws");
}

int
main(void)
{
	test_regions();
	test_no_regions();
	test_urls();
	test_bad_urls();
	test_own_region();
	test_iam();
	test_iam_urls();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan.h"
#include "tests/unit/plan_world.h"

/* Under which names links are cached: what shapes them, and nothing else. */

#define MFA "arn:aws:iam::123456789012:mfa/dev"
#define DEV \
	"[profile dev]\nstskey_key = pkcs11:token=work\nregion = eu-west-1\n" \
	"stskey_access_key_id = AKIAIOSFODNN7EXAMPLE\n" \
	"mfa_serial = " MFA "\n"
#define ADMIN \
	"[profile admin]\nstskey_source_profile = dev\n" \
	"stskey_role_arn = arn:aws:iam::999999999999:role/path/Ad+min\n"

static void
key_of(const char *config, const char *profile, size_t link, struct buf *ret)
{
	struct plan_world w = { .config = config };
	AUTO_PLAN struct plan p = { 0 };
	struct err e = { "" };

	CHECK_EQ(world_plan(&w, profile, &p, &e), RC_OK);
	CHECK(p.n > link);
	buf_clear(ret);
	buf_str(ret, p.links[link].cache_key);
}

static void
test_format(void)
{
	struct plan_world w = { .config = DEV ADMIN "external_id = a;b=c\n" };
	AUTO_PLAN struct plan p = { 0 };
	struct err e = { "" };

	/* ; is no character of an external id, so it cannot be smuggled in. */
	CHECK_EQ(world_plan(&w, "admin", &p, &e), RC_CONFIG);
	plan_done(&p);
	w.config = DEV ADMIN "external_id = a=b\nduration_seconds = 900\n";
	CHECK_EQ(world_plan(&w, "admin", &p, &e), RC_OK);
	CHECK_MEM(BYTES_STR(p.links[0].cache_key),
	    "session;id=AKIAIOSFODNN7EXAMPLE;partition=aws;endpoint=regional;"
	    "serial=" MFA ";seconds=43200");
	CHECK_MEM(BYTES_STR(p.links[1].cache_key),
	    "session;id=AKIAIOSFODNN7EXAMPLE;partition=aws;endpoint=regional;"
	    "serial=" MFA ";seconds=43200>role;partition=aws;endpoint=regional;"
	    "arn=arn:aws:iam::999999999999:role/path/Ad+min;name=stskey;"
	    "external_id=a%3Db;seconds=900");
	CHECK_EQ(
	    strncmp(p.links[0].cache_name, "session-AKIAIOSFODNN7EXAMPLE.", 29),
	    0);
	CHECK_EQ(strlen(p.links[0].cache_name), 29 + 16);
	CHECK_EQ(
	    strncmp(p.links[1].cache_name, "role-999999999999-Ad_min.", 25), 0);
}

static void
test_direct(void)
{
	AUTO_BUF struct buf key = BUF_INIT(4096);

	key_of(DEV ADMIN "stskey_role_direct = true\n", "admin", 0, &key);
	CHECK_MEM(key,
	    "key;id=AKIAIOSFODNN7EXAMPLE>role;partition=aws;endpoint=regional;"
	    "arn=arn:aws:iam::999999999999:role/path/Ad+min;name=stskey;"
	    "serial=" MFA);
}

/* What shapes the session changes its key; what shapes the caller does not. */
static void
test_shapes(void)
{
	static const struct {
		const char *config, *profile;
		bool same;
	} cases[] = {
		{ DEV, "dev", true },
		{ DEV ADMIN, "admin", true },
		{ DEV ADMIN "region = us-east-1\n", "admin", true },
		{ DEV ADMIN "duration_seconds = 1000\n", "admin", true },
		{ DEV ADMIN "endpoint_url = https://a.example\n", "admin",
		    true },
		{ DEV ADMIN "stskey_session_seconds = 1000\n", "admin", true },
		{ DEV "stskey_mfa = command:x\nstskey_user = other\n", "dev",
		    true },
		{ DEV "stskey_session_seconds = 1000\n", "dev", false },
		{ DEV "endpoint_url = https://a.example\n", "dev", false },
		{ "[profile dev]\nstskey_key = pkcs11:token=work\n"
		  "region = eu-west-1\n"
		  "stskey_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
		    "dev", false },
		{ "[profile dev]\nstskey_key = pkcs11:token=work\n"
		  "region = cn-north-1\nmfa_serial = " MFA "\n"
		  "stskey_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
		    "dev", false },
	};
	AUTO_BUF struct buf want = BUF_INIT(4096), got = BUF_INIT(4096);

	key_of(DEV, "dev", 0, &want);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		key_of(cases[i].config, cases[i].profile, 0, &got);
		CHECK_EQ(
		    bytes_eq(buf_bytes(&got), buf_bytes(&want)), cases[i].same);
	}
}

#define ONE "arn:aws:iam::1:mfa/one"
#define TWO "arn:aws:iam::1:mfa/two"
#define NOMFA \
	"[profile dev]\nstskey_key = pkcs11:token=work\nregion = eu-west-1\n" \
	"stskey_access_key_id = AKIAIOSFODNN7EXAMPLE\n"

/* Any device of a list makes the same session, in whatever order they stand. */
static void
test_lists(void)
{
	static const char want[] =
	    "session;id=AKIAIOSFODNN7EXAMPLE;partition=aws;endpoint=regional;"
	    "serial=" ONE ";serial=" TWO ";seconds=43200";
	AUTO_BUF struct buf one = BUF_INIT(4096), got = BUF_INIT(4096);

	key_of(NOMFA "stskey_mfa = " ONE "=prompt " TWO "=sealed:x\n", "dev", 0,
	    &got);
	CHECK_MEM(got, want);
	key_of(NOMFA "stskey_mfa = " TWO "=prompt " ONE "=pkcs11:token=y\n"
		     "mfa_serial = " TWO "\n",
	    "dev", 0, &got);
	CHECK_MEM(got, want);
	/* A list of one is the device that mfa_serial would name. */
	key_of(NOMFA "mfa_serial = " ONE "\n", "dev", 0, &one);
	key_of(NOMFA "stskey_mfa = " ONE "=sealed:x\n", "dev", 0, &got);
	CHECK_MEM(got, buf_cstr(&one));
	key_of(NOMFA "stskey_mfa = " TWO "=prompt " ONE "=sealed:x\n" ADMIN
		     "stskey_role_direct = true\n",
	    "admin", 0, &got);
	CHECK_MEM(got,
	    "key;id=AKIAIOSFODNN7EXAMPLE>role;partition=aws;endpoint=regional;"
	    "arn=arn:aws:iam::999999999999:role/path/Ad+min;name=stskey;"
	    "serial=" ONE ";serial=" TWO);
}

/* Three regions and forty roles over one base: one session. */
static void
test_one_session(void)
{
	static const char *const regions[][2] = {
		{ "AWS_REGION=eu-west-1", NULL },
		{ "AWS_REGION=us-east-1", NULL },
		{ "AWS_REGION=ap-south-1", NULL },
	};
	AUTO_BUF struct buf config = BUF_INIT(1 << 20), want = BUF_INIT(4096);
	struct plan_world w = { 0 };
	struct err e = { "" };

	buf_str(&config, DEV);
	for (int i = 0; i < 40; i++)
		buf_fmt(&config,
		    "[profile r%d]\nstskey_source_profile = dev\n"
		    "stskey_role_arn = arn:aws:iam::%012d:role/R\n",
		    i, i);
	key_of(DEV, "dev", 0, &want);
	w.config = buf_cstr(&config);
	for (int i = 0; i < 120; i++) {
		AUTO_PLAN struct plan p = { 0 };
		char name[16];

		(void)snprintf(name, sizeof(name), "r%d", i % 40);
		w.env = regions[i / 40];
		CHECK_EQ(world_plan(&w, name, &p, &e), RC_OK);
		CHECK_EQ(p.n, 2);
		CHECK_MEM(BYTES_STR(p.links[0].cache_key), buf_cstr(&want));
		CHECK_MEM(BYTES_STR(p.links[1].endpoint.region),
		    w.env[0] + strlen("AWS_REGION="));
	}
}

/* A file name of bounded length, whatever the role is called. */
static void
test_long_names(void)
{
	AUTO_BUF struct buf config = BUF_INIT(1 << 16);
	AUTO_PLAN struct plan p = { 0 }, q = { 0 };
	struct plan_world w = { 0 };
	struct err e = { "" };
	size_t len;

	buf_str(&config, DEV "[profile a]\nrole_arn = arn:aws:iam::1:role/");
	for (int i = 0; i < 500; i++)
		buf_str(&config, "/n");
	buf_str(&config, "\nsource_profile = dev\n");
	w.config = buf_cstr(&config);
	CHECK_EQ(world_plan(&w, "a", &p, &e), RC_OK);
	len = strlen(p.links[1].cache_name);
	CHECK(len <= 80 + 1 + 16);
	CHECK_EQ(strspn(p.links[1].cache_name,
		     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		     "0123456789._-"),
	    len);
	w.config =
	    DEV "[profile a]\nrole_arn = arn:aws:iam::1:role/"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\nsource_profile = dev\n";
	CHECK_EQ(world_plan(&w, "a", &q, &e), RC_OK);
	CHECK_EQ(strlen(q.links[1].cache_name), 80 + 1 + 16);
}

int
main(void)
{
	test_format();
	test_direct();
	test_shapes();
	test_lists();
	test_one_session();
	test_long_names();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan.h"
#include "tests/unit/plan_world.h"

/* Configurations that make no plan: where they are wrong, and what to do. */

#define MFA "arn:aws:iam::123456789012:mfa/dev"
#define ROLE "arn:aws:iam::999999999999:role/Admin"
#define ID "stskey_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
#define DEV \
	"[profile dev]\nregion = eu-west-1\n" \
	"stskey_key = pkcs11:token=work\n" ID
#define ADMIN \
	"[profile admin]\nstskey_role_arn = " ROLE "\n" \
	"stskey_source_profile = dev\n"
#define PLAIN "[profile plain]\nrole_arn = " ROLE "\nsource_profile = dev\n"

static void
refused(struct plan_world *w, const char *profile, enum rc rc, const char *want)
{
	AUTO_PLAN struct plan p = { 0 };
	struct err e = { "" };
	enum rc got = world_plan(w, profile, &p, &e);

	if (got != rc || strstr(e.msg, want) == NULL)
		(void)fprintf(
		    stderr, "%s\nsaid: %s\nwant: %s\n", w->config, e.msg, want);
	CHECK_EQ(got, rc);
	CHECK(strstr(e.msg, want) != NULL);
	CHECK(strstr(e.msg, "wJalr") == NULL);
	CHECK(p.n == 0);
}

static void
is_refused(const char *config, const char *profile, const char *want)
{
	struct plan_world w = { .config = config };

	refused(&w, profile, RC_CONFIG, want);
}

static void
test_no_profile(void)
{
	struct plan_world w = { .config =
				    DEV ADMIN "[profile other]\nx = 1\n" };

	refused(&w, "nope", RC_NOTFOUND, "such as 'dev', 'admin'");
	w.config = "[profile other]\nx = 1\n";
	refused(&w, "nope", RC_NOTFOUND, "stskey key import");
	w.config = "";
	refused(&w, "default", RC_NOTFOUND, "no profile 'default' in conf");
	is_refused(ADMIN, "admin",
	    "conf:3: stskey_source_profile: there is no "
	    "profile 'dev'");
}

static void
test_unknown_keys(void)
{
	struct plan_world w = { .config = DEV,
		.defaults = "[defaults]\n"
			    "stskey_pinsource = prompt\n" };

	is_refused(DEV "stskey_ky = x\n", "dev",
	    "conf:5: 'stskey_ky' is no key that stskey knows: did you mean "
	    "'stskey_key'?");
	is_refused(DEV "STSKEY_Session_Second = 1\n", "dev",
	    "did you mean 'stskey_session_seconds'?");
	is_refused(DEV "stskey_wJalr/X = 1\n", "dev", "conf:5: this is no key");
	is_refused(DEV "stskey_x = 1\n" ADMIN, "admin", "conf:5: 'stskey_x'");
	is_refused(
	    DEV "[DEFAULT]\nstskey_x = 1\n", "dev", "conf:6: 'stskey_x'");
	refused(&w, "dev", RC_CONFIG,
	    "site:2: 'stskey_pinsource' is no key that stskey knows: did you "
	    "mean 'stskey_pin_source'?");
	w.defaults = "[defaults]\nregion = eu-west-1\n";
	refused(&w, "dev", RC_CONFIG, "site:2: [defaults] takes");
	w.defaults = "[defaults]\nstskey_role_arn = " ROLE "\n";
	refused(&w, "dev", RC_CONFIG, "site:2: a role belongs to one profile");
}

/* A stranger's profile may say what it likes. */
static void
test_unknown_elsewhere(void)
{
	struct plan_world w = {
		.config =
		    DEV "[profile x]\nstskey_nonsense = 1\n[y]\nstskey_x = 1\n"
	};
	AUTO_PLAN struct plan p = { 0 };
	struct err e = { "" };

	CHECK_EQ(world_plan(&w, "dev", &p, &e), RC_OK);
}

static void
test_shadowed(void)
{
	is_refused(DEV PLAIN "credential_process = /bin/stskey credentials\n",
	    "plain", "conf:6: role_arn: beside credential_process");
	is_refused(DEV PLAIN "credential_process = /bin/stskey credentials\n",
	    "plain",
	    "\n[profile plain]\nstskey_role_arn = " ROLE
	    "\nstskey_source_profile = dev");
	is_refused(DEV PLAIN "stskey_role_arn = " ROLE "\n", "plain",
	    "role_arn and stskey_role_arn");
}

static void
test_loops(void)
{
	is_refused("[profile a]\nstskey_role_arn = " ROLE
		   "\nstskey_source_profile = b\n[profile b]\nrole_arn = " ROLE
		   "\nsource_profile = a\n",
	    "a",
	    "conf:6: source_profile: the profiles are each other's source "
	    "(a -> b -> a)");
	is_refused("[profile a]\nstskey_role_arn = " ROLE
		   "\nstskey_source_profile = a\n",
	    "a", "(a -> a)");
	is_refused(
	    "[profile a]\n"
	    "credential_process = '/opt/stskey/bin/stskey' credentials\n",
	    "a", "conf:1: profile 'a' is a loop");
	is_refused("[profile a]\ncredential_process = stskey credentials\n"
		   "[profile b]\nsource_profile = a\nrole_arn = " ROLE "\n",
	    "b", "conf:1: profile 'a' is a loop");
}

static void
test_too_deep(void)
{
	AUTO_BUF struct buf config = BUF_INIT(1 << 16);
	struct plan_world w = { 0 };
	AUTO_PLAN struct plan p = { 0 };
	struct err e = { "" };

	buf_str(&config, DEV "[profile r0]\nstskey_source_profile = dev\n"
			     "stskey_role_arn = " ROLE "\n"
			     "mfa_serial = " MFA "\n");
	for (int i = 1; i < 12; i++)
		buf_fmt(&config,
		    "[profile r%d]\nstskey_source_profile = r%d\n"
		    "stskey_role_arn = %s\n",
		    i, i - 1, ROLE);
	w.config = buf_cstr(&config);
	refused(&w, "r11", RC_CONFIG, "roles one upon another");
	refused(&w, "r6", RC_CONFIG, "roles one upon another");
	CHECK_EQ(world_plan(&w, "r5", &p, &e), RC_OK);
	CHECK_EQ(p.n, 7);
}

static void
test_other_kinds(void)
{
	static const struct {
		const char *line, *want;
		enum rc rc;
	} cases[] = {
		{ "credential_process = /bin/other", "another program's",
		    RC_UNSUPPORTED },
		{ "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
		  "aws_secret_access_key = wJalrXUtnFEMI",
		    "plain text", RC_CONFIG },
		{ "sso_session = x", "Identity Center", RC_UNSUPPORTED },
		{ "sso_start_url = x", "Identity Center", RC_UNSUPPORTED },
		{ "web_identity_token_file = x", "web identity",
		    RC_UNSUPPORTED },
		{ "role_arn = " ROLE "\ncredential_source = Environment",
		    "credential_source", RC_UNSUPPORTED },
		{ "role_arn = " ROLE "\nweb_identity_token_file = x",
		    "web identity", RC_UNSUPPORTED },
		{ "role_arn = " ROLE, "no source_profile", RC_CONFIG },
		{ "stskey_role_arn = " ROLE, "stskey_source_profile",
		    RC_CONFIG },
		{ "region = eu-west-1", "neither stskey_key nor", RC_CONFIG },
		{ "stskey_key =", "neither stskey_key nor", RC_CONFIG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf config = BUF_INIT(4096);
		struct plan_world w = { 0 };

		buf_fmt(&config,
		    "[profile x]\n%s\n[profile up]\nstskey_role_arn = %s\n"
		    "stskey_source_profile = x\n",
		    cases[i].line, ROLE);
		w.config = buf_cstr(&config);
		refused(&w, "x", cases[i].rc, cases[i].want);
		refused(&w, "up", cases[i].rc, cases[i].want);
	}
}

/* One wrong line under a profile that is fine without it. */
static void
test_values(void)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
		{ "stskey_session_seconds = 899", "900 to 129600" },
		{ "stskey_session_seconds = 129601", "900 to 129600" },
		{ "stskey_session_seconds = 1h", "900 to 129600" },
		{ "stskey_session_seconds = -1000", "900 to 129600" },
		{ "stskey_session_seconds = 99999999999999999999999",
		    "900 to 129600" },
		{ "stskey_timeout_seconds = 0", "1 to 86400" },
		{ "stskey_touch_seconds = 4", "5 to 120" },
		{ "stskey_touch_seconds = 121", "5 to 120" },
		{ "stskey_cache = ram", "disk, runtime or none" },
		{ "stskey_prompt = TTY", "auto, tty, pinentry or none" },
		{ "stskey_notify = always", "none or expiry" },
		{ "stskey_pin_source = wJalr", "never the PIN itself" },
		{ "stskey_mfa = wJalr\nmfa_serial = " MFA, "or from" },
		{ "stskey_mfa = command:\nmfa_serial = " MFA, "or from" },
		{ "stskey_mfa = prompt prompt\nmfa_serial = " MFA,
		    "named by its ARN" },
		{ "stskey_mfa = arn:aws:iam::1:mfa/x=prompt\n"
		  "mfa_serial = " MFA,
		    "another device" },
		{ "mfa_serial = short", "conf:5: mfa_serial: an MFA serial" },
		{ "endpoint_url = http://sts.example.com", "this machine" },
		{ "stskey_source_profile = x", "without stskey_role_arn" },
		{ "stskey_pinentry = a\n  b", "indented lines below" },
		{ "stskey_pinentry = a\x01", "control character" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf config = BUF_INIT(4096);

		buf_fmt(&config, "%s%s\n", DEV, cases[i].line);
		is_refused(buf_cstr(&config), "dev", cases[i].want);
		is_refused(buf_cstr(&config), "dev", "conf:5: ");
	}
}

#define ONE "arn:aws:iam::1:mfa/one"
#define TWO "arn:aws:iam::1:mfa/two"

/* Lists of MFA devices, and those of whom mfa_serial is not one. */
static void
test_lists(void)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
		{ ONE "=prompt prompt", "named by its ARN" },
		{ "prompt " ONE "=prompt", "named by its ARN" },
		{ ONE "=pkcs11:token=my hsm", "as %20" },
		{ "AKIAIOSFODNN7EXAMPLE=prompt " ONE "=prompt",
		    "named by its ARN" },
		{ "ARN:aws:iam::1:mfa/x=prompt " ONE "=prompt",
		    "named by its ARN" },
		{ ONE "=prompt arn:aws:iam::1:user/x=prompt",
		    "not one of an MFA device" },
		{ ONE "=prompt " TWO "=sealed:a " ONE "=sealed:b",
		    "entry 3 is for the same device as entry 1" },
		{ ONE "=prompt " TWO "=wJalr", "or from" },
		{ ONE "=prompt " TWO "=command:", "or from" },
		{ ONE "=prompt " TWO "=pkcs11:token=a?pin-value=wJalr",
		    "pin-source=file:" },
		{ "AKIAIOSFODNN7EXAMPLE=prompt", "named by its ARN" },
		{ "arn:aws:iam::1:user/x=prompt", "not one of an MFA device" },
		{ "a b c d e f g h i", "8 MFA devices at most" },
		{ "sealed:", "the name after sealed:" },
		{ "sealed:a/wJalr", "the name after sealed:" },
		{ "sealed:..", "the name after sealed:" },
		{ "sealed:.hidden", "the name after sealed:" },
		{ "sealed:aaaaaaaaaabbbbbbbbbbccccccccccddddddddddX",
		    "1 to 40" },
		{ "sealed:a?x=wJalr", "nothing else" },
		{ "sealed:a?pin-source=", "nothing else" },
		{ "sealed:a?pin-source=prompt&x=wJalr", "nothing else" },
		{ "sealed:a?pin-value=wJalr", "pin-source=file:" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf config = BUF_INIT(4096);

		buf_fmt(&config, "%sstskey_mfa = %s\n", DEV, cases[i].line);
		is_refused(buf_cstr(&config), "dev", cases[i].want);
		is_refused(buf_cstr(&config), "dev", "conf:5: stskey_mfa: ");
	}
	is_refused(DEV "stskey_mfa = " ONE "=prompt " TWO "=prompt\n"
		       "mfa_serial = " MFA "\n",
	    "dev", "conf:5: stskey_mfa: it lists other devices");
	/* A role whose device the list of the key does not have. */
	is_refused(DEV "stskey_mfa = " ONE "=prompt " TWO "=prompt\n" ADMIN
		       "mfa_serial = " MFA "\n",
	    "admin", "conf:5: stskey_mfa: it lists other devices");
}

/* The outer of two roles, which can bring no other devices. */
static void
test_lists_chained(void)
{
	static const char outer[] =
	    DEV "stskey_mfa = " ONE "=prompt " TWO "=sealed:x\n" ADMIN
		"[profile outer]\nstskey_source_profile = admin\n"
		"stskey_role_arn = " ROLE "\n";
	AUTO_BUF struct buf config = BUF_INIT(4096);
	AUTO_PLAN struct plan p = { 0 };
	struct plan_world w = { 0 };
	struct err e = { "" };

	buf_fmt(&config, "%sstskey_mfa = %s=prompt\n", outer, ONE);
	is_refused(buf_cstr(&config), "outer", "conf:12: stskey_mfa: a role");
	buf_clear(&config);
	buf_fmt(
	    &config, "%sstskey_mfa = %s=sealed:y %s=prompt\n", outer, TWO, ONE);
	w.config = buf_cstr(&config);
	CHECK_EQ(world_plan(&w, "outer", &p, &e), RC_OK);
}

static void
test_role_values(void)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
		{ "duration_seconds = 899", "900 to 43200" },
		{ "duration_seconds = 43201", "900 to 43200" },
		{ "stskey_role_direct = yes", "true or false" },
		{ "role_session_name = a b", "a role session name" },
		{ "role_session_name = x", "2 to 64" },
		{ "external_id = x", "an external id" },
		{ "region = Europe", "lower-case" },
		{ "stskey_key = pkcs11:token=x", "stskey_key of its own" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf config = BUF_INIT(4096);

		buf_fmt(&config, "%s%s%s\n", DEV, ADMIN, cases[i].line);
		is_refused(buf_cstr(&config), "admin", cases[i].want);
	}
	is_refused(DEV "[profile a]\nstskey_source_profile = dev\n"
		       "stskey_role_arn = wJalrXUtnFEMIK7MDENGbPxRfiCY\n",
	    "a", "conf:7: stskey_role_arn: a role ARN looks like");
	is_refused(DEV ADMIN "region = cn-north-1\n", "admin",
	    "the role is in the partition aws");
	is_refused(DEV "stskey_user = x\n" ADMIN, "admin",
	    "conf:5: stskey_user: a role session name");
}

static void
test_keys(void)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
		{ "stskey_key = pkcs11:token=a?pin-value=wJalr\n" ID,
		    "pin-source=file:" },
		{ "stskey_key = "
		  "pkcs11:token=a?module-name=x&PIN-VALUE=wJalr\n" ID,
		    "pin-source=file:" },
		{ "stskey_key = pkcs11:token=a;pin-value=wJalr\n" ID,
		    "pin-source=file:" },
		{ "stskey_key = wJalrXUtnFEMI\n" ID, "begins with pkcs11:" },
		{ "stskey_key = pkcs11:\n" ID, "names no token" },
		{ "stskey_key = sealed:a:b\n" ID, "the name after sealed:" },
		{ "stskey_key = fido:\n" ID, "pkcs11:, oath: or sealed:" },
		{ "stskey_key = oath:\n" ID, "oath:serial=" },
		{ "stskey_key = oath:serial=1\n" ID, "oath:serial=" },
		{ "stskey_key = oath:name=\n" ID, "oath:serial=" },
		{ "stskey_key = oath:name=a;object=b\n" ID, "oath:serial=" },
		{ "stskey_key = oath:name=a?touch=yes\n" ID, "touch=no" },
		{ "stskey_key = oath:name=a?touch=\n" ID, "touch=no" },
		{ "stskey_key = sealed:a sealed:b\n" ID, "takes one entry" },
		{ "stskey_key = pkcs11:token=a pkcs11:token=b\n" ID,
		    "takes one entry" },
		{ "stskey_key = pkcs11:token=a b\n" ID, "%20" },
		{ "stskey_key = pkcs11:token=a\n", "no access key id" },
		{ "stskey_key = AKIAIOSFODNN8EXAMPLE=pkcs11:token=a\n" ID,
		    "another access key id" },
		{ "stskey_key = pkcs11:token=a\nstskey_access_key_id = wJalr\n",
		    "an access key id has 16" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf config = BUF_INIT(4096);

		buf_fmt(&config, "[profile dev]\nregion = eu-west-1\n%s",
		    cases[i].line);
		is_refused(buf_cstr(&config), "dev", cases[i].want);
	}
	is_refused("[profile dev]\nstskey_key = pkcs11:token=a\n" ID, "dev",
	    "conf:1: profile 'dev' has no region");
}

static void
test_chained(void)
{
	static const char outer[] =
	    DEV "mfa_serial = " MFA "\n" ADMIN
		"[profile outer]\nstskey_source_profile = admin\n"
		"stskey_role_arn = " ROLE "\n";
	AUTO_BUF struct buf config = BUF_INIT(4096);

	buf_fmt(&config, "%smfa_serial = %s2\n", outer, MFA);
	is_refused(buf_cstr(&config), "outer", "conf:12: mfa_serial: a role");
	buf_clear(&config);
	buf_fmt(&config, "%sstskey_role_direct = true\n", outer);
	is_refused(
	    buf_cstr(&config), "outer", "conf:12: stskey_role_direct: a role");
}

/* A variable that is wrong is named as the variable it is. */
static void
test_environment(void)
{
	static const char *const cases[][2] = {
		{ "STSKEY_SESSION_SECONDS=5", "STSKEY_SESSION_SECONDS: write" },
		{ "STSKEY_KEY=wJalr", "STSKEY_KEY: the key is named" },
		{ "STSKEY_CACHE=x", "STSKEY_CACHE: write disk" },
		{ "STSKEY_MFA=" ONE "=prompt x", "STSKEY_MFA: an MFA device" },
		{ "STSKEY_TOUCH_SECONDS=1", "STSKEY_TOUCH_SECONDS: write" },
		{ "AWS_ENDPOINT_URL_STS=http://x.example",
		    "AWS_ENDPOINT_URL_STS: an endpoint URL" },
		{ "STSKEY_ROLE_ARN=x", "STSKEY_ROLE_ARN: a role ARN" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const env[] = { cases[i][0], NULL };
		struct plan_world w = { .config = DEV, .env = env };

		refused(&w, "dev", RC_CONFIG, cases[i][1]);
	}
}

int
main(void)
{
	test_no_profile();
	test_unknown_keys();
	test_unknown_elsewhere();
	test_shadowed();
	test_loops();
	test_too_deep();
	test_other_kinds();
	test_values();
	test_lists();
	test_lists_chained();
	test_role_values();
	test_keys();
	test_chained();
	test_environment();
	return 0;
}

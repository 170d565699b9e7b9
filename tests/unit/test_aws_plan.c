/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan.h"
#include "tests/unit/plan_world.h"

/* From a profile to its chain of calls: which, signed by what, with a code? */

#define MFA "arn:aws:iam::123456789012:mfa/dev"
#define OTHER "arn:aws:iam::123456789012:mfa/other"
#define ROLE "arn:aws:iam::999999999999:role/"
#define KEY \
	"stskey_key = pkcs11:token=work;object=k\n" \
	"stskey_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
#define DEV "[profile dev]\nregion = eu-central-1\n" KEY
#define ADMIN \
	"[profile admin]\nstskey_role_arn = " ROLE "Admin\n" \
	"stskey_source_profile = dev\n"

/*
 * "KIND profile [key] [serial=S mfa=M] seconds/cap region; …": what decides,
 * without what does not differ.
 */
static void
describe(const struct plan *p, struct buf *ret)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct link *l = &p->links[i];

		buf_fmt(ret, "%s%s %s", i > 0 ? "; " : "",
		    l->kind == LINK_SESSION ? "session" : "role", l->profile);
		if (l->by_key)
			buf_str(ret, " by key");
		for (size_t k = 0; k < l->nmfa; k++)
			buf_fmt(ret, "%s %s from %s", k > 0 ? " or" : "",
			    strrchr(l->mfa[k].serial, '/') + 1,
			    l->mfa[k].entry);
		buf_fmt(ret, " %lld/%lld %s", (long long)l->seconds,
		    (long long)l->seconds_cap, l->endpoint.region);
	}
}

static void
planned(struct plan_world *w, const char *profile, const char *want)
{
	AUTO_PLAN struct plan p = { 0 };
	AUTO_BUF struct buf got = BUF_INIT(4096);
	struct err e = { "" };
	enum rc rc = world_plan(w, profile, &p, &e);

	if (rc != RC_OK)
		(void)fprintf(stderr, "%s\n%s\n", w->config, e.msg);
	CHECK_EQ(rc, RC_OK);
	describe(&p, &got);
	CHECK_MEM(got, want);
}

static void
plain(const char *config, const char *profile, const char *want)
{
	struct plan_world w = { .config = config };

	planned(&w, profile, want);
}

static void
test_session(void)
{
	plain(DEV, "dev", "session dev by key 43200/129600 eu-central-1");
	plain(DEV "mfa_serial = " MFA "\n", "dev",
	    "session dev by key dev from prompt 43200/129600 eu-central-1");
	plain(DEV "mfa_serial = " MFA "\nstskey_mfa = pkcs11:object=m\n"
		  "stskey_session_seconds = 900\n",
	    "dev",
	    "session dev by key dev from pkcs11:object=m 900/129600 "
	    "eu-central-1");
	/* The role's duration says nothing of the session. */
	plain(DEV "duration_seconds = 1800\n", "dev",
	    "session dev by key 43200/129600 eu-central-1");
	plain("[default]\nregion = eu-west-1\n" KEY, "default",
	    "session default by key 43200/129600 eu-west-1");
}

static void
test_role(void)
{
	/* No device, no session: the key signs AssumeRole itself. */
	plain(DEV ADMIN, "admin", "role admin by key 0/43200 eu-central-1");
	plain(DEV ADMIN "duration_seconds = 7200\n", "admin",
	    "role admin by key 7200/43200 eu-central-1");
	/* The key's device, the role's, the same on both: one session. */
	plain(DEV "mfa_serial = " MFA "\n" ADMIN, "admin",
	    "session dev by key dev from prompt 43200/129600 eu-central-1; "
	    "role admin 0/3600 eu-central-1");
	plain(DEV ADMIN "mfa_serial = " MFA "\nduration_seconds = 43200\n",
	    "admin",
	    "session dev by key dev from prompt 43200/129600 eu-central-1; "
	    "role admin 3600/3600 eu-central-1");
	plain(DEV "mfa_serial = " MFA "\n" ADMIN "mfa_serial = " MFA "\n",
	    "admin",
	    "session dev by key dev from prompt 43200/129600 eu-central-1; "
	    "role admin 0/3600 eu-central-1");
	/* Another device: straight from the key, with its own code. */
	plain(DEV "mfa_serial = " MFA "\nstskey_mfa = pkcs11:object=m\n" ADMIN
		  "mfa_serial = " OTHER "\nstskey_mfa = pkcs11:object=o\n",
	    "admin",
	    "role admin by key other from pkcs11:object=o 0/43200 "
	    "eu-central-1");
	/* AWS's own form, and a role in the profile of the key. */
	plain(DEV "[profile plain]\nrole_arn = " ROLE "R\n"
		  "source_profile = dev\n",
	    "plain", "role plain by key 0/43200 eu-central-1");
	plain(DEV "stskey_role_arn = " ROLE "R\nmfa_serial = " MFA "\n", "dev",
	    "session dev by key dev from prompt 43200/129600 eu-central-1; "
	    "role dev 0/3600 eu-central-1");
	plain(DEV "role_arn = " ROLE "R\nsource_profile = dev\n", "dev",
	    "role dev by key 0/43200 eu-central-1");
}

static void
test_direct(void)
{
	static const char both[] = DEV
	    "mfa_serial = " MFA "\nstskey_mfa = command:oathtool x y\n" ADMIN
	    "duration_seconds = 43200\n"
	    "stskey_role_direct = true\n";
	static const char want[] =
	    "role admin by key dev from command:oathtool x y 43200/43200 "
	    "eu-central-1";
	struct plan_world w = { .config = DEV "mfa_serial = " MFA "\n" ADMIN,
		.direct = true,
		.role_seconds = 7200 };

	plain(both, "admin", want);
	planned(&w, "admin",
	    "role admin by key dev from prompt 7200/43200 eu-central-1");
	w.direct = false;
	planned(&w, "admin",
	    "session dev by key dev from prompt 43200/129600 eu-central-1; "
	    "role admin 3600/3600 eu-central-1");
	/* Without a role there is nothing to go straight to. */
	w.direct = true;
	planned(&w, "dev",
	    "session dev by key dev from prompt 43200/129600 eu-central-1");
}

#define OUTER \
	"[profile outer]\nstskey_role_arn = " ROLE "Outer\n" \
	"stskey_source_profile = admin\n"

static void
test_chain(void)
{
	plain(DEV "mfa_serial = " MFA "\n" ADMIN OUTER
		  "duration_seconds = 7200\nmfa_serial = " MFA "\n",
	    "outer",
	    "session dev by key dev from prompt 43200/129600 eu-central-1; "
	    "role admin 0/3600 eu-central-1; "
	    "role outer 3600/3600 eu-central-1");
	/* The device of the outermost, where no other has one. */
	plain(DEV ADMIN OUTER "mfa_serial = " MFA "\n"
			      "stskey_mfa = pkcs11:object=o\n",
	    "outer",
	    "session dev by key dev from pkcs11:object=o 43200/129600 "
	    "eu-central-1; role admin 0/3600 eu-central-1; "
	    "role outer 0/3600 eu-central-1");
	plain(DEV ADMIN "stskey_role_direct = TRUE\n" OUTER, "outer",
	    "role admin by key 0/43200 eu-central-1; "
	    "role outer 0/3600 eu-central-1");
}

static void
test_environment(void)
{
	static const char *const env[] = { "AWS_DEFAULT_REGION=us-east-2",
		"AWS_REGION=us-west-2", "STSKEY_SESSION_SECONDS=3600",
		"STSKEY_MFA=prompt", NULL };
	static const char *const fallback[] = { "AWS_DEFAULT_REGION=us-east-2",
		"AWS_REGION=", NULL };
	struct plan_world w = { .config = DEV
				"mfa_serial = " MFA
				"\nstskey_mfa = pkcs11:object=m\n" ADMIN,
		.env = env };

	/* The session is the key's profile's; the role is the caller's. */
	planned(&w, "admin",
	    "session dev by key dev from prompt 3600/129600 eu-central-1; "
	    "role admin 0/3600 us-west-2");
	w = (struct plan_world){ .config = "[profile dev]\n" KEY ADMIN,
		.env = fallback };
	planned(&w, "dev", "session dev by key 43200/129600 us-east-2");
	planned(&w, "admin", "role admin by key 0/43200 us-east-2");
}

static void
test_everything_else(void)
{
	static const char *const env[] = { "STSKEY_PINENTRY=/x/pinentry",
		"AWS_CA_BUNDLE=/x/ca.pem",
		"AWS_ENDPOINT_URL_STS=http://127.0.0.1:99", NULL };
	struct plan_world w = {
		.config =
		    DEV "stskey_user = dev.user\nstskey_cache = runtime\n"
			"stskey_pin_source = file:/run/pin\nca_bundle = /y\n"
			"endpoint_url = https://sts.example.com\n"
			"stskey_pkcs11_module = softhsm2\n" ADMIN
			"external_id = ext:1\nstskey_cache = disk\n"
			"stskey_timeout_seconds = 20\n"
			"stskey_touch_seconds = 45\n"
			"stskey_notify = expiry\n"
			"stskey_prompt = tty\n",
		.env = env
	};
	AUTO_PLAN struct plan p = { 0 }, q = { 0 };
	struct err e = { "" };

	CHECK_EQ(world_plan(&w, "admin", &p, &e), RC_OK);
	CHECK_MEM(BYTES_STR(p.profile), "admin");
	CHECK_MEM(BYTES_STR(p.key_profile), "dev");
	CHECK_MEM(BYTES_STR(p.key), "pkcs11:token=work;object=k");
	CHECK_MEM(BYTES_STR(p.access_key_id), "AKIAIOSFODNN7EXAMPLE");
	CHECK_MEM(BYTES_STR(p.user), "dev.user");
	CHECK_MEM(BYTES_STR(p.pin_source), "file:/run/pin");
	CHECK(p.pin_source_default == NULL);
	CHECK_MEM(BYTES_STR(p.module), "softhsm2");
	CHECK_MEM(BYTES_STR(p.pinentry), "/x/pinentry");
	CHECK_MEM(BYTES_STR(p.prompt), "tty");
	CHECK(p.notify);
	CHECK_MEM(BYTES_STR(p.ca_bundle), "/x/ca.pem");
	CHECK_EQ(p.cache, CACHE_RUNTIME);
	CHECK_EQ(p.timeout_seconds, 20);
	CHECK_EQ(p.touch_seconds, 45);
	CHECK_MEM(BYTES_STR(p.links[0].session_name), "dev.user");
	CHECK_MEM(BYTES_STR(p.links[0].external_id), "ext:1");
	CHECK_MEM(BYTES_STR(p.links[0].endpoint.url), "http://127.0.0.1:99");
	w.env = NULL;
	CHECK_EQ(world_plan(&w, "dev", &q, &e), RC_OK);
	CHECK_MEM(
	    BYTES_STR(q.links[0].endpoint.url), "https://sts.example.com");
	CHECK_MEM(BYTES_STR(q.ca_bundle), "/y");
	CHECK_EQ(q.timeout_seconds, 0);
	CHECK_EQ(q.touch_seconds, TOUCH_SECONDS_DEFAULT);
}

/* [defaults] come last, and an empty value in the profile switches one off. */
static void
test_defaults(void)
{
	struct plan_world w = { .config = DEV "stskey_mfa =\nmfa_serial = " MFA
					      "\n" ADMIN,
		.defaults = "[defaults]\nstskey_session_seconds = 7200\n"
			    "stskey_cache = none\nstskey_pinentry = /p\n"
			    "stskey_pin_source = prompt\n"
			    "stskey_mfa = command:site\n" };
	AUTO_PLAN struct plan p = { 0 };
	struct err e = { "" };

	CHECK_EQ(world_plan(&w, "dev", &p, &e), RC_OK);
	CHECK_EQ(p.links[0].seconds, 7200);
	CHECK_EQ(p.cache, CACHE_NONE);
	CHECK_MEM(BYTES_STR(p.pinentry), "/p");
	/* What a URI says of its PIN comes before the fleet's defaults. */
	CHECK(p.pin_source == NULL);
	CHECK_MEM(BYTES_STR(p.pin_source_default), "prompt");
	CHECK_MEM(BYTES_STR(p.links[0].mfa[0].entry), "prompt");
	w.config = DEV "mfa_serial = " MFA "\nstskey_cache = disk\n";
	plan_done(&p);
	CHECK_EQ(world_plan(&w, "dev", &p, &e), RC_OK);
	CHECK_EQ(p.cache, CACHE_DISK);
	CHECK_MEM(BYTES_STR(p.links[0].mfa[0].entry), "command:site");
}

static void
test_names(void)
{
	AUTO_PLAN struct plan p = { 0 }, q = { 0 }, r = { 0 };
	struct plan_world w = { .config = DEV "stskey_user = us+er\n" ADMIN };
	struct err e = { "" };

	CHECK_EQ(world_plan(&w, "admin", &p, &e), RC_OK);
	CHECK_MEM(BYTES_STR(p.links[0].session_name), "us+er");
	w.config = DEV "stskey_user = u\n" ADMIN "role_session_name = n.1\n";
	CHECK_EQ(world_plan(&w, "admin", &q, &e), RC_OK);
	CHECK_MEM(BYTES_STR(q.links[0].session_name), "n.1");
	w.config = DEV ADMIN;
	CHECK_EQ(world_plan(&w, "admin", &r, &e), RC_OK);
	CHECK_MEM(BYTES_STR(r.links[0].session_name), "stskey");
}

static void
test_entries(void)
{
	AUTO_PLAN struct plan p = { 0 };
	struct plan_world w = {
		.config =
		    "[profile dev]\nregion = eu-central-1\n"
		    "stskey_key = AKIAIOSFODNN7EXAMPLE=pkcs11:token=a%20b\n"
		    "mfa_serial = " MFA "\n"
		    "stskey_mfa = " MFA "=command:say 'a = b'\n"
	};
	struct err e = { "" };

	CHECK_EQ(world_plan(&w, "dev", &p, &e), RC_OK);
	CHECK_MEM(BYTES_STR(p.access_key_id), "AKIAIOSFODNN7EXAMPLE");
	CHECK_MEM(BYTES_STR(p.key), "pkcs11:token=a%20b");
	CHECK_MEM(BYTES_STR(p.links[0].mfa[0].entry), "command:say 'a = b'");
}

static void
test_min_left(void)
{
	CHECK_EQ(plan_min_left(43200), 960);
	CHECK_EQ(plan_min_left(3600), 960);
	CHECK_EQ(plan_min_left(1920), 960);
	CHECK_EQ(plan_min_left(900), 450);
	CHECK_EQ(plan_min_left(0), 0);
}

int
main(void)
{
	test_session();
	test_role();
	test_direct();
	test_chain();
	test_environment();
	test_everything_else();
	test_defaults();
	test_names();
	test_entries();
	test_min_left();
	return 0;
}

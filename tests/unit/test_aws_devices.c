/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/plan.h"
#include "tests/unit/plan_world.h"

/* Of which MFA devices a plan takes a code, and where each is held. */

#define ONE "arn:aws:iam::123456789012:mfa/one"
#define TWO "arn:aws:iam::123456789012:mfa/two"
#define OTHER "arn:aws:iam::123456789012:mfa/other"
#define DEV \
	"[profile dev]\nregion = eu-central-1\n" \
	"stskey_key = sealed:work-key\n" \
	"stskey_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
#define LIST \
	"stskey_mfa = " ONE "=sealed:desk?pin-source=prompt " TWO \
	"=pkcs11:token=b;object=m?module-name=x\n"
#define ADMIN \
	"[profile admin]\nstskey_role_arn = " \
	"arn:aws:iam::999999999999:role/Admin\n" \
	"stskey_source_profile = dev\n"
#define OUTER \
	"[profile outer]\nstskey_role_arn = " \
	"arn:aws:iam::999999999999:role/Outer\n" \
	"stskey_source_profile = admin\n"

#define BOTH \
	"one from sealed:desk?pin-source=prompt, " \
	"two from pkcs11:token=b;object=m?module-name=x"

/* "session DEVICE from ENTRY, …; role" */
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
	for (size_t i = 0; i < p.n; i++) {
		const struct link *l = &p.links[i];

		buf_str(&got, i > 0 ? "; " : "");
		buf_str(&got, l->kind == LINK_SESSION ? "session" : "role");
		for (size_t k = 0; k < l->nmfa; k++)
			buf_fmt(&got, "%s %s from %s", k > 0 ? "," : "",
			    strrchr(l->mfa[k].serial, '/') + 1,
			    l->mfa[k].entry);
	}
	CHECK_MEM(got, want);
}

static void
plain(const char *config, const char *profile, const char *want)
{
	struct plan_world w = { .config = config };

	planned(&w, profile, want);
}

static void
test_one(void)
{
	plain(DEV "mfa_serial = " ONE "\nstskey_mfa = sealed:desk\n", "dev",
	    "session one from sealed:desk");
	plain(DEV "mfa_serial = " ONE "\nstskey_mfa = " ONE "=sealed:a\n",
	    "dev", "session one from sealed:a");
	/* What names its device asks for a code by itself. */
	plain(DEV "stskey_mfa = " ONE "=sealed:a.b_C-9\n", "dev",
	    "session one from sealed:a.b_C-9");
	plain(DEV "mfa_serial = " ONE "\nstskey_mfa = "
		  "sealed:aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd\n",
	    "dev",
	    "session one from sealed:aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd");
}

/* A session without MFA is not what whoever writes stskey_mfa asks for. */
static void
test_nobodys(void)
{
	static const char *const env[] = { "STSKEY_MFA=prompt", NULL };
	static const struct {
		const char *config, *profile, *line;
	} cases[] = {
		{ DEV "stskey_mfa = sealed:desk\n", "dev",
		    "conf:5: stskey_mfa: " },
		{ DEV "mfa_serial =\nstskey_mfa = prompt\n", "dev",
		    "conf:6: stskey_mfa: " },
		{ DEV "stskey_mfa = prompt\n" ADMIN, "admin",
		    "conf:5: stskey_mfa: " },
		{ DEV "mfa_serial = " ONE "\n" ADMIN "stskey_mfa = prompt\n",
		    "admin", "conf:9: stskey_mfa: " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan_world w = { .config = cases[i].config };
		AUTO_PLAN struct plan p = { 0 };
		struct err e = { "" };

		CHECK_EQ(world_plan(&w, cases[i].profile, &p, &e), RC_CONFIG);
		CHECK_EQ(
		    strncmp(e.msg, cases[i].line, strlen(cases[i].line)), 0);
		CHECK(
		    strstr(e.msg, "set mfa_serial, or write ARN=URI") != NULL);
	}
	/* The role says whose the entry of the key's profile is. */
	plain(DEV "stskey_mfa = sealed:a\n" ADMIN "mfa_serial = " ONE "\n",
	    "admin", "session one from sealed:a; role");
	/* What is for a whole fleet is for those of it that have a device. */
	planned(&(struct plan_world){ .config = DEV,
		    .defaults = "[defaults]\nstskey_mfa = prompt\n" },
	    "dev", "session");
	planned(&(struct plan_world){ .config = DEV, .env = env }, "dev",
	    "session");
}

static void
test_list(void)
{
	plain(DEV LIST, "dev", "session " BOTH);
	plain(DEV LIST "mfa_serial = " TWO "\n", "dev", "session " BOTH);
	plain(DEV LIST ADMIN, "admin", "session " BOTH "; role");
	/* The command has the rest of the line, whatever it looks like. */
	plain(DEV "stskey_mfa = " ONE "=prompt   " TWO "=command:say " OTHER
		  "=prompt  x\n",
	    "dev",
	    "session one from prompt, two from command:say " OTHER
	    "=prompt  x");
	plain(DEV "stskey_mfa = arn:aws:iam::1:mfa/a=prompt "
		  "arn:aws:iam::1:mfa/b=prompt arn:aws:iam::1:mfa/c=prompt "
		  "arn:aws:iam::1:mfa/d=prompt arn:aws:iam::1:mfa/e=prompt "
		  "arn:aws:iam::1:mfa/f=prompt arn:aws:iam::1:mfa/g=prompt "
		  "arn:aws:iam::1:mfa/h=command:a b c d e f g h i\n",
	    "dev",
	    "session a from prompt, b from prompt, c from prompt, "
	    "d from prompt, e from prompt, f from prompt, g from prompt, "
	    "h from command:a b c d e f g h i");
}

/* Whether the role's devices are the session's is a question of the sets. */
static void
test_roles(void)
{
	plain(DEV LIST ADMIN "mfa_serial = " ONE "\n", "admin",
	    "session " BOTH "; role");
	plain(DEV LIST ADMIN "stskey_mfa = " TWO "=prompt " ONE "=prompt\n",
	    "admin", "session " BOTH "; role");
	plain(DEV LIST ADMIN "stskey_mfa = " ONE "=prompt\n", "admin",
	    "role one from prompt");
	plain(DEV LIST ADMIN "stskey_mfa = " ONE "=prompt " OTHER "=prompt\n",
	    "admin", "role one from prompt, other from prompt");
	plain(DEV LIST ADMIN "stskey_mfa = sealed:o\nmfa_serial = " OTHER "\n",
	    "admin", "role other from sealed:o");
	plain(DEV LIST ADMIN "stskey_role_direct = true\n", "admin",
	    "role " BOTH);
	/* One upon such a role, which says nothing, has nothing against it. */
	plain(DEV LIST ADMIN "stskey_mfa = " TWO "=prompt\n" OUTER, "outer",
	    "role two from prompt; role");
	plain(DEV LIST ADMIN OUTER "mfa_serial = " TWO "\n", "outer",
	    "session " BOTH "; role; role");
	/* A role's list is the session's where the key's profile has none. */
	plain(DEV ADMIN LIST, "admin", "session " BOTH "; role");
	plain(DEV "mfa_serial = " ONE "\n" ADMIN LIST, "admin", "role " BOTH);
}

static void
test_places(void)
{
	static const char *const env[] = { "STSKEY_MFA= " TWO "=prompt " ONE
					   "=sealed:e ",
		"STSKEY_TOUCH_SECONDS=5", NULL };
	struct plan_world w = {
		.config = DEV LIST ADMIN "mfa_serial = " ONE "\n", .env = env
	};
	struct profile_file f[2] = { 0 };
	struct setting_input in;
	struct err e = { "" };
	struct plan person = { 0 };

	planned(&w, "dev", "session two from prompt, one from sealed:e");
	planned(
	    &w, "admin", "session two from prompt, one from sealed:e; role");
	w = (struct plan_world){ .config = DEV ADMIN,
		.defaults = "[defaults]\n" LIST "stskey_touch_seconds = 120\n"
			    "stskey_timeout_seconds = 7\n" };
	planned(&w, "admin", "session " BOTH "; role");
	/* Switched off in a profile. */
	w.config = DEV "stskey_mfa =\n";
	planned(&w, "dev", "session");

	in = world_input(&w, f);
	CHECK_EQ(plan_person(&in, "dev", &person, &e), RC_OK);
	CHECK_EQ(person.touch_seconds, 120);
	CHECK_EQ(person.timeout_seconds, 7);
	w.defaults = "";
	profile_done(&f[0]);
	profile_done(&f[1]);
	in = world_input(&w, f);
	person = (struct plan){ 0 };
	CHECK_EQ(plan_person(&in, "gone", &person, &e), RC_OK);
	CHECK_MEM(BYTES_STR(person.prompt), "auto");
	CHECK_EQ(person.touch_seconds, TOUCH_SECONDS_DEFAULT);
	CHECK_EQ(person.timeout_seconds, 0);
	profile_done(&f[0]);
	profile_done(&f[1]);
}

static void
test_hardware(void)
{
	CHECK(entry_is_hardware("pkcs11:token=a"));
	CHECK(entry_is_hardware("sealed:a"));
	CHECK(!entry_is_hardware("prompt"));
	CHECK(!entry_is_hardware("command:cat sealed:a"));
	CHECK(!entry_is_hardware(""));
}

int
main(void)
{
	test_one();
	test_nobodys();
	test_list();
	test_roles();
	test_places();
	test_hardware();
	return 0;
}

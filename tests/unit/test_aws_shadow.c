/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/shadow.h"
#include "tests/unit/plan_world.h"

/* What an SDK would take instead of our credential_process, in its order. */

#define PROCESS "credential_process = stskey credentials --profile dev\n"
#define DEV "[profile dev]\nstskey_key = pkcs11:token=work\n" PROCESS

static void
listen(void *ctx, const char *sentence)
{
	struct buf *heard = ctx;

	buf_str(heard, sentence);
	buf_chr(heard, '\n');
}

static void
hear(struct plan_world *w, const char *credentials, struct buf *heard)
{
	AUTO_PROFILE struct profile_file plain = PROFILE_FILE_INIT;
	struct profile_file f[2] = { 0 };
	struct setting_input in = world_input(w, f);
	struct err e = { "" };

	CHECK_EQ(
	    profile_read(&plain, "creds", BYTES_STR(credentials), &e), RC_OK);
	shadow_tell(&in, &plain, "dev", listen, heard);
	profile_done(&f[0]);
	profile_done(&f[1]);
}

/* The beginning of the one sentence there is, or NULL for silence. */
static void
heard_is(struct plan_world *w, const char *credentials, const char *want)
{
	AUTO_BUF struct buf heard = BUF_INIT(8192);
	const char *end;

	hear(w, credentials, &heard);
	CHECK(strstr(buf_cstr(&heard), "wJalr") == NULL);
	if (want == NULL) {
		CHECK_MEM(heard, "");
		return;
	}
	if (strncmp(buf_cstr(&heard), want, strlen(want)) != 0)
		(void)fprintf(stderr, "%s\nwant %s\n", buf_cstr(&heard), want);
	CHECK_EQ(strncmp(buf_cstr(&heard), want, strlen(want)), 0);
	end = strchr(buf_cstr(&heard), '\n');
	CHECK(end != NULL && end[1] == '\0');
}

static void
test_files(void)
{
	static const struct {
		const char *config, *credentials, *want;
	} cases[] = {
		{ DEV, "", NULL },
		{ DEV, "[other]\naws_access_key_id = AKIA\n", NULL },
		{ DEV, "[dev]\nregion = x\n" PROCESS, NULL },
		/* botocore fails on it; it does not go on to the process. */
		{ DEV, "[dev]\naws_access_key_id =\n",
		    "creds:1: section [dev] holds a key in plain text" },
		{ DEV, "[dev]\nregion = x\nrole_arn = r\n",
		    "creds:3: section [dev] has role_arn, and AWS tools take" },
		{ DEV, "[dev]\nsso_start_url = u\nsso_role_name = r\n",
		    "creds:3: section [dev] has sso_role_name, and AWS tools" },
		{ DEV, "[dev]\nsso_session = s\n",
		    "creds:2: section [dev] has sso_session, and some AWS" },
		{ DEV, "[dev]\nweb_identity_token_file = f\n",
		    "creds:2: section [dev] has web_identity_token_file" },
		{ DEV, "[dev]\n\ncredential_process = other\n",
		    "creds:3: section [dev] has credential_process, and AWS" },
		{ DEV "web_identity_token_file = f\n", "",
		    "conf:1: profile 'dev' has web_identity_token_file" },
		{ DEV,
		    "\n[dev]\naws_access_key_id = AKIA\n"
		    "aws_secret_access_key = wJalrX\n",
		    "creds:2: section [dev] holds a key in plain text" },
		{ DEV,
		    "[dev]\naws_access_key_id = ASIA\n"
		    "aws_secret_access_key = wJalrX\naws_session_token = t\n",
		    "creds:1: section [dev] holds temporary credentials" },
		{ DEV "aws_access_key_id = AKIA\n", "",
		    "conf:1: profile 'dev' holds a key in plain text" },
		{ DEV "role_arn = r\nsource_profile = dev\n", "",
		    "conf:1: profile 'dev' has role_arn beside" },
		{ DEV "sso_start_url = u\n", "",
		    "conf:1: profile 'dev' has sso_ keys beside" },
		{ DEV "stskey_role_arn = r\nstskey_source_profile = x\n",
		    "[x]\naws_access_key_id = AKIA\n", NULL },
		/* Where the SDK assumes the role, the source counts. */
		{ "[profile dev]\nrole_arn = r\nsource_profile = x\n",
		    "[x]\naws_access_key_id = AKIA\n",
		    "creds:1: section [x] holds" },
		{ "[profile dev]\nrole_arn = r\nsource_profile = x\n",
		    "[dev]\nsource_profile = y\naws_access_key_id = AKIA\n",
		    "creds:2: section [dev] has source_profile" },
		{ "[profile dev]\nrole_arn = r\nsource_profile = x\n"
		  "[profile x]\nrole_arn = r\nsource_profile = dev\n",
		    "", NULL },
		{ "", "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan_world w = { .config = cases[i].config };

		heard_is(&w, cases[i].credentials, cases[i].want);
	}
}

static void
test_variables(void)
{
	static const struct {
		const char *env[3];
		const char *want;
	} cases[] = {
		{ { "AWS_ACCESS_KEY_ID=AKIA", NULL },
		    "AWS_ACCESS_KEY_ID is set" },
		{ { "AWS_ACCESS_KEY_ID=", NULL }, NULL },
		{ { "AWS_PROFILE=other", "AWS_REGION=eu-west-1", NULL }, NULL },
		{ { "AWS_ROLE_ARN=r", NULL }, NULL },
		{ { "AWS_ROLE_ARN=r", "AWS_WEB_IDENTITY_TOKEN_FILE=f", NULL },
		    "AWS_WEB_IDENTITY_TOKEN_FILE and" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan_world w = { .config = DEV, .env = cases[i].env };

		heard_is(&w, "", cases[i].want);
	}
}

/* Nothing at all to read, which is how a first import finds things. */
static void
test_nothing(void)
{
	AUTO_BUF struct buf heard = BUF_INIT(1024);
	struct setting_input in = { 0 };

	shadow_tell(&in, NULL, "dev", listen, &heard);
	CHECK_EQ(heard.len, 0);
}

int
main(void)
{
	test_files();
	test_variables();
	test_nothing();
	return 0;
}

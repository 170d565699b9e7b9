/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/found.h"
#include "tests/check.h"

/* What was found, as "kind profile name line," each. */
static void
note(void *ctx, const struct found *f)
{
	static const char kinds[] = "pcv";
	struct buf *b = ctx;

	buf_fmt(b, "%c ", kinds[f->kind]);
	buf_add(b, f->profile);
	buf_chr(b, ' ');
	buf_add(b, f->name);
	buf_fmt(b, " %zu,", f->line);
}

static void
found(const char *config, const char *credentials, const char *want)
{
	AUTO_PROFILE struct profile_file c = PROFILE_FILE_INIT;
	AUTO_PROFILE struct profile_file k = PROFILE_FILE_INIT;
	AUTO_BUF struct buf got = BUF_INIT(4096);
	struct err e;

	CHECK(profile_read(&c, "config", BYTES_STR(config), &e) == RC_OK);
	CHECK(profile_read(&k, "credentials", BYTES_STR(credentials), &e) ==
	      RC_OK);
	found_each(&c, &k, note, &got);
	CHECK_MEM(buf_bytes(&got), want);
}

static void
vault(const char *process, const char *want)
{
	AUTO_BUF struct buf config = BUF_INIT(1024);

	buf_fmt(&config, "[profile a]\ncredential_process = %s\n", process);
	found(buf_cstr(&config), "", want);
}

static void
test_plain(void)
{
	found("", "", "");
	found("", "[a]\naws_secret_access_key = x\n[b]\nregion = y\n",
	    "p a a 1,");
	found("",
	    "[a]\naws_secret_access_key = x\naws_session_token = y\n"
	    "[b]\naws_secret_access_key =\n",
	    "");
	found("[default]\naws_secret_access_key = x\n", "",
	    "c default default 1,");
	/* Sections that are no profile are nobody's. */
	found("[services x]\naws_secret_access_key = x\n", "", "");
}

static void
test_vault(void)
{
	vault("aws-vault exec work", "v a work 1,");
	vault("/x/aws-vault exec --json work -- cat", "v a work 1,");
	vault("aws-vault export --format json work", "v a work 1,");
	vault("aws-vault exec -d 1h -t 123456 work", "v a work 1,");
	vault("aws-vault exec \"my work\"", "");
	vault("aws-vault exec -d", "");
	vault("aws-vault exec", "");
	vault("aws-vault", "");
	vault("aws-vault rotate work", "");
	vault("my-aws-vault exec work", "");
	vault("'aws-vault exec work", "");
}

static void
test_no_credentials(void)
{
	static const char *const sources[] = { "stskey_key", "stskey_role_arn",
		"aws_access_key_id", "role_arn", "source_profile",
		"credential_process", "credential_source", "sso_session",
		"sso_start_url", "web_identity_token_file" };

	found("[profile a]\nmfa_serial = x\n", "", "v a a 1,");
	found("[profile a]\nregion = x\n", "", "");
	found("[profile a]\nregion = x\n[profile b]\nsource_profile = a\n"
	      "role_arn = y\n",
	    "", "v a a 1,");
	/* The credentials file comes first, whatever is in it. */
	found("[profile a]\nmfa_serial = x\n", "[a]\nregion = y\n", "");
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		AUTO_BUF struct buf config = BUF_INIT(1024);

		buf_fmt(&config, "[profile a]\nmfa_serial = x\n%s = y\n",
		    sources[i]);
		found(buf_cstr(&config), "", "");
	}
}

int
main(void)
{
	test_plain();
	test_vault();
	test_no_credentials();
	return 0;
}

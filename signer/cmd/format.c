/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/format.h"

#include "signer/aws/profile.h"
#include "signer/base/near.h"
#include "signer/base/quote.h"
#include "signer/wire/json_out.h"

/* One of variables: around a name and a quoted value; or a whole of its own. */
struct format {
	const char *name;
	enum quote quote;
	const char *before, *between, *after;
	const char *unset, *unset_after; /* around a name; NULL: it cannot */
	enum rc (*whole)(const struct variables *v, struct bytes answer,
	    struct buf *out, struct err *e);
};

static enum rc
put_process(const struct variables *v, struct bytes answer, struct buf *out,
    struct err *e)
{
	(void)v;
	(void)e;
	buf_add(out, answer);
	return RC_OK;
}

static enum rc
put_json(const struct variables *v, struct bytes answer, struct buf *out,
    struct err *e)
{
	(void)answer;
	(void)e;
	out_open(out, NULL, '{');
	for (size_t i = 0; i < v->n; i++)
		out_str(out, v->at[i].name, v->at[i].value);
	out_close(out, '}');
	buf_chr(out, '\n');
	return RC_OK;
}

/* A section for a credentials file, as the editor of those writes it. */
static enum rc
put_ini(const struct variables *v, struct bytes answer, struct buf *out,
    struct err *e)
{
	AUTO_PROFILE struct profile_file none = PROFILE_FILE_INIT;
	const struct profile_set sets[] = {
		{ "aws_access_key_id",
		    variables_value(v, "AWS_ACCESS_KEY_ID") },
		{ "aws_secret_access_key",
		    variables_value(v, "AWS_SECRET_ACCESS_KEY") },
		{ "aws_session_token",
		    variables_value(v, "AWS_SESSION_TOKEN") },
	};
	enum rc rc = profile_read(&none, "the output", BYTES("", 0), e);

	(void)answer;
	if (rc != RC_OK)
		return rc;
	return profile_edit(&none, variables_value(v, "STSKEY_PROFILE"), sets,
	    sizeof(sets) / sizeof(sets[0]), out, e);
}

static const struct format formats[] = {
	{ .name = "env",
	    .quote = QUOTE_SH,
	    .before = "export ",
	    .between = "=",
	    .after = "\n",
	    .unset = "unset ",
	    .unset_after = "\n" },
	{ .name = "env-no-export",
	    .quote = QUOTE_SH,
	    .before = "",
	    .between = "=",
	    .after = "\n",
	    .unset = "unset ",
	    .unset_after = "\n" },
	{ .name = "fish",
	    .quote = QUOTE_FISH,
	    .before = "set -gx ",
	    .between = " ",
	    .after = "\n",
	    .unset = "set -eg ",
	    .unset_after = "\n" },
	{ .name = "powershell",
	    .quote = QUOTE_POWERSHELL,
	    .before = "$Env:",
	    .between = " = ",
	    .after = "\n",
	    .unset = "Remove-Item Env:",
	    .unset_after = " -ErrorAction Ignore\n" },
	{ .name = "windows-cmd",
	    .quote = QUOTE_CMD,
	    .before = "set \"",
	    .between = "=",
	    .after = "\"\n",
	    .unset = "set \"",
	    .unset_after = "=\"\n" },
	{ .name = "json", .whole = put_json },
	{ .name = "process", .whole = put_process },
	{ .name = "ini", .whole = put_ini },
	{ .name = "dotenv",
	    .quote = QUOTE_DOTENV,
	    .before = "",
	    .between = "=",
	    .after = "\n" },
};

enum { NFORMATS = sizeof(formats) / sizeof(formats[0]) };

const char *
format_name(size_t i)
{
	return i < NFORMATS ? formats[i].name : NULL;
}

enum rc
format_find(const char *name, const struct format **ret, struct err *e)
{
	struct near near = NEAR_INIT(BYTES_STR(name != NULL ? name : "env"));

	for (size_t i = 0; i < NFORMATS; i++) {
		if (bytes_is(near.word, formats[i].name)) {
			*ret = &formats[i];
			return RC_OK;
		}
		near_try(&near, BYTES_STR(formats[i].name));
	}
	if (near_found(&near))
		return err_set(e, RC_USAGE,
		    "that is no --format; did you mean '%.*s'?",
		    (int)near.found.len, (const char *)near.found.p);
	return err_set(e, RC_USAGE,
	    "that is no --format; it takes env, env-no-export, fish, "
	    "powershell, windows-cmd, json, process, ini or dotenv");
}

enum rc
format_put(const struct format *f, const struct variables *v,
    struct bytes answer, struct buf *out, struct err *e)
{
	if (f->whole != NULL)
		return f->whole(v, answer, out, e);
	for (size_t i = 0; i < v->n; i++) {
		buf_str(out, f->before);
		buf_str(out, v->at[i].name);
		buf_str(out, f->between);
		if (!quote_add(out, f->quote, BYTES_STR(v->at[i].value)))
			return err_set(e, RC_UNSUPPORTED,
			    "%s has a character that --format %s cannot "
			    "write so that all who read it agree: rename the "
			    "profile, or take another format",
			    v->at[i].name, f->name);
		buf_str(out, f->after);
	}
	return RC_OK;
}

enum rc
format_unset(const struct format *f, struct buf *out, struct err *e)
{
	if (f->unset == NULL)
		return err_set(e, RC_USAGE,
		    "--format %s cannot say that a variable goes; --unset "
		    "takes env, env-no-export, fish, powershell or windows-cmd",
		    f->name);
	for (size_t i = 0; variables_name(i) != NULL; i++) {
		buf_str(out, f->unset);
		buf_str(out, variables_name(i));
		buf_str(out, f->unset_after);
	}
	return RC_OK;
}

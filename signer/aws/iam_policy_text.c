/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/iam_policy.h"

/*
 * A policy written down.  Control characters and bytes that are not UTF-8 do
 * not come here: setting.c and the checks of names see to that.
 */

static void
escaped(struct buf *out, const char *s, bool hcl)
{
	buf_chr(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_chr(out, '\\');
		/* "${" and "%{" begin a template in HCL. */
		if (hcl && (*s == '$' || *s == '%') && s[1] == '{')
			buf_chr(out, *s);
		buf_chr(out, *s);
	}
	buf_chr(out, '"');
}

static void
json_member(struct buf *out, const char *name)
{
	buf_str(out, "      ");
	escaped(out, name, false);
	buf_str(out, ": ");
}

static void
json_list(struct buf *out, const char *name, const struct iam_list *l)
{
	if (l->n == 0)
		return;
	buf_str(out, ",\n");
	json_member(out, name);
	if (l->n == 1) {
		escaped(out, l->at[0], false);
		return;
	}
	buf_str(out, "[\n");
	for (size_t i = 0; i < l->n; i++) {
		buf_str(out, "        ");
		escaped(out, l->at[i], false);
		buf_str(out, i + 1 < l->n ? ",\n" : "\n");
	}
	buf_str(out, "      ]");
}

static void
json_conditions(struct buf *out, const struct iam_statement *s)
{
	if (s->nconditions == 0)
		return;
	buf_str(out, ",\n");
	json_member(out, "Condition");
	buf_str(out, "{ ");
	for (size_t i = 0; i < s->nconditions; i++) {
		buf_str(out, i > 0 ? ", " : "");
		escaped(out, s->conditions[i].test, false);
		buf_str(out, ": { ");
		escaped(out, s->conditions[i].key, false);
		buf_str(out, ": ");
		escaped(out, s->conditions[i].value, false);
		buf_str(out, " }");
	}
	buf_str(out, " }");
}

static void
json_statement(struct buf *out, const struct iam_statement *s)
{
	buf_str(out, "    {\n");
	if (s->sid != NULL) {
		json_member(out, "Sid");
		escaped(out, s->sid, false);
		buf_str(out, ",\n");
	}
	json_member(out, "Effect");
	buf_str(out, s->deny ? "\"Deny\"" : "\"Allow\"");
	if (s->principal != NULL) {
		buf_str(out, ",\n");
		json_member(out, "Principal");
		buf_str(out, "{ \"AWS\": ");
		escaped(out, s->principal, false);
		buf_str(out, " }");
	}
	json_list(out, "Action", &s->actions);
	json_list(out, "Resource", &s->resources);
	json_conditions(out, s);
	buf_str(out, "\n    }");
}

void
iam_policy_json(struct buf *out, const struct iam_policy *p)
{
	buf_str(out, "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n");
	for (size_t i = 0; i < p->n; i++) {
		json_statement(out, &p->at[i]);
		buf_str(out, i + 1 < p->n ? ",\n" : "\n");
	}
	buf_str(out, "  ]\n}\n");
}

static void
hcl_str(struct buf *out, const char *name, const char *value)
{
	buf_str(out, name);
	escaped(out, value, true);
	buf_chr(out, '\n');
}

static void
hcl_list(struct buf *out, const struct iam_list *l)
{
	buf_str(out, l->n > 1 ? "[\n" : "[");
	for (size_t i = 0; i < l->n; i++) {
		buf_str(out, l->n > 1 ? "      " : "");
		escaped(out, l->at[i], true);
		buf_str(out, l->n > 1 ? ",\n" : "");
	}
	buf_str(out, l->n > 1 ? "    ]\n" : "]\n");
}

/* `terraform fmt` aligns what stands on lines one after the other. */
static int
hcl_width(const struct iam_statement *s)
{
	const char *longest = "effect";

	if (s->actions.n == 1)
		longest = s->resources.n == 1 ? "resources" : "actions";
	return (int)strlen(longest);
}

static void
hcl_members(struct buf *out, const struct iam_statement *s)
{
	int width = hcl_width(s);

	if (s->sid != NULL) {
		buf_fmt(out, "    %-*s = ", width, "sid");
		hcl_str(out, "", s->sid);
	}
	buf_fmt(out, "    %-*s = \"%s\"\n", width, "effect",
	    s->deny ? "Deny" : "Allow");
	buf_fmt(out, "    %-*s = ", s->actions.n > 1 ? 0 : width, "actions");
	hcl_list(out, &s->actions);
	if (s->resources.n == 0)
		return;
	buf_str(out, "    resources = ");
	hcl_list(out, &s->resources);
}

static void
hcl_statement(struct buf *out, const struct iam_statement *s)
{
	buf_str(out, "  statement {\n");
	hcl_members(out, s);
	if (s->principal != NULL) {
		buf_str(
		    out, "\n    principals {\n      type        = \"AWS\"\n");
		buf_str(out, "      identifiers = [");
		escaped(out, s->principal, true);
		buf_str(out, "]\n    }\n");
	}
	for (size_t i = 0; i < s->nconditions; i++) {
		buf_str(out, "\n    condition {\n");
		hcl_str(out, "      test     = ", s->conditions[i].test);
		hcl_str(out, "      variable = ", s->conditions[i].key);
		buf_str(out, "      values   = [");
		escaped(out, s->conditions[i].value, true);
		buf_str(out, "]\n    }\n");
	}
	buf_str(out, "  }\n");
}

void
iam_policy_hcl(struct buf *out, const struct iam_policy *p, const char *name)
{
	buf_str(out, "data \"aws_iam_policy_document\" ");
	escaped(out, name, true);
	buf_str(out, " {\n");
	for (size_t i = 0; i < p->n; i++) {
		buf_str(out, i > 0 ? "\n" : "");
		hcl_statement(out, &p->at[i]);
	}
	buf_str(out, "}\n");
}

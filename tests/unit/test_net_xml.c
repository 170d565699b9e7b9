/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/answer.h"
#include "signer/net/xml.h"
#include "tests/check.h"

#define NS " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""

static enum rc
parse(const char *text, struct xml **ret)
{
	struct err e = { 0 };
	enum rc rc = xml_parse(BYTES_STR(text), ret, &e);

	CHECK(rc == RC_OK || (rc == RC_FORMAT && e.msg[0] != '\0'));
	return rc;
}

static void
test_flatten(void)
{
	static const char text[] =
	    "<?xml version=\"1.0\"?>\n<!-- c -->\n<r" NS ">\n "
	    "<a k='v'>1&lt;2&amp;&#x41;</a>\n <b><c> x </c><c>y</c><d/></b>"
	    "<e><![CDATA[<z>]]></e> tail </r>\n";
	AUTO_XML struct xml *x = NULL;

	CHECK_EQ(parse(text, &x), RC_OK);
	CHECK(strcmp(xml_root(x), "r") == 0);
	CHECK(strcmp(xml_get(x, "a"), "1<2&A") == 0);
	CHECK(strcmp(xml_get(x, "b.c"), " x ") == 0);
	CHECK(strcmp(xml_get(x, "b.d"), "") == 0);
	CHECK(strcmp(xml_get(x, "e"), "<z>") == 0);
	CHECK(xml_get(x, "b") == NULL);
	CHECK(xml_get(x, "r") == NULL);
	CHECK(strcmp(xml_path(x, 2), "b.c") == 0);
	CHECK(strcmp(xml_text(x, 2), "y") == 0);
	CHECK(xml_path(x, 5) == NULL && xml_text(x, 5) == NULL);
}

static void
test_refused(void)
{
	static const char entity[] = "<!DOCTYPE a [<!ENTITY b SYSTEM "
				     "\"file:///etc/passwd\">]><a>&b;</a>";
	static const char *const bad[] = { "", " ", "x", "<a>", "<a></b>",
		"<a/><b/>", "<a>&nbsp;</a>", "<a>\x01</a>", "<a>&#27;</a>",
		"<a>\xff</a>", "<a", "<a><b>1</b>", "<a>\xc3",
		"<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", entity,
		"<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/x\"><a/>",
		"<?xml version='1.0' encoding='x-none'?><a/>" };
	struct xml *x = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(parse(bad[i], &x), RC_FORMAT);
		CHECK(x == NULL);
	}
}

/* open n times, something inside, close n times */
static void
nest(struct buf *b, size_t n, const char *inside)
{
	for (size_t i = 0; i < n; i++)
		buf_str(b, "<a>");
	buf_str(b, inside);
	for (size_t i = 0; i < n; i++)
		buf_str(b, "</a>");
}

enum { LONG = 300 * 1024 }; /* longer than a leaf may be */

static void
test_bounds(void)
{
	AUTO_BUF struct buf b = BUF_INIT(4 << 20);
	AUTO_XML struct xml *fits = NULL;
	struct xml *x = NULL;

	nest(&b, XML_MAX_DEPTH, "v");
	CHECK_EQ(parse(buf_cstr(&b), &fits), RC_OK);
	CHECK(strcmp(xml_text(fits, 0), "v") == 0);
	buf_clear(&b);
	nest(&b, XML_MAX_DEPTH + 1, "v");
	CHECK_EQ(parse(buf_cstr(&b), &x), RC_FORMAT);
	buf_clear(&b);
	nest(&b, 100000, "");
	CHECK_EQ(parse(buf_cstr(&b), &x), RC_FORMAT);

	buf_clear(&b);
	buf_str(&b, "<r>");
	for (size_t i = 0; i < XML_MAX_LEAVES + 1; i++)
		buf_str(&b, "<a/>");
	buf_str(&b, "</r>");
	CHECK_EQ(parse(buf_cstr(&b), &x), RC_FORMAT);

	buf_clear(&b);
	buf_str(&b, "<r><a>");
	memset(buf_room(&b, LONG), 'x', LONG);
	buf_str(&b, "</a></r>");
	CHECK_EQ(parse(buf_cstr(&b), &x), RC_FORMAT);

	buf_clear(&b);
	buf_str(&b, "<r><");
	memset(buf_room(&b, 2000), 'n', 2000);
	buf_str(&b, "/></r>");
	CHECK_EQ(parse(buf_cstr(&b), &x), RC_FORMAT);
	CHECK(x == NULL);
}

static const char session[] =
    "<GetSessionTokenResponse" NS "><GetSessionTokenResult><Credentials>"
    "<SessionToken>IQoJ</SessionToken>"
    "<SecretAccessKey>wJalr</SecretAccessKey>"
    "<Expiration>2011-07-11T19:55:29.611Z</Expiration>"
    "<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>"
    "</Credentials></GetSessionTokenResult><ResponseMetadata>"
    "<RequestId>58c5dbae-abef</RequestId></ResponseMetadata>"
    "</GetSessionTokenResponse>";

static void
list(void *ctx, const char *name, const char *value)
{
	buf_fmt(ctx, "%s=%s;", name, value);
}

static void
test_result(void)
{
	AUTO_ANSWER struct answer a = { 0 };
	AUTO_BUF struct buf b = BUF_INIT(1024);
	struct err e;

	CHECK_EQ(
	    answer_read(200, BYTES_STR(session), "GetSessionToken", &a, &e),
	    RC_OK);
	CHECK(a.code == NULL && a.message == NULL);
	CHECK(strcmp(a.request_id, "58c5dbae-abef") == 0);
	answer_values(&a, list, &b);
	CHECK_MEM(b,
	    "Credentials.SessionToken=IQoJ;Credentials.SecretAccessKey=wJalr;"
	    "Credentials.Expiration=2011-07-11T19:55:29.611Z;"
	    "Credentials.AccessKeyId=ASIAIOSFODNN7EXAMPLE;");
}

struct error {
	int64_t status;
	const char *body, *code, *message, *id;
};

static void
test_errors(void)
{
	static const struct error errors[] = {
		{ 403,
		    "<ErrorResponse" NS "><Error><Type>Sender</Type>"
		    "<Code>AccessDenied</Code><Message>no  way </Message>"
		    "</Error><RequestId>r1</RequestId></ErrorResponse>",
		    "AccessDenied", "no  way ", "r1" },
		{ 403,
		    "<?xml version=\"1.0\"?><Error><Code>InvalidAccessKeyId"
		    "</Code><RequestId>r2</RequestId><HostId>h</HostId>"
		    "</Error>",
		    "InvalidAccessKeyId", NULL, "r2" },
		{ 400,
		    "<Response><Errors><Error><Code>ValidationError</Code>"
		    "<Message>m</Message></Error><Error><Code>Other</Code>"
		    "</Error></Errors><RequestID>r3</RequestID></Response>",
		    "ValidationError", "m", "r3" },
		{ 403,
		    "<ErrorResponse><Errors><Error><Code>C</Code><Message>m"
		    "</Message></Error></Errors><RequestId>r4</RequestId>"
		    "</ErrorResponse>",
		    "C", "m", "r4" },
		{ 404, "<UnknownOperationException/>",
		    "UnknownOperationException", NULL, NULL },
		{ 403,
		    "<AccessDeniedException><Message>Unable</Message>"
		    "</AccessDeniedException>",
		    "AccessDeniedException", "Unable", NULL },
		{ 200, "<Error><Code>X</Code></Error>", "X", NULL, NULL },
		/* What a balancer says does not matter beside its status. */
		{ 503, "<html><body>busy</body></html>", NULL, NULL, NULL },
		{ 503, "", NULL, NULL, NULL },
		{ 429, "slow down", NULL, NULL, NULL },
		{ 500, "<Error><Code>InternalFailure</Code>", NULL, NULL,
		    NULL },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct error *w = &errors[i];
		AUTO_ANSWER struct answer a = { 0 };
		AUTO_BUF struct buf b = BUF_INIT(64);
		struct err e;

		CHECK_EQ(answer_read(w->status, BYTES_STR(w->body),
			     "GetSessionToken", &a, &e),
		    RC_OK);
		CHECK_EQ(a.status, w->status);
		CHECK((a.code == NULL) == (w->code == NULL));
		CHECK(a.code == NULL || strcmp(a.code, w->code) == 0);
		CHECK((a.message == NULL) == (w->message == NULL));
		CHECK(w->message == NULL || strcmp(a.message, w->message) == 0);
		CHECK(w->id == NULL || strcmp(a.request_id, w->id) == 0);
		answer_values(&a, list, &b);
		CHECK_EQ(b.len, 0);
	}
}

static void
test_nonsense(void)
{
	static const struct {
		int64_t status;
		const char *body, *part;
	} cases[] = {
		{ 200, "", "nothing" },
		{ 200, " \r\n", "nothing" },
		{ 302, "<HTML><body>moved</body></HTML>", "an HTML page" },
		{ 200, "\xef\xbb\xbf\n<!doctype HTML><html/>", "an HTML page" },
		{ 403, "{\"message\":\"Forbidden\"}", "JSON" },
		{ 403, "Forbidden", "not XML" },
		{ 200, "<GetSessionTokenResponse><GetSessionTokenRes",
		    "cut off" },
		{ 200, "<a>&undefined;</a>", "not XML" },
		{ 200, "<GetSessionTokenResponse/>", "another kind" },
		{ 200,
		    "<GetSessionTokenResponse><AssumeRoleResult><Arn>x</Arn>"
		    "</AssumeRoleResult></GetSessionTokenResponse>",
		    "another kind" },
		{ 200,
		    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>"
		    "x</Arn></GetCallerIdentityResult>"
		    "</GetCallerIdentityResponse>",
		    "another kind" },
		{ 200, "<Response><Result><Arn>x</Arn></Result></Response>",
		    "another kind" },
		{ 404, session, "another kind" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_ANSWER struct answer a = { 0 };
		struct err e = { 0 };

		CHECK_EQ(answer_read(cases[i].status, BYTES_STR(cases[i].body),
			     "GetSessionToken", &a, &e),
		    RC_FORMAT);
		CHECK(strstr(e.msg, cases[i].part) != NULL);
		CHECK(strstr(e.msg, "try again") != NULL);
		CHECK(a.xml == NULL);
	}
}

int
main(void)
{
	test_flatten();
	test_refused();
	test_bounds();
	test_result();
	test_errors();
	test_nonsense();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/csv.h"

#include <string.h>

#include "tests/check.h"

/* The example key of AWS's documentation. */
#define ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define HEAD "Access key ID,Secret access key"

static void
good(const char *text)
{
	struct err e = { 0 };
	struct csv_key key = { 0 };

	CHECK_EQ(csv_access_key(BYTES_STR(text), &key, &e), RC_OK);
	CHECK_MEM(key.access_key_id, ID);
	CHECK_MEM(key.secret_access_key, SECRET);
	/* Spans into the text: nothing is copied. */
	CHECK((const char *)key.secret_access_key.p > text &&
	      (const char *)key.secret_access_key.p < text + strlen(text));
}

static void
bad(const char *text)
{
	struct err e = { 0 };
	struct csv_key key = { 0 };

	CHECK_EQ(csv_access_key(BYTES_STR(text), &key, &e), RC_FORMAT);
	CHECK(strlen(e.msg) > 0);
	CHECK(strstr(e.msg, "wJalr") == NULL);
	CHECK(key.secret_access_key.p == NULL);
}

static void
test_good(void)
{
	good(HEAD "\n" ID "," SECRET "\n");
	good(HEAD "\r\n" ID "," SECRET "\r\n");
	good(HEAD "\n" ID "," SECRET);
	good("\xef\xbb\xbf" HEAD "\r\n" ID "," SECRET "\r\n\r\n");
	good("\"Access key ID\",\"Secret access key\"\n\"" ID "\",\"" SECRET
	     "\"\n");
	good(HEAD "\n " ID " , " SECRET " \n");
	good("User name,Password,Access key ID,Secret access key,Console login "
	     "link\ndev,," ID "," SECRET ",https://x.example/console\n");
	good("Secret access key,access key id\n" SECRET "," ID "\n");
}

static void
test_bad(void)
{
	bad("");
	bad("\n");
	bad(HEAD);
	bad(HEAD "\n");
	bad(HEAD "\n" ID "\n");
	bad(HEAD "\n" ID ",\n");
	bad(HEAD "\n," SECRET "\n");
	bad("Access key ID\n" ID "\n");
	bad(ID "," SECRET "\n");
	bad(HEAD "\n" ID ",\"" SECRET "\n");
	bad(HEAD "\n" ID ",\"" SECRET "\"x\n");
	bad(HEAD "\n" ID ",\"" SECRET "\"\"\"\n");
	bad(HEAD "\n" ID "," SECRET "\n" ID "," SECRET "\n");
	bad(HEAD "\r" ID "," SECRET "\r");
	bad("\"");
}

int
main(void)
{
	test_good();
	test_bad();
	return 0;
}

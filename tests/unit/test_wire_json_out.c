/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/wire/json_out.h"

#include <jansson.h>

#include "tests/check.h"

static void
test_shape(void)
{
	AUTO_BUF struct buf out = BUF_INIT(4096);

	out_open(&out, NULL, '{');
	out_str(&out, "a", "x");
	out_open(&out, "list", '[');
	out_int(&out, NULL, -7);
	out_open(&out, NULL, '{');
	out_close(&out, '}');
	out_str(&out, NULL, NULL);
	out_close(&out, ']');
	out_bool(&out, "yes", true);
	out_time(&out, "when", 1440938160);
	out_time(&out, "never", 0);
	out_close(&out, '}');
	CHECK_MEM(buf_bytes(&out),
	    "{\"a\":\"x\",\"list\":[-7,{},null],\"yes\":true,"
	    "\"when\":\"2015-08-30T12:36:00Z\",\"never\":null}");
}

/* Every byte there is, as a parser that is not ours reads it. */
static void
test_strings(void)
{
	AUTO_BUF struct buf out = BUF_INIT(8192);
	char all[512] = "";
	json_t *root;

	for (int c = 1; c < 128; c++)
		all[c - 1] = (char)c;
	out_open(&out, NULL, '[');
	out_str(&out, NULL, all);
	out_str(&out, NULL, "\xc3\xa9[{");
	out_str(&out, NULL, "\xff");
	out_close(&out, ']');
	root = json_loadb((const char *)out.p, out.len, 0, NULL);
	CHECK(root != NULL);
	CHECK_EQ(json_array_size(root), 3);
	CHECK_MEM(BYTES_STR(json_string_value(json_array_get(root, 0))), all);
	CHECK_MEM(BYTES_STR(json_string_value(json_array_get(root, 1))),
	    "\xc3\xa9[{");
	CHECK_MEM(BYTES_STR(json_string_value(json_array_get(root, 2))), "?");
	json_decref(root);
}

int
main(void)
{
	test_shape();
	test_strings();
	return 0;
}

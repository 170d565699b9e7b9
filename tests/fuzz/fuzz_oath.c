/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "oath/applet.h"
#include "oath/place.h"
#include "signer/base/mem.h"

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
within(struct bytes part, struct bytes whole)
{
	if (part.len > whole.len || part.p < whole.p ||
	    part.p + part.len > whole.p + whole.len)
		abort();
}

static void
read_entries(struct bytes in)
{
	struct applet_entry entry;
	struct bytes rest = in;
	bool bad = false;

	while (applet_next_listed(&rest, &entry, &bad))
		within(entry.name, in);
	rest = in;
	while (applet_next_calculated(&rest, &entry, &bad))
		within(entry.name, in);
}

static void
read_answers(struct bytes in)
{
	struct applet_info info;
	struct bytes output;
	bool truncated = false;
	uint32_t serial = 0;

	if (applet_is_info(in, &info))
		within(info.id, in);
	if (applet_is_output(in, &output, &truncated))
		within(output, in);
	(void)applet_is_serial(in, &serial);
	(void)apdu_status(in);
	read_entries(in);
}

/* What is read of a URI is written as one that is read as the same. */
static void
read_place(struct bytes in)
{
	AUTO_MEM char *text = mem_strn(in.p, in.len);
	AUTO_PLACE struct place one = { 0 }, two = { 0 };
	AUTO_BUF struct buf out = BUF_INIT(1 << 16);
	struct err e = { 0 };

	if (place_parse(text, &one, &e) != RC_OK) {
		if (e.msg[0] == '\0')
			abort();
		return;
	}
	if (one.serial == NULL || one.name == NULL)
		return;
	place_uri(one.serial, one.name, one.no_touch, &out);
	if (place_parse(buf_cstr(&out), &two, &e) != RC_OK ||
	    strcmp(one.serial, two.serial) != 0 ||
	    strcmp(one.name, two.name) != 0 || one.no_touch != two.no_touch)
		abort();
}

/* Commands of any content stay within their room. */
static void
write_commands(struct bytes in)
{
	uint8_t room[APDU_MAX];
	struct apdu a;
	size_t half = in.len / 2;
	struct bytes rest = BYTES(in.p + half, in.len - half);

	applet_put(&a, room, BYTES(in.p, half), OATH_SHA256, rest, true);
	if (apdu_bytes(&a).len > sizeof(room))
		abort();
	applet_calculate(&a, room, BYTES(in.p, half), rest);
	if (apdu_bytes(&a).len > sizeof(room))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes in = BYTES(data, len);

	read_answers(in);
	if (len > 0) {
		read_place(in);
		write_commands(in);
	}
	return 0;
}

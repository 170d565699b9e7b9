/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/cmd/choose.h"
#include "signer/wire/frame.h"
#include "signer/wire/message.h"
#include "tests/check.h"

/* Which MFA entry gives the code, and what the token process is asked. */

enum { WHOLE_MS = 60000, FAR_MS = 10000 };

static const struct link_mfa desk = { "arn:aws:iam::1:mfa/desk",
	"sealed:desk" };
static const struct link_mfa hsm = { "arn:aws:iam::1:mfa/hsm",
	"pkcs11:token=hsm" };
static const struct link_mfa asked = { "arn:aws:iam::1:mfa/asked", "prompt" };
static const struct link_mfa run = { "arn:aws:iam::1:mfa/run", "command:x y" };

/* A crew whose token process is the other end of a socket. */
struct scene {
	struct crew crew;
	int64_t began_ms;
	int wire;
};

static struct scene s;
static struct err e;

static void
open_scene(void)
{
	int ends[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	s = (struct scene){ .crew = CREW_INIT, .wire = ends[1] };
	s.began_ms = clock_monotonic_ms();
	s.crew.deadline_ms = s.began_ms + WHOLE_MS;
	s.crew.role = "arn:aws:iam::999999999999:role/Admin";
	s.crew.touch_seconds = 45;
	s.crew.token.name = "stskey-token";
	s.crew.token.fd = ends[0];
	s.crew.token.greeted = true;
	s.crew.token.term = &s.crew.term;
	s.crew.token.deadline_ms = s.crew.deadline_ms;
}

/* What the token process will have answered. */
static void
reply(struct message *m)
{
	AUTO_BUF struct buf json = BUF_INIT(FRAME_MAX);
	AUTO_BUF struct buf frame = BUF_INIT(FRAME_HEAD + FRAME_MAX);

	CHECK_EQ(message_encode(m, &json, &e), RC_OK);
	CHECK_EQ(frame_put(&frame, buf_bytes(&json), &e), RC_OK);
	CHECK_EQ(fd_write(s.wire, buf_bytes(&frame), &e), RC_OK);
	message_free(m);
}

static void
reply_ok(void)
{
	reply(message_new("ok"));
}

static void
reply_chosen(int64_t index)
{
	struct message *m = message_new("chosen");

	message_set_int(m, "index", index);
	reply(m);
}

static void
reply_error(enum rc rc)
{

	(void)err_set(&e, rc, "the token's own sentence");
	reply(message_error(rc, &e));
}

/* Everything it was asked, in order: "begin soon|late" and "choose URI …". */
static void
close_scene(const char *want)
{
	AUTO_BUF struct buf in = BUF_INIT(FRAME_MAX), got = BUF_INIT(4096);
	struct bytes frame;
	char piece[512];
	ssize_t n;

	(void)close(s.crew.token.fd);
	s.crew.token.fd = -1;
	while ((n = read(s.wire, piece, sizeof(piece))) > 0)
		buf_add(&in, BYTES(piece, (size_t)n));
	while (frame_peek(buf_bytes(&in), FRAME_MAX, &frame, &e) == RC_OK) {
		AUTO_MESSAGE struct message *m = NULL;

		CHECK_EQ(message_decode(frame, &m, &e), RC_OK);
		buf_fmt(&got, "%s%s", got.len > 0 ? "; " : "", message_type(m));
		if (message_is(m, "begin")) {
			CHECK_EQ(message_int(m, "touch_seconds"), 45);
			CHECK(strstr(message_str(m, "role"), "/Admin") != NULL);
			buf_str(&got,
			    message_int(m, "deadline_ms") < s.began_ms + FAR_MS
				? " soon"
				: " late");
		}
		for (size_t i = 0; i < message_count(m, "entries"); i++)
			buf_fmt(&got, " %s", message_at(m, "entries", i));
		frame_drop(&in, frame);
	}
	CHECK_MEM(got, want);
	(void)close(s.wire);
	crew_done(&s.crew);
}

/* Of these, up to a NULL. */
static enum rc
chosen(const struct link_mfa *const *of, const char **ret)
{
	static struct link l;
	const struct link_mfa *mfa = NULL;
	enum rc rc;

	for (l.nmfa = 0; of[l.nmfa] != NULL; l.nmfa++)
		l.mfa[l.nmfa] = *of[l.nmfa];
	rc = choose_mfa(&s.crew, &l, &mfa, &e);

	CHECK((mfa != NULL) == (rc == RC_OK));
	*ret = mfa != NULL ? mfa->entry : "";
	return rc;
}

/* One, or none on a token: the token process hears nothing of it. */
static void
test_unasked(void)
{
	static const struct link_mfa *const lists[][3] = { { &desk }, { &run },
		{ &asked, &run } };
	static const char *const want[] = { "sealed:desk", "command:x y",
		"prompt" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *got = NULL;

		open_scene();
		CHECK_EQ(chosen(lists[i], &got), RC_OK);
		CHECK_MEM(BYTES_STR(got), want[i]);
		close_scene("");
	}
}

/* All on tokens: the token process waits as long as there is time. */
static void
test_hardware(void)
{
	static const struct link_mfa *const l[] = { &hsm, &desk, NULL };
	const char *got = NULL;

	open_scene();
	reply_chosen(1);
	CHECK_EQ(chosen(l, &got), RC_OK);
	CHECK_MEM(BYTES_STR(got), "sealed:desk");
	close_scene("choose pkcs11:token=hsm sealed:desk");

	open_scene();
	reply_error(RC_NOTFOUND);
	CHECK_EQ(chosen(l, &got), RC_NOTFOUND);
	CHECK_MEM(BYTES_STR(e.msg), "the token's own sentence");
	close_scene("choose pkcs11:token=hsm sealed:desk");

	open_scene();
	reply_chosen(2);
	CHECK_EQ(chosen(l, &got), RC_HELPER);
	close_scene("choose pkcs11:token=hsm sealed:desk");

	open_scene();
	reply_chosen(-1);
	CHECK_EQ(chosen(l, &got), RC_HELPER);
	close_scene("choose pkcs11:token=hsm sealed:desk");
}

/* With one that needs no token there is nothing to wait for. */
static void
test_mixed(void)
{
	static const char all[] =
	    "begin soon; choose sealed:desk pkcs11:token=hsm; begin late";
	static const struct link_mfa *const l[] = { &asked, &desk, &hsm, &run,
		NULL };
	static const enum rc none[] = { RC_NOTFOUND, RC_TIMEOUT };
	const char *got = NULL;

	open_scene();
	reply_ok();
	reply_chosen(1);
	CHECK_EQ(chosen(l, &got), RC_OK);
	CHECK_MEM(BYTES_STR(got), "pkcs11:token=hsm");
	CHECK_EQ(s.crew.token.owed, 1);
	close_scene(all);

	for (size_t i = 0; i < 2; i++) {
		open_scene();
		reply_ok();
		reply_error(none[i]);
		CHECK_EQ(chosen(l, &got), RC_OK);
		CHECK_MEM(BYTES_STR(got), "prompt");
		close_scene(all);
	}
	/* One that is there and broken is told, not passed over. */
	open_scene();
	reply_ok();
	reply_error(RC_TOKEN);
	CHECK_EQ(chosen(l, &got), RC_TOKEN);
	CHECK_MEM(BYTES_STR(e.msg), "the token's own sentence");
	close_scene(all);
}

int
main(void)
{
	test_unasked();
	test_hardware();
	test_mixed();
	return 0;
}

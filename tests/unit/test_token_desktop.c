/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/desktop.h"

#include "tests/unit/token_desktop.h"

/* Shown, and gone again when the program has told of it. */
static void
show(const char *title, const char *text)
{
	int before = calls();

	desktop_show(title, text, 15);
	wait_for_calls(before + 1);
	desktop_gone();
}

static void
shown_and_taken_away(void)
{
	notifier("echo 7");
	show("Touch your security key", "touch 'Solo 2'");
	CHECK(said("[--app-name=stskey][--urgency=critical][--print-id]"));
	CHECK(said("[--expire-time=15000][--][Touch your security key]"
		   "[touch 'Solo 2']"));
	/* By another one in its place, which goes by itself. */
	CHECK(said("[--replace-id=7]"));
	CHECK(said("[--hint=int:transient:1]"));
	CHECK_EQ(calls(), 2);
	desktop_gone();
	CHECK_EQ(calls(), 2);
}

/* What a person or a key wrote is text, whatever it looks like. */
static void
plain_text(void)
{
	notifier("echo 7");
	show("Title", "--help <b>R&D</b>");
	CHECK(said("[--][Title][--help &lt;b&gt;R&amp;D&lt;/b&gt;]"));
}

static void
one_at_a_time(void)
{
	notifier("echo 7");
	desktop_show("First", "one", 1);
	wait_for_calls(1);
	desktop_show("Second", "two", 1);
	CHECK(said("[--replace-id=7]"));
	wait_for_calls(3);
	desktop_gone();
	CHECK(said("[Second][two]"));
	CHECK_EQ(calls(), 4);
}

/* An older one prints no number, a broken one anything. */
static void
no_number(void)
{
	notifier("echo '--oops; 7'");
	show("Title", "text");
	CHECK_EQ(calls(), 1);
	notifier("echo 12oops");
	show("Title", "text");
	CHECK(said("[--replace-id=12]"));
}

/* One that hangs, as without an answer of the desktop, is not waited for. */
static void
hangs(void)
{
	int64_t began_ms = clock_monotonic_ms();

	notifier("exec sleep 60");
	desktop_show("Title", "text", 1);
	desktop_gone();
	CHECK(clock_monotonic_ms() - began_ms < 10000);
}

static void
nowhere(void)
{
	notifier("echo 7");
	(void)unsetenv("DBUS_SESSION_BUS_ADDRESS");
	desktop_show("Title", "text", 1);
	desktop_gone();
	CHECK_EQ(calls(), 0);
	CHECK_EQ(setenv("DISPLAY", "", 1), 0);
	desktop_show("Title", "text", 1);
	desktop_gone();
	CHECK_EQ(calls(), 0);
	CHECK_EQ(setenv("WAYLAND_DISPLAY", "wayland-0", 1), 0);
	show("Title", "text");
	CHECK_EQ(calls(), 2);
	/* And where there is no such program. */
	CHECK_EQ(unlink(world_path("bin/notify-send")), 0);
	desktop_show("Title", "text", 1);
	desktop_gone();
}

int
main(void)
{
	desktop_begin();
	shown_and_taken_away();
	plain_text();
	one_at_a_time();
	no_number();
	hangs();
	nowhere();
	return 0;
}

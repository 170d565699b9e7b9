/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/desktop.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "signer/base/fd.h"
#include "signer/base/pool.h"
#include "signer/token/spawn.h"

enum { OUTPUT_MAX = 1024, PATIENCE_MS = 300, TEXT_MAX = 2048 };

/* The one that is shown. */
static struct {
	pid_t pid;   /* of its notify-send; 0: there is none */
	int out;     /* where that writes the number of the notice */
	pid_t guard; /* of its guard; 0: there is none */
	int alive;   /* a line on it tells the guard to go, its end to act */
} shown;

/*
 * However we end, a notice does not outlive us: this waits for that, reads the
 * number of the notice in our place, and takes it away.
 */
static const char guard[] =
    "trap '' TERM; read -r over && exit; read -r id <&2; "
    "case $id in ''|*[!0-9]*) exit;; esac; "
    "exec timeout -s KILL 5 notify-send --app-name=stskey --urgency=low "
    "--hint=int:transient:1 --expire-time=1 \"--replace-id=$id\" -- "
    "'Called off' 'Nothing is waited for any more.' </dev/null 2>&1";

/* Without a session of a desktop notify-send would try to start one. */
static bool
is_there(void)
{
	static const char *const signs[] = { "DBUS_SESSION_BUS_ADDRESS",
		"WAYLAND_DISPLAY", "DISPLAY" };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		const char *sign = getenv(signs[i]);

		if (sign != NULL && *sign != '\0')
			return true;
	}
	return false;
}

/* The text of a notice may be marked up, so <, > and & are not themselves. */
static const char *
plain(struct pool *p, const char *text)
{
	AUTO_BUF struct buf b = BUF_INIT(TEXT_MAX);

	for (; *text != '\0'; text++)
		if (*text == '<')
			buf_str(&b, "&lt;");
		else if (*text == '>')
			buf_str(&b, "&gt;");
		else if (*text == '&')
			buf_str(&b, "&amp;");
		else
			buf_chr(&b, *text);
	return pool_add(p, buf_bytes(&b));
}

/*
 * RC_OK: it runs, and *ret reads what it writes.  What it has to say of a
 * desktop that is away, or of an option that it does not know, is no answer
 * to whoever asked for credentials.
 */
static enum rc
start(const char *const *argv, pid_t *pid, int *ret)
{
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	AUTO_FD int in = -1;
	AUTO_FD int out = -1;
	struct spawn_files files;
	struct err unsaid;
	int ends[2];

	if (null < 0 || pipe2(ends, O_CLOEXEC) != 0)
		return RC_SYS;
	in = ends[0];
	out = ends[1];
	files = (struct spawn_files){ null, out, null };
	if (spawn_start(argv, &files, pid, &unsaid) != RC_OK)
		return RC_SYS;
	*ret = TAKE_FD(in);
	return RC_OK;
}

static void
start_guard(void)
{
	const char *const argv[] = { "/bin/sh", "-c", guard, NULL };
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	AUTO_FD int in = -1;
	AUTO_FD int alive = -1;
	struct spawn_files files;
	struct err unsaid;
	int ends[2];

	if (null < 0 || pipe2(ends, O_CLOEXEC) != 0)
		return;
	in = ends[0];
	alive = ends[1];
	files = (struct spawn_files){ in, null, shown.out };
	if (spawn_start(argv, &files, &shown.guard, &unsaid) == RC_OK)
		shown.alive = TAKE_FD(alive);
	else
		shown.guard = 0;
}

static void
end_guard(void)
{
	if (shown.guard == 0)
		return;
	(void)!write(shown.alive, "\n", 1);
	(void)close(shown.alive);
	(void)spawn_stop(shown.guard);
	shown.guard = 0;
}

void
desktop_show(const char *title, const char *text, int seconds)
{
	AUTO_POOL struct pool p = POOL_INIT;
	const char *const argv[] = { "notify-send", "--app-name=stskey",
		"--urgency=critical", "--print-id", "--icon=dialog-password",
		pool_fmt(&p, "--expire-time=%d", seconds * 1000), "--", title,
		plain(&p, text), NULL };

	desktop_gone();
	if (is_there() && start(argv, &shown.pid, &shown.out) == RC_OK)
		start_guard();
	else
		shown.pid = 0;
}

/* What it wrote until it ended, or for as long as we have patience. */
static void
finish(pid_t pid, int out, struct buf *ret)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	bool over = false;
	struct err unsaid;

	while (!over && clock_monotonic_ms() < until_ms &&
	       fd_read(out, until_ms, ret, &over, &unsaid) == RC_OK)
		;
	(void)close(out);
	(void)spawn_stop(pid);
}

/* notify-send cannot close a notice: another takes its place and is gone. */
static void
replace(const char *id)
{
	AUTO_POOL struct pool p = POOL_INIT;
	AUTO_BUF struct buf unread = BUF_INIT(OUTPUT_MAX);
	const char *const argv[] = { "notify-send", "--app-name=stskey",
		"--urgency=low", "--hint=int:transient:1", "--expire-time=1",
		pool_fmt(&p, "--replace-id=%s", id), "--", "Thank you",
		"Nothing is waited for any more.", NULL };
	pid_t pid = 0;
	int out = -1;

	if (start(argv, &pid, &out) == RC_OK)
		finish(pid, out, &unread);
}

void
desktop_gone(void)
{
	AUTO_BUF struct buf text = BUF_INIT(OUTPUT_MAX);
	AUTO_POOL struct pool p = POOL_INIT;
	const char *id;

	if (shown.pid == 0)
		return;
	end_guard();
	finish(shown.pid, shown.out, &text);
	shown.pid = 0;
	id = pool_add(&p, buf_bytes(&text));
	id = pool_add(&p, BYTES(id, strspn(id, "0123456789")));
	if (id[0] != '\0')
		replace(id);
}

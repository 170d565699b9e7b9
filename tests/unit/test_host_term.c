/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/term.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "tests/check.h"

/* The line of a wait, on a terminal of 40 columns, as its bytes. */

enum { COLUMNS = 40, READ_MS = 60000 };

static const char away[] = "\r\033[J";
static int master;

/* What was written, up to and with `end`, which comes that many times. */
static const char *
written(const char *end, int times)
{
	static char seen[8192];
	size_t len = 0;
	const char *at = seen;

	seen[0] = '\0';
	while (times > 0) {
		struct pollfd p = { .fd = master, .events = POLLIN };
		const char *found = strstr(at, end);
		ssize_t n;

		if (found != NULL) {
			at = found + strlen(end);
			times--;
			continue;
		}
		CHECK(poll(&p, 1, READ_MS) == 1);
		n = read(master, seen + len, sizeof(seen) - 1 - len);
		CHECK(n > 0);
		len += (size_t)n;
		seen[len] = '\0';
	}
	CHECK(*at == '\0');
	return seen;
}

/* A wait of `whole` seconds, `left` of them to come: drawn and taken away. */
static const char *
drawn(int64_t whole, int64_t left)
{
	for (;;) {
		struct term t = TERM_INIT;
		int64_t now = clock_now();
		bool in_time;

		term_wait(&t, "touch", now + 600);
		t.since = now + left - whole;
		t.until = now + left;
		term_tick(&t);
		in_time = clock_now() == now;
		term_done(&t);
		/* Where the second changed meanwhile, once more. */
		if (in_time)
			return written(away, 3);
		(void)written(away, 3);
	}
}

static void
check_bar(int64_t whole, int64_t left, const char *want)
{
	char all[256];
	const char *seen;

	(void)snprintf(all, sizeof(all), "%sstskey: touch%s%s%s%s", away,
	    " [##########] 600 s", away, want, away);
	seen = drawn(whole, left);
	CHECK_MEM(BYTES_STR(seen), all);
}

static void
test_bar(void)
{
	check_bar(30, 30, "stskey: touch [##########] 30 s");
	check_bar(30, 12, "stskey: touch [####......] 12 s");
	check_bar(30, 1, "stskey: touch [..........] 1 s");
	check_bar(30, 0, "stskey: touch");
	check_bar(30, -5, "stskey: touch");
	/* The clock was set back. */
	check_bar(30, 90, "stskey: touch [##########] 90 s");
}

/* Drawn once, ticked, taken away. */
static void
check_line(const char *text, int64_t until, const char *want, const char *back)
{
	struct term t = TERM_INIT;
	char all[4 * TERM_TEXT];
	const char *seen;

	(void)snprintf(all, sizeof(all), "%sstskey: %s%s", away, want, back);
	term_wait(&t, text, until);
	term_tick(&t);
	term_wait(&t, "", 0);
	term_done(&t);
	seen = written("\033[J", 2);
	CHECK_MEM(BYTES_STR(seen), all);
}

static void
test_no_end(void)
{
	static const int64_t ends[] = { 0, INT64_MIN, INT64_MAX, -1 };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		check_line("waiting", ends[i], "waiting", away);
}

/* 8 columns are "stskey: ". */
static void
check_rows(size_t letters, const char *back)
{
	char text[TERM_TEXT] = "";

	for (size_t i = 0; i < letters; i++)
		memcpy(text + 2 * i, "\303\244", 3);
	check_line(text, 0, text, back);
}

/* A line that goes over the edge goes away whole. */
static void
test_long(void)
{
	check_rows(32, away);
	check_rows(33, "\r\033[1A\033[J");
	check_rows(72, "\r\033[1A\033[J");
	check_rows(73, "\r\033[2A\033[J");
}

/* What does not fit is cut. */
static void
test_room(void)
{
	char text[2 * TERM_TEXT], cut[TERM_TEXT];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	(void)snprintf(cut, sizeof(cut), "%s", text);
	check_line(text, 0, cut, "\r\033[12A\033[J");
}

static void
test_control_characters(void)
{
	check_line("a\033[2Jb\n", 0, "a?[2Jb?", away);
}

/* Leads a session, whose terminal that is. */
static int
run(void)
{
	const struct winsize size = { .ws_row = 24, .ws_col = COLUMNS };
	int slave;

	CHECK(openpty(&master, &slave, NULL, NULL, &size) == 0);
	CHECK(setsid() > 0);
	CHECK(ioctl(slave, TIOCSCTTY, 0) == 0);
	test_bar();
	test_no_end();
	test_long();
	test_room();
	test_control_characters();
	return 0;
}

int
main(void)
{
	int status = -1;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		exit(run());
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/fd.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signer/base/clock.h"
#include "tests/check.h"

enum { BIG = 1 << 20 };

static struct err e;

static void
on_alarm(int signal)
{
	(void)signal;
}

/* Signals all the while, and a reader slower than the writer. */
static void
whole_write(int flags)
{
	static uint8_t big[BIG];
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	struct sigaction interrupt = { .sa_handler = on_alarm };
	AUTO_BUF struct buf got = BUF_INIT(BIG);
	bool eof = false;
	int fd[2], status = -1;
	pid_t child;

	CHECK_EQ(sigaction(SIGALRM, &interrupt, NULL), 0);
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | flags, 0, fd), 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		(void)close(fd[0]);
		(void)setitimer(ITIMER_REAL, &often, NULL);
		memset(big, 'x', sizeof(big));
		_exit((int)fd_write(fd[1], BYTES(big, sizeof(big)), &e));
	}
	CHECK_EQ(close(fd[1]), 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
	while (got.len < BIG && !eof)
		CHECK_EQ(fd_read(fd[0], -1, &got, &eof, &e), RC_OK);
	CHECK_EQ(setitimer(ITIMER_REAL, &never, NULL), 0);
	CHECK_EQ(got.len, BIG);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	/* Nothing fits any more, whatever there is. */
	CHECK_EQ(fd_read(fd[0], -1, &got, &eof, &e), RC_FORMAT);
	CHECK_EQ(close(fd[0]), 0);
}

static void
deadlines_and_ends(void)
{
	AUTO_BUF struct buf got = BUF_INIT(100);
	int64_t began = clock_monotonic_ms();
	bool eof = false;
	int fd[2];

	CHECK_EQ(pipe2(fd, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_EQ(fd_read(fd[0], began + 30, &got, &eof, &e), RC_TIMEOUT);
	CHECK(clock_monotonic_ms() >= began + 30);
	CHECK_EQ(fd_read(fd[0], 0, &got, &eof, &e), RC_TIMEOUT);
	CHECK_EQ(got.len, 0);
	CHECK_EQ(fd_write(fd[1], BYTES_STR("abc"), &e), RC_OK);
	/* What is there is read even when the deadline is over. */
	CHECK_EQ(fd_read(fd[0], 0, &got, &eof, &e), RC_OK);
	CHECK(!eof);
	CHECK_MEM(got, "abc");
	CHECK_EQ(close(fd[1]), 0);
	CHECK_EQ(fd_read(fd[0], -1, &got, &eof, &e), RC_OK);
	CHECK(eof);
	CHECK_MEM(got, "abc");
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(fd_read(-1, -1, &got, &eof, &e), RC_SYS);
}

/* SIGPIPE has its default here: it would end this test. */
static void
nobody_reads(void)
{
	int fd[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(fd_write(fd[1], BYTES_STR("x"), &e), RC_SYS);
	CHECK_EQ(close(fd[1]), 0);
	CHECK_EQ(fd_write(-1, BYTES_STR("x"), &e), RC_SYS);
	CHECK_EQ(fd_write(-1, BYTES_STR(""), &e), RC_OK);
}

/* One that ends at a word of ours, and one that does not end. */
static void
exits(void)
{
	int64_t long_ms = 20000, began = clock_monotonic_ms();
	int fd[2], status = -1;
	char byte;
	pid_t pid;

	CHECK_EQ(pipe(fd), 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		(void)close(fd[1]);
		_exit(read(fd[0], &byte, 1) == 0 ? 7 : 1);
	}
	fd_wait_exit(pid, began + 30);
	CHECK(clock_monotonic_ms() >= began + 30);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	fd_wait_exit(pid, 0); /* long past: for a moment, not for ever */
	CHECK_EQ(close(fd[1]), 0);
	fd_wait_exit(pid, began + long_ms);
	CHECK(clock_monotonic_ms() < began + long_ms);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), pid);
	CHECK_EQ(WEXITSTATUS(status), 7);
	CHECK_EQ(close(fd[0]), 0);
}

int
main(void)
{
	whole_write(0);
	whole_write(SOCK_NONBLOCK);
	deadlines_and_ends();
	nobody_reads();
	exits();
	return 0;
}

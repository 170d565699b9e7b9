/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

/* Acts that end or signal a process are done in a child of the test. */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 /* address sanitizer: mlock(2) and malloc(3) are not so */
#endif

struct child {
	int status;     /* of waitpid(2) */
	char said[512]; /* on standard error; terminated */
};

static inline void
child_act(void (*act)(void *), void *ctx, int said)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(SIGSEGV, SIG_DFL); /* not the sanitizer's */
	(void)signal(SIGBUS, SIG_DFL);
	if (dup2(said, STDERR_FILENO) >= 0)
		act(ctx);
}

/* act(ctx) in a child, which exits 0 when act comes back. */
static inline struct child
child_run(void (*act)(void *), void *ctx)
{
	struct child c = { 0 };
	size_t len = 0;
	ssize_t n = 1;
	int ends[2];
	pid_t pid;

	CHECK_EQ(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		child_act(act, ctx, ends[1]);
		_exit(0);
	}
	CHECK(pid > 0);
	(void)close(ends[1]);
	while (n > 0 && len < sizeof(c.said) - 1) {
		n = read(ends[0], c.said + len, sizeof(c.said) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	(void)close(ends[0]);
	CHECK_EQ(waitpid(pid, &c.status, 0), pid);
	return c;
}

#define CHECK_EXIT(c, want) \
	(CHECK(WIFEXITED((c).status)), \
	    CHECK_EQ(WEXITSTATUS((c).status), (want)))
#define CHECK_SIGNAL(c, want) \
	(CHECK(WIFSIGNALED((c).status)), CHECK_EQ(WTERMSIG((c).status), (want)))

#endif

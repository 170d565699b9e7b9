/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signer/base/mem.h"
#include "signer/host/child.h"
#include "signer/host/environment.h"

enum { ARGS_MAX = 8 };

static int
place(posix_spawn_file_actions_t *files)
{
	int failed = 0;

	for (int fd = 0; fd <= STDERR_FILENO && failed == 0; fd++)
		failed = posix_spawn_file_actions_addopen(
		    files, fd, "/dev/null", O_RDWR, 0);
	if (failed == 0)
		failed = posix_spawn_file_actions_addclosefrom_np(
		    files, STDERR_FILENO + 1);
	return failed;
}

static int
spawn(pid_t *pid, char *const *argv)
{
	posix_spawn_file_actions_t files;
	char **env = environment_harmless();
	int failed = posix_spawn_file_actions_init(&files);

	if (failed == 0) {
		failed = place(&files);
		if (failed == 0)
			failed =
			    posix_spawn(pid, argv[0], &files, NULL, argv, env);
		(void)posix_spawn_file_actions_destroy(&files);
	}
	mem_free((void *)env);
	return failed;
}

enum rc
detach_run(const char *const *args, struct err *e)
{
	char *argv[ARGS_MAX + 2] = { NULL };
	int n = 0, failed, status = -1;
	pid_t pid = -1;
	enum rc rc = child_self(&argv[n], e);

	if (rc != RC_OK)
		return rc;
	for (n = 1; n <= ARGS_MAX && args[n - 1] != NULL; n++)
		argv[n] = mem_str(args[n - 1]);
	failed = spawn(&pid, argv);
	while (n > 0)
		mem_free(argv[--n]);
	if (failed != 0)
		return err_set(e, RC_SYS, "starting a process of our own: %s",
		    strerror(failed));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return RC_OK;
}

enum rc
detach_self(struct err *e)
{
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = fork();

	if (pid < 0 || null < 0)
		return err_sys(e, "cannot go on in the background");
	if (pid > 0)
		_exit(0);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return err_sys(e, "cannot go on in the background");
	(void)setsid();
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	null = -1;
	return RC_OK;
}

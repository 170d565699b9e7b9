/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_softhsm.h"

#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

static char folder[1024];
static pid_t owner;

extern char **environ;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
clean_up(void)
{
	if (getpid() == owner)
		(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
write_config(void)
{
	char path[2048];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tokens", folder);
	CHECK_EQ(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/softhsm2.conf", folder);
	f = fopen(path, "we");
	CHECK(f != NULL);
	(void)fprintf(f,
	    "directories.tokendir = %s/tokens\nobjectstore.backend = file\n"
	    "log.level = ERROR\nslots.removable = false\n",
	    folder);
	CHECK_EQ(fclose(f), 0);
	CHECK_EQ(setenv("SOFTHSM2_CONF", path, 1), 0);
}

void
softhsm_init(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(folder, sizeof(folder), "%s/softhsm.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	CHECK(mkdtemp(folder) != NULL);
	owner = getpid();
	CHECK_EQ(atexit(clean_up), 0);
	write_config();
}

static pid_t
spawn_quietly(char *const *argv)
{
	posix_spawn_file_actions_t quiet;
	pid_t pid = -1;

	CHECK_EQ(posix_spawn_file_actions_init(&quiet), 0);
	CHECK_EQ(posix_spawn_file_actions_addopen(
		     &quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0),
	    0);
	CHECK_EQ(posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&quiet);
	return pid;
}

void
softhsm_token(const char *label)
{
	char words[256], *rest = words, *argv[16];
	int status = -1;
	size_t n = 0;
	pid_t pid;

	(void)snprintf(words, sizeof(words),
	    "softhsm2-util\t--init-token\t--free\t--label\t%s\t"
	    "--so-pin\t" SOFTHSM_SO_PIN "\t--pin\t" SOFTHSM_PIN,
	    label);
	while ((argv[n] = strsep(&rest, "\t")) != NULL)
		CHECK(++n < 16);
	pid = spawn_quietly(argv);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

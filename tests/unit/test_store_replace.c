/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "signer/store/file.h"
#include "tests/check.h"
#include "tests/unit/nobody.h"

static struct err e;

static void
has(const char *path, mode_t mode, const char *content)
{
	AUTO_BUF struct buf b = BUF_INIT(1 << 16);
	struct stat st;

	CHECK_EQ(stat(path, &st), 0);
	CHECK_EQ(st.st_mode & 07777, mode);
	CHECK_EQ(file_read(path, FILE_THEIRS, &b, &e), RC_OK);
	CHECK_MEM(b, content);
}

/* Entries of a folder but . and .. */
static int
entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	CHECK(d != NULL);
	while (readdir(d) != NULL)
		n++;
	CHECK_EQ(closedir(d), 0);
	return n - 2;
}

static long
replace(const char *path, const char *content)
{
	return (long)file_replace(path, 0600, BYTES_STR(content), &e);
}

static void
new_and_old(void)
{
	mode_t odd = umask(0777); /* modes are ours to say */

	CHECK_EQ(mkdir("d", 0), 0);
	CHECK_EQ(chmod("d", 0700), 0);
	CHECK_EQ(replace("d/a", "one"), RC_OK);
	has("d/a", 0600, "one");
	CHECK_EQ(replace("d/a", ""), RC_OK);
	has("d/a", 0600, "");
	CHECK_EQ(chmod("d/a", 0640), 0);
	CHECK_EQ(replace("d/a", "two"), RC_OK);
	has("d/a", 0640, "two");
	CHECK_EQ(entries("d"), 1);
	(void)umask(odd);
}

static void
links(void)
{
	char cwd[200], target[300];
	struct stat st;

	CHECK(getcwd(cwd, sizeof(cwd)) != NULL);
	(void)snprintf(target, sizeof(target), "%s/d/a", cwd);
	CHECK_EQ(symlink("d/a", "relative"), 0);
	CHECK_EQ(symlink(target, "absolute"), 0);
	CHECK_EQ(symlink("../relative", "d/chain"), 0);
	CHECK_EQ(symlink("d/new", "dangling"), 0);
	CHECK_EQ(symlink("loop", "loop"), 0);
	CHECK_EQ(replace("relative", "3"), RC_OK);
	has("d/a", 0640, "3");
	CHECK_EQ(replace("absolute", "4"), RC_OK);
	has("d/a", 0640, "4");
	CHECK_EQ(replace("d/chain", "5"), RC_OK);
	has("d/a", 0640, "5");
	CHECK_EQ(replace("dangling", "6"), RC_OK);
	has("d/new", 0600, "6");
	CHECK_EQ(lstat("d/chain", &st), 0);
	CHECK(S_ISLNK(st.st_mode));
	CHECK_EQ(replace("loop", "7"), RC_CONFIG);
}

static void
refusals(void)
{
	CHECK_EQ(replace("d", "x"), RC_CONFIG);
	CHECK_EQ(replace("nowhere/a", "x"), RC_NOTFOUND);
	CHECK(strstr(e.msg, "mkdir") != NULL);
	CHECK_EQ(mkdir("shut", 0500), 0);
	CHECK_EQ(replace("shut/a", "x"), RC_SYS);
	CHECK(strstr(e.msg, "no permission") != NULL);
	CHECK_EQ(replace("/proc/version", "x"), RC_NOTFOUND);
	CHECK_EQ(entries("shut"), 0);
	CHECK_EQ(chmod("shut", 0700), 0);
}

/* A file size limit breaks the write off in the middle, as a full disk does. */
static void
cut_off(void)
{
	static char big[1 << 16];
	struct rlimit small = { 4096, 4096 };

	memset(big, 'x', sizeof(big) - 1);
	CHECK_EQ(replace("shut/a", "precious"), RC_OK);
	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
	CHECK_EQ(replace("shut/a", big), RC_SYS);
	CHECK(strstr(e.msg, "shut/a") != NULL);
	has("shut/a", 0600, "precious");
	CHECK_EQ(entries("shut"), 1);
}

/* One that is killed leaves the old file whole; readers see old or new. */
static void
always_whole(void)
{
	static char one[20001], two[20001];
	pid_t child;

	memset(one, '1', sizeof(one) - 1);
	memset(two, '2', sizeof(two) - 1);
	CHECK_EQ(replace("whole", one), RC_OK);
	child = fork();
	CHECK(child >= 0);
	while (child == 0)
		if (replace("whole", two) != (long)RC_OK ||
		    replace("whole", one) != (long)RC_OK)
			_exit(1);
	for (int i = 0; i < 200; i++) {
		AUTO_BUF struct buf b = BUF_INIT(1 << 16);

		CHECK_EQ(file_read("whole", FILE_OURS, &b, &e), RC_OK);
		CHECK(bytes_is(buf_bytes(&b), one) ||
		      bytes_is(buf_bytes(&b), two));
	}
	CHECK_EQ(kill(child, SIGKILL), 0);
	CHECK_EQ(waitpid(child, NULL, 0), child);
}

/* Written an hour ago, by a process that was killed; or by whoever. */
static void
old_file(const char *path)
{
	struct timespec then[2] = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK_EQ(clock_gettime(CLOCK_REALTIME, &then[1]), 0);
	then[1].tv_sec -= 3600;
	then[0] = then[1];
	CHECK_EQ(futimens(fd, then), 0);
	CHECK_EQ(close(fd), 0);
}

static void
left_behind(void)
{
	static const char *const others[] = { "s/.stskey-0123456789abcdef.tm",
		"s/.stskey-0123456789abcdef.tmp1",
		"s/.stskex-0123456789abcdef.tmp",
		"s/stskey-0123456789abcdef.tmp" };
	static const char stale[] = "s/.stskey-0123456789abcdef.tmp";
	int fd;

	CHECK_EQ(mkdir("s", 0700), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		old_file(others[i]);
	old_file(stale);
	/* One that is being written. */
	fd = open("s/.stskey-fedcba9876543210.tmp", O_WRONLY | O_CREAT, 0600);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(replace("s/a", "x"), RC_OK);
	CHECK(access(stale, F_OK) != 0);
	CHECK_EQ(entries("s"), 4 + 1 + 1);
	old_file(stale);
	CHECK_EQ(file_remove("s/a", &e), RC_OK);
	CHECK_EQ(entries("s"), 4 + 1);
	CHECK_EQ(file_remove("s/a", &e), RC_NOTFOUND);
}

/* What becomes of the bytes, by a descriptor that was open before. */
static void
wiped_aside(void)
{
	char left[16] = "";
	int fd;

	CHECK_EQ(mkdir("w", 0700), 0);
	CHECK_EQ(replace("w/a", "secret"), RC_OK);
	fd = open("w/a", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_EQ(file_wipe_aside("w/a", &e), RC_OK);
	CHECK_EQ(entries("w"), 0);
	CHECK_EQ(read(fd, left, sizeof(left)), 6);
	CHECK(memcmp(left, "\0\0\0\0\0\0", 6) == 0);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(file_wipe_aside("w/a", &e), RC_NOTFOUND);
	/* What cannot be overwritten, or removed, is left as it is. */
	CHECK_EQ(replace("w/a", "secret"), RC_OK);
	CHECK_EQ(chmod("w/a", 0400), 0);
	CHECK_EQ(file_wipe_aside("w/a", &e), RC_CONFIG);
	CHECK(strstr(e.msg, "'w/a'") != NULL);
	has("w/a", 0400, "secret");
	CHECK_EQ(chmod("w/a", 0600), 0);
	CHECK_EQ(chmod("w", 0500), 0);
	CHECK_EQ(file_wipe_aside("w/a", &e), RC_SYS);
	CHECK(strstr(e.msg, "'w/a'") != NULL);
	CHECK_EQ(chmod("w", 0700), 0);
	has("w/a", 0600, "secret");
}

/* Killed at its n-th stop before or after a system call; false: it ended. */
static bool
wipe_killed(int n)
{
	int status = 0;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		CHECK_EQ(ptrace(PTRACE_TRACEME, 0, NULL, NULL), 0);
		CHECK_EQ(raise(SIGSTOP), 0);
		_exit(file_wipe_aside("k/a", &e) == RC_OK ? 0 : 1);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	for (int i = 0; i < n && WIFSTOPPED(status); i++) {
		CHECK_EQ(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		CHECK_EQ(waitpid(child, &status, 0), child);
	}
	if (!WIFSTOPPED(status)) {
		CHECK_EQ(status, 0);
		return false;
	}
	CHECK_EQ(kill(child, SIGKILL), 0);
	CHECK_EQ(waitpid(child, &status, 0), child);
	return true;
}

/* Whole, or no longer there: never under another name that nobody knows. */
static void
wipe_cut_off(void)
{
	int whole = 0, n = 0;

	CHECK_EQ(mkdir("k", 0700), 0);
	do {
		CHECK_EQ(replace("k/a", "secret"), RC_OK);
		if (!wipe_killed(++n))
			break;
		if (access("k/a", F_OK) == 0) {
			has("k/a", 0600, "secret");
			whole++;
		}
		CHECK_EQ(entries("k"), access("k/a", F_OK) == 0 ? 1 : 0);
	} while (n < 1000);
	CHECK(whole > 4 && n > whole + 4 && n < 1000);
	CHECK_EQ(entries("k"), 0);
}

static void
run(void)
{
	const char *folder = new_folder();

	CHECK_EQ(chdir(folder), 0);
	new_and_old();
	links();
	refusals();
	always_whole();
	cut_off();
	left_behind();
	wiped_aside();
	wipe_cut_off();
	remove_folder(folder);
}

/* Root that edits somebody's file does not make it its own. */
static void
owner_kept(void)
{
	const char *folder = new_folder();
	struct stat st;

	CHECK_EQ(chdir(folder), 0);
	CHECK_EQ(replace("theirs", "x"), RC_OK);
	CHECK_EQ(chown("theirs", NOBODY, NOBODY), 0);
	CHECK_EQ(replace("theirs", "y"), RC_OK);
	CHECK_EQ(stat("theirs", &st), 0);
	CHECK_EQ(st.st_uid, NOBODY);
	CHECK_EQ(st.st_gid, NOBODY);
	remove_folder(folder);
}

int
main(void)
{
	as_nobody(run);
	if (geteuid() == 0)
		owner_kept();
	return 0;
}

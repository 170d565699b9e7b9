/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store/file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "signer/base/mem.h"
#include "tests/check.h"
#include "tests/unit/nobody.h"

static struct err e;

static void
write_file(const char *path, mode_t mode, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, content, strlen(content)), strlen(content));
	CHECK_EQ(fchmod(fd, mode), 0);
	CHECK_EQ(close(fd), 0);
}

static long
try_read(const char *path, enum file_trust trust)
{
	AUTO_BUF struct buf b = BUF_INIT(64);
	enum rc rc = file_read(path, trust, &b, &e);

	CHECK(rc == RC_OK || b.len == 0);
	CHECK(rc == RC_OK || strstr(e.msg, path) != NULL);
	return (long)rc;
}

static void
whole_files(void)
{
	AUTO_BUF struct buf b = BUF_INIT(8), exact = BUF_INIT(5);
	AUTO_BUF struct buf small = BUF_INIT(4), proc = BUF_INIT(1 << 20);

	write_file("five", 0600, "12345");
	write_file("empty", 0600, "");
	CHECK_EQ(file_read("five", FILE_OURS, &b, &e), RC_OK);
	CHECK_MEM(b, "12345");
	CHECK_EQ(file_read("empty", FILE_OURS, &b, &e), RC_OK);
	CHECK_MEM(b, "12345");
	CHECK_EQ(file_read("five", FILE_OURS, &exact, &e), RC_OK);
	CHECK_MEM(exact, "12345");
	/* Appended, so only 3 bytes are left; and what was there stays. */
	CHECK_EQ(file_read("five", FILE_OURS, &b, &e), RC_CONFIG);
	CHECK_MEM(b, "12345");
	CHECK_EQ(file_read("five", FILE_OURS, &small, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "4 bytes") != NULL);
	/* A file of size 0 that has something to say, in more than one go. */
	CHECK_EQ(file_read("/proc/self/smaps", FILE_THEIRS, &proc, &e), RC_OK);
	CHECK(proc.len > 4096);
	CHECK_EQ(try_read("/proc/self/smaps", FILE_THEIRS), RC_CONFIG);
}

static void
what_is_no_file(void)
{
	struct sockaddr_un name = { AF_UNIX, "socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK_EQ(try_read("nothing", FILE_THEIRS), RC_NOTFOUND);
	CHECK_EQ(try_read("five/under", FILE_THEIRS), RC_NOTFOUND);
	CHECK_EQ(mkdir("folder", 0700), 0);
	CHECK_EQ(try_read("folder", FILE_THEIRS), RC_CONFIG);
	/* Would hang for ever if it were opened to wait for a writer. */
	CHECK_EQ(mkfifo("fifo", 0600), 0);
	CHECK_EQ(try_read("fifo", FILE_THEIRS), RC_CONFIG);
	CHECK_EQ(try_read("/dev/zero", FILE_THEIRS), RC_CONFIG);
	CHECK_EQ(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	CHECK_EQ(try_read("socket", FILE_THEIRS), RC_CONFIG);
	CHECK_EQ(close(fd), 0);
}

static void
trust(void)
{
	CHECK_EQ(symlink("five", "link"), 0);
	CHECK_EQ(try_read("link", FILE_THEIRS), RC_OK);
	CHECK_EQ(try_read("link", FILE_SECRET), RC_OK);
	CHECK_EQ(try_read("link", FILE_OURS), RC_CONFIG);
	write_file("open", 0644, "x");
	CHECK_EQ(try_read("open", FILE_THEIRS), RC_OK);
	CHECK_EQ(try_read("open", FILE_OURS), RC_CONFIG);
	CHECK_EQ(try_read("open", FILE_SECRET), RC_CONFIG);
	CHECK(strstr(e.msg, "0644") != NULL && strstr(e.msg, "chmod") != NULL);
	write_file("group", 0640, "x");
	CHECK_EQ(try_read("group", FILE_SECRET), RC_CONFIG);
	write_file("read-only", 0400, "x");
	CHECK_EQ(try_read("read-only", FILE_OURS), RC_OK);
	/* Not root's, and root's. */
	CHECK_EQ(try_read("five", FILE_ROOTS), RC_CONFIG);
	CHECK_EQ(try_read("/proc/cpuinfo", FILE_OURS), RC_CONFIG);
	CHECK_EQ(try_read("/proc/version", FILE_SECRET), RC_CONFIG);
	CHECK_EQ(try_read("/etc/shadow", FILE_THEIRS), RC_CONFIG);
	CHECK(strstr(e.msg, "no permission") != NULL);
}

static void
trust_in_root(void)
{
	AUTO_BUF struct buf b = BUF_INIT(1 << 16);

	CHECK_EQ(file_read("/etc/passwd", FILE_ROOTS, &b, &e), RC_OK);
}

static void
secrets(void)
{
	AUTO_SECRET struct secret s = { 0 };

	write_file("pin", 0600, "123456\n");
	CHECK_EQ(file_read_secret("pin", 64, &s, &e), RC_OK);
	CHECK_MEM(secret_bytes(&s), "123456\n");
	CHECK_EQ(file_read_secret("pin", 7, &s, &e), RC_OK);
	CHECK_EQ(file_read_secret("pin", 6, &s, &e), RC_CONFIG);
	CHECK(strstr(e.msg, "123456") == NULL);
	CHECK_MEM(secret_bytes(&s), "123456\n");
	CHECK_EQ(file_read_secret("open", 64, &s, &e), RC_CONFIG);
	CHECK_EQ(file_read_secret("nothing", 64, &s, &e), RC_NOTFOUND);
}

static void
wiping(void)
{
	static char left[10001];
	int fd;

	memset(left, 'S', sizeof(left) - 1);
	left[sizeof(left) - 1] = '\0';
	write_file("csv", 0644, left);
	CHECK_EQ(file_check_wipe("csv", &e), RC_OK);
	CHECK_EQ(link("csv", "second-name"), 0);
	CHECK_EQ(file_check_wipe("csv", &e), RC_CONFIG);
	CHECK(strstr(e.msg, "has 2 names") != NULL);
	CHECK_EQ(file_check_wipe("link", &e), RC_CONFIG);
	CHECK(strstr(e.msg, "is a link") != NULL);
	CHECK_EQ(file_check_wipe("nothing", &e), RC_OK);
	CHECK_EQ(file_wipe("csv", &e), RC_OK);
	CHECK(access("csv", F_OK) != 0);
	/* The other name shows what became of the bytes. */
	fd = open("second-name", O_RDONLY | O_CLOEXEC);
	CHECK_EQ(read(fd, left, sizeof(left)), 10000);
	for (size_t i = 0; i < 10000; i++)
		CHECK_EQ(left[i], 0);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(file_wipe("csv", &e), RC_NOTFOUND);
	CHECK_EQ(file_wipe("link", &e), RC_CONFIG);
	CHECK_EQ(file_wipe("folder", &e), RC_SYS);
	CHECK(access("five", F_OK) == 0);
}

static void
run(void)
{
	const char *folder = new_folder();

	CHECK_EQ(chdir(folder), 0);
	whole_files();
	what_is_no_file();
	trust();
	trust_in_root();
	secrets();
	wiping();
	remove_folder(folder);
}

/* Root's own file that others may write is no policy. */
static void
open_to_others(void)
{
	const char *folder = new_folder();

	CHECK_EQ(chdir(folder), 0);
	write_file("policy", 0644, "x");
	write_file("loose", 0664, "x");
	CHECK_EQ(try_read("policy", FILE_ROOTS), RC_OK);
	CHECK_EQ(try_read("loose", FILE_ROOTS), RC_CONFIG);
	CHECK(strstr(e.msg, "go-w") != NULL);
	remove_folder(folder);
}

int
main(void)
{
	as_nobody(run);
	if (geteuid() == 0)
		open_to_others();
	return 0;
}

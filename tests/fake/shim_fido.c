/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded: libfido2 sees the keys behind the sockets of STSKEY_FIDO_SOCKET
 * (SOCK_SEQPACKET, a packet for each 64-byte report; several are separated by
 * ':') and no others.  What cannot be connected to is not plugged in.  A key's
 * path is the file that is locked for it, as hidraw's is, where there is one.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fido.h>

static const char scheme[] = "sock:", suffix[] = ".sock.lock";

enum { PATH_SIZE = 256 };

struct link {
	int socket, lock;
};

static bool
is_ours(const char *path)
{
	size_t n = strlen(path), end = strlen(suffix);

	return strncmp(path, scheme, strlen(scheme)) == 0 ||
	       (n > end && strcmp(path + n - end, suffix) == 0);
}

/* Of a path of ours. */
static void
socket_of(const char *path, char ret[static PATH_SIZE])
{
	if (strncmp(path, scheme, strlen(scheme)) == 0)
		(void)snprintf(ret, PATH_SIZE, "%s", path + strlen(scheme));
	else
		(void)snprintf(ret, PATH_SIZE, "%.*s",
		    (int)(strlen(path) - strlen(".lock")), path);
}

/* Not linked to: the shim goes into programs that do without libfido2. */
static void
real(const char *name, void *ret)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol == NULL)
		abort();
	memcpy(ret, &symbol, sizeof(symbol));
}

static int
dial(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (const void *)&to, sizeof(to)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/*
 * As libfido2 does with hidraw: one program at a time, the others wait for
 * 21 s.  The lock of a socket is a file beside it, if there is one.
 */
static int
lock(const char *path, int *ret)
{
	char file[PATH_SIZE + 8];

	(void)snprintf(file, sizeof(file), "%s.lock", path);
	*ret = open(file, O_RDONLY | O_CLOEXEC);
	for (int i = 1; *ret >= 0 && flock(*ret, LOCK_EX | LOCK_NB) != 0; i++) {
		if (i > 20) {
			(void)close(*ret);
			return -1;
		}
		(void)poll(NULL, 0, i * 100);
	}
	return 0;
}

static void
link_close(void *handle)
{
	struct link *link = handle;

	(void)close(link->socket);
	if (link->lock >= 0)
		(void)close(link->lock);
	free(link);
}

static void *
link_open(const char *path)
{
	struct link *link = calloc(1, sizeof(*link));
	char file[PATH_SIZE];

	socket_of(path, file);
	if (link == NULL || lock(file, &link->lock) != 0) {
		free(link);
		return NULL;
	}
	link->socket = dial(file);
	if (link->socket >= 0)
		return link;
	link_close(link);
	return NULL;
}

static int
link_read(void *handle, unsigned char *buf, size_t n, int timeout_ms)
{
	const struct link *link = handle;
	struct pollfd fd = { .fd = link->socket, .events = POLLIN };

	if (poll(&fd, 1, timeout_ms) != 1)
		return -1;
	return recv(link->socket, buf, n, 0) == (ssize_t)n ? (int)n : -1;
}

/* The first byte is the number of the report, which hidraw takes off as well. */
static int
link_write(void *handle, const unsigned char *buf, size_t n)
{
	const struct link *link = handle;
	ssize_t sent = send(link->socket, buf + 1, n - 1, MSG_NOSIGNAL);

	return sent == (ssize_t)n - 1 ? (int)n : -1;
}

static const fido_dev_io_t io = { link_open, link_close, link_read,
	link_write };

/* A socket named NAME.sock is product NAME. */
static int
show(fido_dev_info_t *list, size_t i, const char *file)
{
	const char *slash = strrchr(file, '/');
	typeof(fido_dev_info_set) *set;
	int fd = dial(file);
	char product[64], path[PATH_SIZE + 8];

	if (fd < 0)
		return FIDO_ERR_INTERNAL;
	(void)close(fd);
	(void)snprintf(
	    product, sizeof(product), "%s", slash != NULL ? slash + 1 : file);
	product[strcspn(product, ".")] = '\0';
	(void)snprintf(path, sizeof(path), "%s.lock", file);
	if (!is_ours(path) || access(path, R_OK) != 0)
		(void)snprintf(path, sizeof(path), "%s%s", scheme, file);
	real("fido_dev_info_set", &set);
	return set(list, i, path, "Test", product, &io, NULL);
}

int
fido_dev_info_manifest(fido_dev_info_t *list, size_t max, size_t *got)
{
	const char *at = getenv("STSKEY_FIDO_SOCKET");
	char file[PATH_SIZE];

	*got = 0;
	while (at != NULL && *got < max) {
		size_t n = strcspn(at, ":");

		(void)snprintf(file, sizeof(file), "%.*s", (int)n, at);
		if (show(list, *got, file) == FIDO_OK)
			++*got;
		at = at[n] == ':' ? at + n + 1 : NULL;
	}
	return FIDO_OK;
}

int
fido_dev_open(fido_dev_t *dev, const char *path)
{
	typeof(fido_dev_set_io_functions) *set;
	typeof(fido_dev_open) *next;

	real("fido_dev_set_io_functions", &set);
	real("fido_dev_open", &next);
	if (is_ours(path))
		(void)set(dev, &io);
	return next(dev, path);
}

/* libfido2 would take what the list says of I/O for a hidraw's. */
fido_dev_t *
fido_dev_new_with_info(const fido_dev_info_t *info)
{
	typeof(fido_dev_set_io_functions) *set;
	typeof(fido_dev_new_with_info) *next;
	fido_dev_t *dev;

	real("fido_dev_set_io_functions", &set);
	real("fido_dev_new_with_info", &next);
	dev = next(info);
	if (dev != NULL)
		(void)set(dev, &io);
	return dev;
}

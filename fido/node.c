/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/node.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "signer/base/fd.h"

enum { DESCRIPTOR_MAX = 4096, PATH_ROOM = 320 };
enum { LONG_ITEM = 0xfe, USAGE_PAGE = 0x04, FIDO_PAGE = 0xf1d0 };

static const char folder[] = "/sys/class/hidraw";

/* Of a short item, whose data is little-endian. */
static uint32_t
value_of(const uint8_t *data, size_t size)
{
	uint32_t value = 0;

	for (size_t k = 0; k < size; k++)
		value |= (uint32_t)data[k] << (8 * k);
	return value;
}

/* Bytes of data behind the prefix of the item at i. */
static size_t
size_of(struct bytes d, size_t i)
{
	if (d.p[i] == LONG_ITEM)
		return i + 1 < d.len ? (size_t)d.p[i + 1] + 2 : 1;
	/* The two lowest bits: 0, 1, 2 or 4 bytes. */
	return (d.p[i] & 3) == 3 ? 4 : d.p[i] & 3;
}

bool
node_is_key(struct bytes d)
{
	size_t i = 0;

	while (i < d.len) {
		size_t size = size_of(d, i);

		if (size >= d.len - i)
			return false;
		if ((d.p[i] & 0xfc) == USAGE_PAGE &&
		    value_of(d.p + i + 1, size) == FIDO_PAGE)
			return true;
		i += 1 + size;
	}
	return false;
}

static bool
is_key(const char *name)
{
	AUTO_BUF struct buf descriptor = BUF_INIT(DESCRIPTOR_MAX);
	char path[PATH_ROOM];
	AUTO_FD int fd = -1;
	struct err ignored;
	bool eof = false;

	(void)snprintf(
	    path, sizeof(path), "%s/%s/device/report_descriptor", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && !eof)
		if (fd_read(fd, -1, &descriptor, &eof, &ignored) != RC_OK)
			return false;
	return node_is_key(buf_bytes(&descriptor));
}

void
node_each(void (*each)(void *ctx, const char *path), void *ctx)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		char path[PATH_ROOM];

		if (entry->d_name[0] == '.' || !is_key(entry->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		each(ctx, path);
	}
	if (d != NULL)
		(void)closedir(d);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* replay FOLDER: the fuzz target once for every file of its corpus. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
replay(const char *folder, const char *name)
{
	static uint8_t data[1 << 20];
	char path[2048];
	size_t len;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		return 1;
	}
	len = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(data, len);
	return 0;
}

int
main(int argc, char **argv)
{
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	int failed = 0, n = 0;

	if (d == NULL) {
		(void)fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		failed |= replay(argv[1], entry->d_name);
		n++;
	}
	(void)closedir(d);
	(void)printf("%d inputs\n", n);
	return n > 0 ? failed : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/environment.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "signer/base/mem.h"

/* Whether a variable is one that no helper has any use for. */
static bool
is_secret(const char *variable)
{
	static const char *const names[] = { "AWS_SECRET_ACCESS_KEY=",
		"AWS_SESSION_TOKEN=", "AWS_SECURITY_TOKEN=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

char **
environment_harmless(void)
{
	char **all;
	size_t n = 0, kept = 0;

	while (environ[n] != NULL)
		n++;
	all = mem_new(n + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		if (!is_secret(environ[i]))
			all[kept++] = environ[i];
	return all;
}

/* Whether two variables, or a variable and a name, are of the same name. */
static bool
same_name(const char *variable, const char *other)
{
	size_t n = strcspn(variable, "=");

	return n == strcspn(other, "=") && strncmp(variable, other, n) == 0;
}

static bool
is_among(const char *variable, const char *const *others)
{
	for (; *others != NULL; others++)
		if (same_name(variable, *others))
			return true;
	return false;
}

char **
environment_with(const char *const *added, const char *const *dropped)
{
	char **all;
	size_t n = 0, more = 0, kept = 0;

	while (environ[n] != NULL)
		n++;
	while (added[more] != NULL)
		more++;
	all = mem_new(n + more + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		if (!is_among(environ[i], added) &&
		    !is_among(environ[i], dropped))
			all[kept++] = environ[i];
	/* execve(2) does not write to what it is given. */
	memcpy(all + kept, added, more * sizeof(*all));
	return all;
}

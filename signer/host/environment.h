/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_ENVIRONMENT_H
#define HOST_ENVIRONMENT_H

/*
 * Our environment without other people's secrets, for a program of ours:
 * mem_free() the array, not what it points to.
 */
char **environment_harmless(void);
/*
 * With these variables ("NAME=value") in the place of any of that name, and
 * without those of the names to drop.  Both arrays end with NULL; mem_free()
 * the array.
 */
char **environment_with(const char *const *added, const char *const *dropped);

#endif

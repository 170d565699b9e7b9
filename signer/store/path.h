/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_PATH_H
#define STORE_PATH_H

/* Names of files, taken apart and put together; results are for mem_free(). */

char *path_join(const char *dir, const char *name);
char *path_folder(const char *path); /* dirname(3) of it */

#endif

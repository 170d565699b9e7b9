/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WIRE_SCHEMA_H
#define WIRE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

/* Which messages there are, version 1, and what they are made of. */

enum { WIRE_VERSION_MIN = 1, WIRE_VERSION_MAX = 1 };

enum kind {
	KIND_STR,
	KIND_INT,
	KIND_BOOL,
	KIND_BYTES,
	KIND_STRS,
	KIND_PAIRS,
	KIND_ITEMS
};

/* Names, not pointers to them: nothing that the loader has to relocate. */
struct member {
	char name[24];
	enum kind kind;
	bool required;
};

enum { SCHEMA_MEMBERS = 18 };

struct schema {
	char type[24];
	struct member member[SCHEMA_MEMBERS]; /* up to the first empty name */
};

const struct schema *schema_find(const char *type); /* or NULL */
const struct member *schema_member(const struct schema *s, const char *name);
/* For the documentation's test. */
const struct schema *schema_at(size_t i);

#endif

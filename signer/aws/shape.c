/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/shape.h"

#include <string.h>

bool
shape_is_alnum(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9');
}

bool
shape_is_one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

enum rc
shape_check(const struct shape *shape, struct bytes s, struct err *e)
{
	if (s.len < shape->min || s.len > shape->max)
		return err_set(e, RC_CONFIG,
		    "%s has %zu to %zu characters, and this one has %zu",
		    shape->what, shape->min, shape->max, s.len);
	for (size_t i = 0; i < s.len; i++)
		if (!shape_is_alnum(s.p[i]) && s.p[i] != '_' &&
		    !shape_is_one_of(s.p[i], shape->also))
			return err_set(e, RC_CONFIG,
			    "%s is made of %s: character %zu is none of those",
			    shape->what, shape->rule, i + 1);
	return RC_OK;
}
